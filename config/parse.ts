import { toJobConfig } from './canonical.ts'
import type { ConfigFile } from './canonical.ts'
import { decode } from './decode.ts'
import { explainSchemaError } from './explain-schema-error.ts'
import type { JobConfig } from './model.ts'
import type { Problem } from './problem.ts'
import { API_VERSIONS, definitions } from './schema.ts'
import type { Dialect } from './schema.ts'
import { validate } from './validate.ts'
import { readYaml } from './yaml.ts'
import type { YamlNode } from './yaml.ts'

/** A usable file, with what is odd about it; or all that is wrong with it. */
export type ParsedConfig =
  | { config: JobConfig; dialect: Dialect; warnings: Problem[] }
  | { problems: Problem[] }

/**
 * Reads a `job/config.yaml` of any dialect into the one model. Never throws.
 * Refused is what the original's parser refused, and nothing else: patterns,
 * paths and quantities are judged where they are used.
 */
export const parseConfig = (text: string | Uint8Array): ParsedConfig => {
  const document = readYaml(text)
  if (document.problems.length > 0) return { problems: document.problems }
  const root = document.root ?? EMPTY
  const dialect = dialectOf(root)
  if (typeof dialect !== 'string') return { problems: [dialect] }
  const decoded = decode(root, definitions[dialect] ?? {}, definitions)
  const problems = [
    ...decoded.problems,
    ...validate(dialect, decoded.value).map((error) =>
      explainSchemaError(error, decoded.lines),
    ),
  ]
  if (problems.length > 0) return { problems: inOrder(problems) }
  return {
    config: toJobConfig(dialect, (decoded.value ?? {}) as ConfigFile),
    dialect,
    warnings: [...document.warnings, ...inOrder(decoded.warnings)],
  }
}

const EMPTY: YamlNode = {
  kind: 'scalar',
  text: '',
  plain: true,
  tag: '',
  line: 1,
}

/** Asked first, because it says which schema the rest is read by. */
const dialectOf = (root: YamlNode): Dialect | Problem => {
  const { value, lines } = decode(root, VERSION_ONLY, definitions)
  const version =
    typeof value === 'object' && value !== null && 'apiVersion' in value
      ? value.apiVersion
      : undefined
  if (version === undefined) return 'seed'
  if (version === 'v1' || version === 'v2') return version
  return {
    code: 'api-version',
    message: `apiVersion ${JSON.stringify(version)} is not supported; use ${API_VERSIONS.join(' or ')}, or none for files of the first dialect`,
    line: lines.get('/apiVersion') ?? 1,
    path: 'apiVersion',
  }
}

const VERSION_ONLY = {
  type: ['object', 'null'],
  properties: { apiVersion: { $ref: '#/definitions/text' } },
}

const MAX_PROBLEMS = 100

const inOrder = (problems: Problem[]): Problem[] =>
  problems
    .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .slice(0, MAX_PROBLEMS)
