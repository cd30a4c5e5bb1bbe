import t from 'tap'
import { cleanText } from '../../function/clean-text.ts'

const TOKEN = `ghp_${'a1B2'.repeat(9)}`
const VALUE = 'correct horse battery'

const COLOURS: [name: string, sequence: string][] = [
  ['a colour', '\x1b[31m'],
  ['a title', '\x1b]0;t\x07'],
  ['a link', '\x1b]8;;https://example.com\x1b\\'],
]
for (const [name, sequence] of COLOURS) {
  t.test(`a token with ${name} in it is one`, async (t) =>
    t.equal(
      cleanText(`a ${TOKEN.slice(0, 9)}${sequence}${TOKEN.slice(9)} b`),
      'a [redacted] b',
    ),
  )
  t.test(`a value with ${name} in it is one`, async (t) =>
    t.equal(
      cleanText(`a ${VALUE.slice(0, 9)}${sequence}${VALUE.slice(9)} b`, [
        VALUE,
      ]),
      'a [redacted] b',
    ),
  )
}

t.test('a value that is like a pattern, with a colour in it', async (t) => {
  const value = 'left --token right words'
  const shown = cleanText('a left --to\x1b[1mken right words b', [value])
  t.equal(shown, 'a [redacted] b')
})

t.test('a value with control characters of its own', async (t) => {
  const value = 'one\x07two\x1b[31mthree'
  t.equal(cleanText(`a ${value} b`, [value]), 'a [redacted] b')
})

t.test('what a terminal obeys goes, the rest stays', async (t) =>
  t.equal(cleanText('\x1b[32mok\x1b[0m\r\nnext'), 'ok\nnext'),
)
