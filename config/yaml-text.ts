import { dump } from 'js-yaml'

/** The value as YAML text. */
export const yamlText = (value: unknown): string =>
  dump(value, { seqNoIndent: true, lineWidth: -1, quoteStyle: 'double' })
