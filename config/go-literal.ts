const SIMPLE: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
}

const ESCAPE =
  /\\(?:([abfnrtv\\'"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y

const point = (code: number): Buffer | undefined =>
  code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)
    ? undefined
    : Buffer.from(String.fromCodePoint(code))

const escaped = (match: RegExpExecArray, quote: string): Buffer | undefined => {
  const [, simple, hex, octal, short, long] = match
  if (simple === "'" || simple === '"')
    return simple === quote ? Buffer.from(simple) : undefined
  if (simple !== undefined) return Buffer.from(SIMPLE[simple] ?? '')
  if (hex !== undefined) return Buffer.from([parseInt(hex, 16)])
  if (octal !== undefined) {
    const byte = parseInt(octal, 8)
    return byte > 255 ? undefined : Buffer.from([byte])
  }
  return point(parseInt(short ?? long ?? '', 16))
}

/**
 * The text that a Go string, raw string or character literal stands for;
 * `undefined` for what is none.
 */
export const unquote = (literal: string): string | undefined => {
  const quote = literal[0] ?? ''
  if (literal.length < 2 || !literal.endsWith(quote)) return undefined
  const inner = literal.slice(1, -1)
  if (quote === '`')
    return inner.includes('`') ? undefined : inner.replaceAll('\r', '')
  const parts: Buffer[] = []
  let at = 0
  while (at < inner.length) {
    if (inner[at] === '\\') {
      ESCAPE.lastIndex = at
      const match = ESCAPE.exec(inner)
      const part = match ? escaped(match, quote) : undefined
      if (!match || !part) return undefined
      parts.push(part)
      at += match[0].length
      continue
    }
    const char = String.fromCodePoint(inner.codePointAt(at) ?? 0)
    if (char === quote || char === '\n') return undefined
    parts.push(Buffer.from(char))
    at += char.length
  }
  // A character literal holds exactly one.
  if (quote === "'" && parts.length !== 1) return undefined
  return Buffer.concat(parts).toString('utf8')
}

const DECIMAL =
  /^[+-]?(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d+)?$/
const HEXADECIMAL =
  /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/
const NOT_FINITE = /^([+-]?)(?:(inf|infinity)|nan)$/i

const hexadecimal = (text: string): number | undefined => {
  const [match, sign, whole = '', fraction = '', exponent] =
    HEXADECIMAL.exec(text) ?? []
  if (match === undefined || whole + fraction === '') return undefined
  const mantissa = Number(`0x${whole}${fraction}`)
  const number = mantissa * 2 ** (Number(exponent) - 4 * fraction.length)
  return sign === '-' ? -number : number
}

/**
 * A number as Go's `strconv.ParseFloat` reads it; `undefined` for what is
 * none or too large.
 */
export const parseFloat = (text: string): number | undefined => {
  const number = DECIMAL.test(text)
    ? Number(text.replaceAll('_', ''))
    : hexadecimal(text)
  if (number !== undefined) return Number.isFinite(number) ? number : undefined
  const match = NOT_FINITE.exec(text)
  if (!match) return undefined
  if (!match[2]) return match[1] ? undefined : NaN
  return match[1] === '-' ? -Infinity : Infinity
}
