import { parseFloat } from './go-literal.ts'

const WORDS = new Set(
  ['y', 'yes', 'true', 'on', 'n', 'no', 'false', 'off', 'null', '.nan', '.inf']
    .flatMap((word) => [
      word,
      word.toUpperCase(),
      word.replace(/[a-z]/, (letter) => letter.toUpperCase()),
    ])
    .concat('', '~', '.NaN')
    .concat(['+.inf', '+.Inf', '+.INF', '-.inf', '-.Inf', '-.INF']),
)

const INTEGER =
  /^[+-]?(?:0[xX][0-9a-fA-F]{1,16}|0[bB][01]{1,64}|0[oO]?[0-7]*|[1-9]\d*)$/
const FLOAT = /^[+-]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][+-]?\d+)?$/
const BASE_60 = /^[+-]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/
const TIMESTAMP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?))?$/

const isTimestamp = (text: string): boolean => {
  const parts = TIMESTAMP.exec(text)
  if (!parts) return false
  const [year = 0, month = 0, day = 0, ...clock] = parts.slice(1).map(Number)
  const date = new Date(Date.UTC(2000, month - 1, day))
  date.setUTCFullYear(year, month - 1, day)
  const [hour, minute, second] = clock.map((part) => part || 0)
  return (
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    Math.max(hour ?? 0, clock[3] || 0) < 24 &&
    Math.max(minute ?? 0, clock[4] || 0) < 60 &&
    Math.max(second ?? 0, clock[5] || 0) < 60
  )
}

const isNumber = (text: string): boolean => {
  const digits = text.replaceAll('_', '')
  return (
    INTEGER.test(digits) ||
    (FLOAT.test(digits) && parseFloat(digits) !== undefined)
  )
}

/**
 * Whether yaml.v2 reads `text` as a string when it stands there unquoted.
 * YAML 1.1: `yes`, `1_000` and `2021-01-01` are something else; `12:30`,
 * a number in base 60, is taken for one to be safe.
 */
export const resolvesToString = (text: string): boolean =>
  !(
    WORDS.has(text) ||
    BASE_60.test(text) ||
    (/^[+\-.0-9]/.test(text) && (isNumber(text) || isTimestamp(text)))
  )
