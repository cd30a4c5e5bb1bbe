import type { ConfigFile } from './canonical.ts'
import { decode } from './decode.ts'
import { explainSchemaError } from './explain-schema-error.ts'
import type { Problem } from './problem.ts'
import { API_VERSIONS, definitions } from './schema.ts'
import type { Dialect } from './schema.ts'
import { validate } from './validate.ts'
import { readYaml } from './yaml.ts'
import type { YamlNode } from './yaml.ts'

/** A valid file in its own dialect's form. */
export interface ReadConfig {
  dialect: Dialect
  file: ConfigFile
  /** 1-based line by JSON Pointer (`/actions/0/name`). */
  lines: ReadonlyMap<string, number>
  warnings: Problem[]
}

/** More of them help nobody; a hostile file could have thousands. */
const MAX_PROBLEMS = 100

/**
 * Reads the text of a `job/config.yaml` and checks it against the schema of
 * its dialect. Never throws; all problems are told at once, in file order.
 */
export const readConfig = (
  text: string | Uint8Array,
): ReadConfig | { problems: Problem[] } => {
  const document = readYaml(text)
  if (document.problems.length > 0) return { problems: document.problems }
  const root = document.root ?? EMPTY
  const dialect = dialectOf(root)
  if (typeof dialect !== 'string') return { problems: [dialect] }
  const decoded = decode(root, definitions[dialect] ?? {}, definitions)
  const { lines } = decoded
  const problems = [
    ...decoded.problems,
    ...validate(dialect, decoded.value)
      .slice(0, MAX_PROBLEMS)
      .map((error) => explainSchemaError(error, lines)),
  ]
  if (problems.length > 0) return { problems: inOrder(problems) }
  return {
    dialect,
    file: decoded.value ?? {},
    lines,
    warnings: [...inOrder(decoded.warnings), ...document.warnings],
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
    message: `apiVersion ${JSON.stringify(version)} is not supported; use ${API_VERSIONS.join(' or ')}, or leave it out for the first dialect`,
    line: lines.get('/apiVersion') ?? 1,
    path: 'apiVersion',
  }
}

const VERSION_ONLY = {
  type: ['object', 'null'],
  properties: { apiVersion: { $ref: '#/definitions/text' } },
}

const inOrder = (problems: Problem[]): Problem[] =>
  problems
    .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .slice(0, MAX_PROBLEMS)
