import type { Problem } from './problem.ts'
import type { SchemaError } from './validate.ts'
import { toPath } from './decode.ts'

/**
 * Tells an error of the schema validator to the person who wrote the file:
 * where it is, what was expected, what was found.
 */
export const explainSchemaError = (
  error: SchemaError,
  lines: ReadonlyMap<string, number>,
): Problem => {
  const pointer = pointerOf(error)
  const line = lineOf(pointer, lines)
  return {
    ...tell(error),
    ...(line === undefined ? {} : { line }),
    ...(pointer === '' ? {} : { path: toPath(pointer) }),
  }
}

const pointerOf = ({ keyword, instancePath, params }: SchemaError): string => {
  if (keyword !== 'additionalProperties') return instancePath
  const key = String(params['additionalProperty'])
  return `${instancePath}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** The place itself, or the nearest one around it. */
const lineOf = (
  pointer: string,
  lines: ReadonlyMap<string, number>,
): number | undefined => {
  const line = lines.get(pointer)
  if (line !== undefined || pointer === '') return line
  return lineOf(pointer.slice(0, pointer.lastIndexOf('/')), lines)
}

const tell = (error: SchemaError): Problem => {
  const { keyword, params, data, parentSchema } = error
  switch (keyword) {
    case 'additionalProperties':
      return unknownKey(
        String(params['additionalProperty']),
        Object.keys((parentSchema?.['properties'] ?? {}) as object),
      )
    case 'type':
      return {
        code: 'type',
        message: `expected ${wanted(params['type'])}, found ${found(data)}${quotesHint(params['type'], data)}`,
      }
    case 'minimum':
    case 'maximum':
      return {
        code: 'range',
        message: `expected a number ${String(params['comparison'])} ${String(params['limit'])}, found ${found(data)}`,
      }
    default:
      return {
        code: 'schema',
        message: `${error.message ?? keyword}, found ${found(data)}`,
      }
  }
}

const unknownKey = (key: string, known: string[]): Problem => {
  const meant = known.find((name) =>
    isNear(name.toLowerCase(), key.toLowerCase()),
  )
  const advice =
    meant === undefined ? 'remove it' : `did you mean \`${meant}\`?`
  return {
    code: 'unknown-key',
    message: `the key \`${key}\` is not known here, ${advice}; known are ${known.join(', ')}`,
  }
}

const isNear = (name: string, key: string): boolean =>
  key !== '' && (name.startsWith(key) || key.startsWith(name))

const NAMES: [type: string, name: string][] = [
  ['array', 'a list'],
  ['object', 'a map'],
  ['string', 'text'],
  ['integer', 'a whole number'],
  ['boolean', 'true or false'],
]

const wanted = (types: unknown): string => {
  const all = [types].flat()
  return NAMES.filter(([type]) => all.includes(type))
    .map(([, name]) => name)
    .join(' or ')
}

const found = (data: unknown): string => {
  if (Array.isArray(data)) return 'a list'
  if (typeof data === 'object' && data !== null) return 'a map'
  if (typeof data === 'string') return `the text \`${shortened(data)}\``
  return `\`${String(data)}\``
}

const shortened = (text: string): string =>
  text.length > 40 ? `${text.slice(0, 40)}…` : text

const quotesHint = (types: unknown, data: unknown): string => {
  if (typeof data !== 'string') return ''
  const all = [types].flat()
  if (all.includes('integer') && /^[-+]?\d+$/.test(data)) {
    return '; remove the quotes'
  }
  if (all.includes('boolean') && /^(true|false|yes|no|on|off)$/i.test(data)) {
    return '; remove the quotes'
  }
  return ''
}
