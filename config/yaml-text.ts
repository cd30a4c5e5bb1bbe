import { COLLECTION_STYLE, DUMP_SCHEMA, present, SCALAR_STYLE } from 'js-yaml'
import type { Node } from 'js-yaml'

import { EventTime } from './event-time.ts'
import { goNumber, isObject } from './text.ts'
import { resolvesToString } from './yaml-scalar.ts'

/**
 * YAML as Go's yaml.v2 marshals it, which is what `as: yaml` promised: keys
 * in its natural order, lists not indented, strings that mean something else
 * in YAML 1.1 in double quotes, several lines as a literal block.
 */
export const yamlText = (value: unknown): string =>
  present([{ contents: node(value), directives: [] }], {
    schema: DUMP_SCHEMA,
    seqNoIndent: true,
    lineWidth: -1,
    // The styles are chosen here.
    scalarStyleRules: [],
  }).replace(/(?<=\n)\.\.\.\n$/, '')

const node = (value: unknown): Node => {
  if (typeof value === 'string') return text(value)
  if (typeof value === 'number') return plain(goNumber(value))
  if (Array.isArray(value))
    return {
      kind: 'sequence',
      tag: 'tag:yaml.org,2002:seq',
      tagged: false,
      style: COLLECTION_STYLE.BLOCK,
      items: value.map(node),
    }
  if (!isObject(value)) return plain(asText(value))
  return {
    kind: 'mapping',
    tag: 'tag:yaml.org,2002:map',
    tagged: false,
    style: COLLECTION_STYLE.BLOCK,
    items: Object.keys(value)
      .sort(naturally)
      .map((key) => ({ key: text(key), value: node(value[key]) })),
  }
}

/** A time is written plain, as no string. */
const asText = (value: unknown): string =>
  value instanceof EventTime ? value.toJSON() : JSON.stringify(value)

const scalar = (
  value: string,
  style: (typeof SCALAR_STYLE)[keyof typeof SCALAR_STYLE],
): Node => ({
  kind: 'scalar',
  tag: 'tag:yaml.org,2002:str',
  tagged: false,
  style,
  value,
})

const plain = (value: string): Node => scalar(value, SCALAR_STYLE.PLAIN)

/** What yaml.v2 writes without escapes; all beyond U+FFFF is not. */
const UNPRINTABLE = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u

const INDICATORS =
  /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \t]|$))|:(?:[ \t]|$)|[ \t\n]#/

const text = (value: string): Node => {
  const well = value.toWellFormed()
  const multiline = /[\n\u2028\u2029]/.test(well)
  const special = UNPRINTABLE.test(well) || / [\n\u2028\u2029]/.test(well)
  const trailing = well.endsWith(' ')
  if (well.includes('\n') && !special && !trailing)
    return scalar(well, SCALAR_STYLE.LITERAL_BLOCK)
  if (special || multiline || !resolvesToString(well))
    return plain(doubleQuoted(well))
  const quoted = trailing || well.startsWith(' ') || INDICATORS.test(well)
  return plain(quoted ? `'${well.replaceAll("'", "''")}'` : well)
}

const ESCAPES: Record<string, string> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\xa0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
}

const doubleQuoted = (value: string): string =>
  `"${Array.from(value, escaped).join('')}"`

const escaped = (char: string): string => {
  if (!UNPRINTABLE.test(char) && !/["\\\n\u2028\u2029]/.test(char)) return char
  const short = ESCAPES[char]
  if (short !== undefined) return `\\${short}`
  const code = char.codePointAt(0) ?? 0
  const [letter, digits] =
    code <= 0xff ? ['x', 2] : code <= 0xffff ? ['u', 4] : ['U', 8]
  const hex = code.toString(16).toUpperCase().padStart(Number(digits), '0')
  return `\\${letter}${hex}`
}

const LETTER = /\p{L}/u
const NUMBER = /^\p{Nd}+/u

/** yaml.v2's order: `a2` before `a10`, letters after all else. */
const naturally = (a: string, b: string): number => {
  const [left, right] = [[...a], [...b]]
  const at = left.findIndex((char, i) => char !== right[i])
  const [x, y] = [left[at], right[at]]
  if (at < 0 || x === undefined || y === undefined)
    return left.length - right.length
  const [xLetter, yLetter] = [LETTER.test(x), LETTER.test(y)]
  if (xLetter !== yLetter) return xLetter ? 1 : -1
  if (!xLetter) {
    const [m, n] = [digits(left, at), digits(right, at)]
    // Digits in front that both have make zeros count.
    const lead = zerosCount(left, at, x, y) ? '1' : ''
    const difference = Number(lead + m) - Number(lead + n)
    if (difference !== 0) return difference
    if (m.length !== n.length) return m.length - n.length
  }
  return (x.codePointAt(0) ?? 0) - (y.codePointAt(0) ?? 0)
}

const digits = (chars: string[], from: number): string =>
  NUMBER.exec(chars.slice(from).join(''))?.[0] ?? ''

const zerosCount = (
  chars: string[],
  at: number,
  x: string,
  y: string,
): boolean =>
  (x === '0' || y === '0') && /[1-9]\d*$/.test(chars.slice(0, at).join(''))
