import { scalarText } from '../config/scalar.ts'
import { readYaml } from '../config/yaml.ts'
import type { YamlNode } from '../config/yaml.ts'
import { OURS } from './labels.ts'

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const SUBDOMAIN =
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** Whether a text may be the key of a Kubernetes label or annotation. */
export const isLabelKey = (key: string): boolean => {
  const slash = key.indexOf('/')
  const prefix = key.slice(0, Math.max(slash, 0))
  return (
    NAME.test(key.slice(slash + 1)) &&
    (slash < 0 || (prefix.length <= 253 && SUBDOMAIN.test(prefix)))
  )
}

/** Whether a text may be the value of a Kubernetes label. */
export const isLabelValue = (value: string): boolean =>
  value === '' || NAME.test(value)

const textOf = (node: YamlNode): string | undefined => {
  if (node.kind === 'alias') return textOf(node.target)
  return node.kind === 'scalar' ? scalarText(node) : undefined
}

const readLabel = (key: string | undefined, value: string | undefined) => {
  if (key === undefined || value === undefined)
    throw new Error('expected a map of names to texts')
  if (!isLabelKey(key))
    throw new Error(`\`${key}\` cannot be the key of a Kubernetes label`)
  if (!isLabelValue(value))
    throw new Error(
      `\`${value}\` (of \`${key}\`) cannot be the value of a Kubernetes label`,
    )
  if (key.startsWith(`${OURS}/`))
    throw new Error(`\`${key}\`: labels of ${OURS} belong to the function`)
  return [key, value] as const
}

/**
 * The labels for all Jobs from the text of their YAML file: a map of texts.
 * Throws an Error that says what is wrong.
 */
export const readJobLabels = (text: string): Record<string, string> => {
  const { root, problems } = readYaml(text)
  if (problems[0]) throw new Error(problems[0].message)
  if (!root || (root.kind === 'scalar' && scalarText(root) === '')) return {}
  if (root.kind !== 'map') throw new Error('expected a map of names to texts')
  return Object.fromEntries(
    root.entries.map(({ key, value }) => readLabel(textOf(key), textOf(value))),
  )
}
