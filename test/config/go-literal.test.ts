import t from 'tap'

import { parseFloat, unquote } from '../../config/go-literal.ts'

const LITERALS: [literal: string, text: string | undefined][] = [
  ['"a"', 'a'],
  ['"\\"\\\\\\n"', '"\\\n'],
  ['"\\u00e4\\U0001F680\\xc3\\xa4\\101"', 'ä🚀äA'],
  ['"\\\'"', undefined],
  ['"\\q"', undefined],
  ['"\\ud800"', undefined],
  ['"\\400"', undefined],
  ['"a', undefined],
  ['"', undefined],
  ['"a\nb"', undefined],
  ["'a'", 'a'],
  ["'\\''", "'"],
  ["'🚀'", '🚀'],
  ["'ab'", undefined],
  ["''", undefined],
  ['`a\\n\r\nb`', 'a\\n\nb'],
]

for (const [literal, text] of LITERALS) {
  t.test(`literal ${JSON.stringify(literal)}`, (t) => {
    t.equal(unquote(literal), text)
    t.end()
  })
}

const NUMBERS: [text: string, number: number | undefined][] = [
  ['1', 1],
  ['-1.5e3', -1500],
  ['.5', 0.5],
  ['1_000', 1000],
  ['1__0', undefined],
  ['0x1p4', 16],
  ['0x1.8p1', 3],
  ['0x10', undefined],
  ['1e999', undefined],
  ['Infinity', Infinity],
  ['-inf', -Infinity],
  ['NaN', NaN],
  ['', undefined],
  ['1 ', undefined],
]

for (const [text, number] of NUMBERS) {
  t.test(`number ${JSON.stringify(text)}`, (t) => {
    t.ok(Object.is(parseFloat(text), number))
    t.end()
  })
}
