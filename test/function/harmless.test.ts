import t from 'tap'
import { harmless, harmlessJson } from '../../function/harmless.ts'

const cases: [name: string, text: string, wanted: string][] = [
  ['plain text stays', 'grün, 日本\tx\n', 'grün, 日本\tx\n'],
  ['colours are dropped', '\u001b[31mred\u001b[0m', 'red'],
  ['a title for the window is dropped', '\u001b]0;owned\u0007x', 'x'],
  ['a lone escape is shown', 'a\u001b', 'a\u241b'],
  ['a bell and a backspace are shown', '\u0007\u0008', '\u2407\u2408'],
  ['a carriage return cannot overwrite', 'bad\rgood', 'bad\u240dgood'],
  ['a Windows line end is one', 'a\r\nb', 'a\nb'],
  ['an 8 bit control is shown', '\u0085', '\\u0085'],
  ['the writing direction stays', 'a\u202eb', 'a\\u202eb'],
]

for (const [name, text, wanted] of cases)
  t.test(name, async (t) => t.equal(harmless(text), wanted))

t.test('JSON says the same without raw controls', async (t) => {
  const value = { a: '\u001b[31m\u009b31m\u007f\u202e' }
  const text = harmlessJson(value)
  t.match(text, /^[\x20-\x7e]*$/)
  t.same(JSON.parse(text), value)
})
