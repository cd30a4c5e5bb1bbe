import type { YamlScalar } from './yaml.ts'

/** What a scalar means where no text is wanted. */
export type ScalarValue = null | boolean | number | string

const CORE = 'tag:yaml.org,2002:'

/** Exactly these words; `tRUE` is text. */
const WORDS = new Map<string, ScalarValue>([
  ...[
    'y',
    'Y',
    'yes',
    'Yes',
    'YES',
    'true',
    'True',
    'TRUE',
    'on',
    'On',
    'ON',
  ].map((word): [string, ScalarValue] => [word, true]),
  ...[
    'n',
    'N',
    'no',
    'No',
    'NO',
    'false',
    'False',
    'FALSE',
    'off',
    'Off',
    'OFF',
  ].map((word): [string, ScalarValue] => [word, false]),
  ...['', '~', 'null', 'Null', 'NULL'].map((word): [string, ScalarValue] => [
    word,
    null,
  ]),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(
    (word): [string, ScalarValue] => [word, Infinity],
  ),
  ...['-.inf', '-.Inf', '-.INF'].map((word): [string, ScalarValue] => [
    word,
    -Infinity,
  ]),
  ...['.nan', '.NaN', '.NAN'].map((word): [string, ScalarValue] => [word, NaN]),
])

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/

const INTEGER =
  /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/

/**
 * The value of a scalar in YAML 1.1: `yes` and `y` are true, `010` is 8,
 * `1_000` is 1000; what is quoted is text; base 60 does not exist.
 * Throws an Error when an explicit tag does not fit (`!!int ten`).
 */
export const scalarValue = (scalar: YamlScalar): ScalarValue => {
  const { tag, text, plain } = scalar
  if (tag === '') return plain ? untagged(text) : text
  switch (tag) {
    case `${CORE}binary`:
      return binaryText(text)
    case `${CORE}bool`:
    case `${CORE}int`:
    case `${CORE}float`:
    case `${CORE}null`:
      return tagged(tag.slice(CORE.length), text)
    default:
      return text
  }
}

/** The text of a scalar: as it is written, whatever it looks like. */
export const scalarText = (scalar: YamlScalar): string => {
  const value = scalarValue(scalar)
  if (value === null) return ''
  return scalar.tag === `${CORE}binary` ? String(value) : scalar.text
}

const untagged = (text: string): ScalarValue => {
  const word = WORDS.get(text)
  if (word !== undefined) return word
  return numberOf(text) ?? text
}

const numberOf = (text: string): number | undefined => {
  if (!/^[-+.0-9]/.test(text)) return undefined
  const digits = text.startsWith('.') ? text : text.replaceAll('_', '')
  return integerOf(digits) ?? (FLOAT.test(digits) ? Number(digits) : undefined)
}

const integerOf = (digits: string): number | undefined => {
  const match = INTEGER.exec(digits)
  if (match === null) return undefined
  const [, sign, hex, binary, octal, decimal] = match
  const size =
    hex !== undefined
      ? parseInt(hex, 16)
      : binary !== undefined
        ? parseInt(binary, 2)
        : octal !== undefined
          ? parseInt(octal, 8)
          : Number(decimal)
  return sign === '-' ? 0 - size : size
}

const tagged = (kind: string, text: string): ScalarValue => {
  const value = untagged(text)
  if (kindsOf(value, text).includes(kind)) return value
  throw new Error(`\`${text}\` is no !!${kind}; change the value or its tag`)
}

const kindsOf = (value: ScalarValue, text: string): string[] => {
  if (value === null) return ['null']
  if (typeof value === 'boolean') return ['bool']
  if (typeof value === 'string') return []
  const whole = integerOf(text.replaceAll('_', '')) !== undefined
  return whole ? ['int', 'float'] : ['float']
}

const binaryText = (text: string): string => {
  const base64 = text.replaceAll(/[\r\n]/g, '')
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64') === base64) return bytes.toString('utf8')
  throw new Error('the value of !!binary is no base64')
}
