import { EVENT_ID, getScalarValue, type YAMLException } from 'js-yaml'
import t from 'tap'
import { parseLeniently } from '../../config/yaml-events.ts'

const scalars = (text: string): string[] => {
  const { events, source } = parseLeniently(text)
  return events.flatMap((event) =>
    event.type === EVENT_ID.SCALAR ? [getScalarValue(source, event)] : [],
  )
}

const accepted: [name: string, text: string, scalars: string[]][] = [
  [
    'a bracket below its key',
    'a:\n  b: [\n    c\n  ]\n  d: e',
    ['a', 'b', 'c', 'd', 'e'],
  ],
  ['a bracket at the margin', 'a:\n  b: [\n c\n]\n', ['a', 'b', 'c']],
  ['a brace below its key', 'a: {\n b: c\n}\nd: e', ['a', 'b', 'c', 'd', 'e']],
  ['quoted text below its key', 'a:\n  b: "x\n  y"', ['a', 'b', 'x y']],
  [
    'quoted text at the margin',
    "a:\n  b: 'x\ny\n\nz'\nc: d",
    ['a', 'b', 'x y\nz', 'c', 'd'],
  ],
  [
    'several lines',
    `a: [\n${'b,\n'.repeat(50)}]`,
    ['a', ...Array<string>(50).fill('b')],
  ],
  ['a tab before a bracket', 'a:\t[b]', ['a', 'b']],
  ['tabs within brackets', 'a: [\tb,\tc\t]', ['a', 'b', 'c']],
  ['a tab that indents within brackets', 'a: [\n\tb,\n\tc\n]', ['a', 'b', 'c']],
  ['other line ends', 'a: [\r\nb\r\n]\r\nc: d', ['a', 'b', 'c', 'd']],
  ['tabs in quotes stay', 'a:\t["b\tc"]', ['a', 'b\tc']],
]

t.test('indentation within brackets and quotes does not count', (t) => {
  for (const [name, text, wanted] of accepted) {
    t.strictSame(scalars(text), wanted, name)
  }
  t.end()
})

t.test('a text that needs no change stays the same', (t) => {
  const text = 'a:\n  - b\n'
  t.equal(parseLeniently(text).source, text)
  t.end()
})

t.test('outside of them it counts', (t) => {
  for (const text of ['a:\n\t- b', 'a:\n   b: c\n  d: e', 'a: b\n  c: d']) {
    t.throws(() => parseLeniently(text), JSON.stringify(text))
  }
  t.end()
})

t.test('what is never closed ends with an error', (t) => {
  t.throws(() => parseLeniently(`a: "${'b\n'.repeat(1000)}`))
  t.throws(() => parseLeniently(`a: [${'b,\n'.repeat(9000)}`))
  t.end()
})

t.test('a long file is not parsed again and again', async (t) => {
  const text = `a:\n  b: [${'c,\n '.repeat(20_000)}]\n`
  try {
    parseLeniently(text)
    t.fail('it is read to its end')
  } catch (error) {
    const { reason, mark } = error as YAMLException
    t.equal(reason, 'deficient indentation')
    t.ok(mark!.line < 40, `it is given up at line ${mark!.line}`)
  }
})
