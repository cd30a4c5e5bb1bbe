import { EVENT_ID, getScalarValue } from 'js-yaml'
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
  ['other lone line ends', 'a: [\rb\r]\rc: d', ['a', 'b', 'c', 'd']],
  ['brackets within brackets', 'a: [\n{b:\n[\nc]}\n]', ['a', 'b', 'c']],
  ['a bracket in text', 'a: b [\n\n  c\nd: [\ne]', ['a', 'b [\nc', 'd', 'e']],
  ['a quote in text', "a: it's\nb: [\nc]", ['a', "it's", 'b', 'c']],
  ['a comment', "a: b # it's [\nc: [\nd]", ['a', 'b', 'c', 'd']],
  ['a comment within', "a: [b, # it's ]\nc\n]", ['a', 'b', 'c']],
  [
    'a block of text',
    "a:\n- |-\n  it's [\n\n   b\n- >2-\n   {\n- [\nc]",
    ['a', "it's [\n\n b", ' {', 'c'],
  ],
  ['a tag and an anchor', 'a: !!str &b\t[\nc]', ['a', 'c']],
  ['tabs in quotes stay', 'a:\t["b\tc"]', ['a', 'b\tc']],
]

t.test('indentation within brackets and quotes does not count', (t) => {
  for (const [name, text, wanted] of accepted) {
    t.strictSame(scalars(text), wanted, name)
  }
  t.end()
})

const words: [text: string, scalars: string[]][] = [
  ['[-qO, -, http://x]', ['-qO', '-', 'http://x']],
  ['[kubectl, -]', ['kubectl', '-']],
  ['{ a: -, -: b, c: -}', ['a', '-', '-', 'b', 'c', '-']],
  ['[echo, Result:, ok]', ['echo', 'Result:', 'ok']],
  ["[it's:, a b:]", ["it's:", 'a b:']],
  ['[[a:], {b: c:}, x::]', ['a:', 'b', 'c:', 'x::']],
  ['[a:\n  b:]', ['a', 'b:']],
  ['[a: , b]', ['a', '', 'b']],
  ['[a:\n, b]', ['a', '', 'b']],
  ['["a": b, "c":d, e:f]', ['a', 'b', 'c', 'd', 'e:f']],
  ['["a:,", b:c]', ['a:,', 'b:c']],
  ['"it\\\'s \\\\\'"', ["it's \\'"]],
  ["[\"\\'\", '\\']", ["'", '\\']],
  ['"a"#b', ['a']],
  ["'a'#b\n", ['a']],
  ['[a]#b', ['a']],
  ['[#b\na,#c\n"d"#e\n]#f', ['a', 'd']],
  ['[a#b, "#c", d#]', ['a#b', '#c', 'd#']],
]

t.test('words and comments as libyaml has them', (t) => {
  for (const [text, wanted] of words)
    t.strictSame(scalars(`- ${text}`), wanted, text)
  t.end()
})

t.test('what libyaml refuses is refused', (t) => {
  for (const text of ['[-\n]', '[- a]', '[- , a]', '"\\q"', 'a: "b" c', '-\t['])
    t.throws(() => parseLeniently(text), JSON.stringify(text))
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

t.test('however many lines there are, they are mended at once', (t) => {
  t.equal(scalars(`a:\n  b: [${'c,\n '.repeat(19_000)}]\n`).length, 19_002)
  const lists = 'a: [\n  b\n]\n'.repeat(5_000)
  t.equal(scalars(`c:\n- ${lists.replaceAll('\n', '\n  ')}`).length, 10_001)
  t.end()
})
