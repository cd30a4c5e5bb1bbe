import { EventTime } from './event-time.ts'

/** How a number is written. */
export type NumberText = (number: number) => string

const twoDigitExponent = (text: string): string =>
  text.replace(/e([+-])(\d)$/, 'e$10$2')

/** Go's `%v` of a float64: `1.234567e+06` from the millions on. */
export const goNumber: NumberText = (number) => {
  if (Object.is(number, -0)) return '-0'
  if (Number.isNaN(number)) return 'NaN'
  if (!Number.isFinite(number)) return number > 0 ? '+Inf' : '-Inf'
  const exponential = number.toExponential()
  const exponent = Number(exponential.slice(exponential.indexOf('e') + 1))
  return exponent < -4 || exponent >= 6
    ? twoDigitExponent(exponential)
    : String(number)
}

/** As JSON has it: `1234567`; an exponent only for the very large and small. */
export const plainNumber: NumberText = (number) =>
  Number.isFinite(number) && !Object.is(number, -0)
    ? twoDigitExponent(String(number))
    : goNumber(number)

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof EventTime)

const byUtf8 = (a: string, b: string): number =>
  Buffer.compare(Buffer.from(a), Buffer.from(b))

/** The members in the order of Go's sorted maps: by the bytes of the keys. */
const members = (object: Record<string, unknown>): [string, unknown][] =>
  Object.keys(object)
    .sort(byUtf8)
    .map((key) => [key, object[key]])

/** Go knows no lone surrogates. */
const scalarText = (value: unknown): string =>
  typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value)

/** The text that Go's `%v` gives: `[a b]`, `map[k:v]`, `<nil>`. */
export const goText = (value: unknown, number: NumberText): string => {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'number') return number(value)
  if (Array.isArray(value))
    return `[${value.map((item) => goText(item, number)).join(' ')}]`
  if (value instanceof EventTime) return value.toString()
  if (!isObject(value)) return scalarText(value)
  const pairs = members(value).map(
    ([key, member]) => `${key.toWellFormed()}:${goText(member, number)}`,
  )
  return `map[${pairs.join(' ')}]`
}

/** The name that Go's `%T` gives to what JSON was decoded to. */
export const goType = (value: unknown): string => {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'number') return 'float64'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  if (Array.isArray(value)) return '[]interface {}'
  return isObject(value) ? 'map[string]interface {}' : 'time.Time'
}

const ESCAPED = /[<>&\u2028\u2029\u007f\ud800-\udfff]/gu

const jsonString = (text: string): string =>
  JSON.stringify(text.toWellFormed()).replace(ESCAPED, (char) =>
    char === '\u007f'
      ? char
      : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** JSON as Go marshals it: sorted keys, `<`, `>` and `&` as `\u00xx`. */
export const jsonText = (value: unknown): string => {
  if (typeof value === 'string') return jsonString(value)
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
  if (Object.is(value, -0)) return '-0'
  if (!isObject(value)) return JSON.stringify(value ?? null)
  const pairs = members(value).map(
    ([key, member]) => `${jsonString(key)}:${jsonText(member)}`,
  )
  return `{${pairs.join(',')}}`
}
