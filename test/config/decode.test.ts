import t from 'tap'
import { decode, toPath } from '../../config/decode.ts'
import type { Decoded, SchemaNode } from '../../config/decode.ts'
import { readYaml } from '../../config/yaml.ts'

const text: SchemaNode = { type: ['string', 'number', 'boolean', 'null'] }
const definitions: Record<string, SchemaNode> = { text }

const strict: SchemaNode = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    text: { $ref: '#/definitions/text' },
    other: { $ref: '#/definitions/text' },
    flag: { type: ['boolean', 'null'] },
    number: { type: ['integer', 'null'] },
    list: { type: ['array', 'null'], items: { $ref: '#/definitions/text' } },
    free: {
      type: ['object', 'null'],
      additionalProperties: { $ref: '#/definitions/text' },
    },
  },
}
strict.properties = {
  ...strict.properties,
  inner: strict,
  inners: { type: ['array', 'null'], items: strict },
}

const lenient: SchemaNode = { ...strict }
delete lenient.additionalProperties

const decoded = (yaml: string, schema = strict): Decoded => {
  const { root, problems } = readYaml(yaml)
  if (root === undefined) throw new Error(problems[0]?.message ?? 'empty')
  return decode(root, schema, definitions)
}

const value = (yaml: string, schema = strict): unknown =>
  JSON.parse(JSON.stringify(decoded(yaml, schema).value))

const values: [name: string, yaml: string, value: unknown][] = [
  ['text is what is written', 'text: 1.50', { text: '1.50' }],
  ['a flag of YAML 1.1', 'flag: yes', { flag: true }],
  ['a quoted flag stays text', 'flag: "yes"', { flag: 'yes' }],
  ['a number', 'number: 0x10', { number: 16 }],
  ['a fraction is cut', 'number: -1.5', { number: -1 }],
  ['a quoted number stays text', 'number: "1"', { number: '1' }],
  ['null is not given', 'text: ~\nflag:\nlist: null', {}],
  ['null in a list is empty', 'list: [a, ~]', { list: ['a', ''] }],
  ['null in a list of maps is empty', 'inners: [~]', { inners: [{}] }],
  ['null in a free map is empty', 'free: {a: ~}', { free: { a: '' } }],
  ['a map for text stays a map', 'text: {a: b}', { text: {} }],
  ['a list for text stays a list', 'text: [a]', { text: [] }],
  ['text for a list stays text', 'list: a', { list: 'a' }],
  ['an unknown key is kept', 'foo: [x]', { foo: true }],
  ['a key that is a number', 'free: {1: a}', { free: { 1: 'a' } }],
  ['an alias', 'text: &x a\nother: *x', { text: 'a', other: 'a' }],
  ['a merge', '<<: {text: a}\nother: b', { text: 'a', other: 'b' }],
  ['a merged key is overridden', '<<: {text: a}\ntext: b', { text: 'b' }],
  ['a merge after a key overrides it', 'text: b\n<<: {text: a}', { text: 'a' }],
  [
    'of several merged maps the first wins',
    '<<: [{text: a}, {text: b, other: c}]',
    { text: 'a', other: 'c' },
  ],
  [
    'a merge goes inside',
    '<<: {inner: {text: a}}\ninner: {other: b}',
    { inner: { text: 'a', other: 'b' } },
  ],
  ['a merged key can be taken back', '<<: {text: a}\ntext: ~', {}],
  ['a quoted << is no merge', '"<<": {text: a}', { '<<': true }],
]

t.test('gives a tree the types that are wanted', (t) => {
  for (const [name, yaml, wanted] of values) {
    t.strictSame(value(yaml), wanted, name)
  }
  t.end()
})

const problems: [name: string, yaml: string, code: string, path: string][] = [
  ['a key given twice', 'text: a\ntext: b', 'duplicate-key', 'text'],
  ['a free key given twice', 'free: {a: b, a: c}', 'duplicate-key', 'free.a'],
  [
    'a free key given once merged',
    'free: {<<: {a: b}, a: c}',
    'duplicate-key',
    'free.a',
  ],
  ['a merge of text', '<<: a', 'yaml-merge', ''],
  ['a merge of a list of text', '<<: [a]', 'yaml-merge', ''],
  ['a list as a key', '? [a]\n: b', 'type', ''],
  ['a tag that does not fit', 'number: !!int x', 'yaml-tag', 'number'],
  [
    'a value inside itself',
    'inner: &x {inner: *x}',
    'yaml-alias',
    'inner.inner',
  ],
]

t.test('tells what cannot be decoded', (t) => {
  for (const [name, yaml, code, path] of problems) {
    t.match(decoded(yaml).problems, [{ code, path }], name)
  }
  t.end()
})

t.test('where unknown keys are allowed, they are only warned of', (t) => {
  const { problems, warnings } = decoded('foo: [x]', lenient)
  t.strictSame(problems, [])
  t.match(warnings, [{ code: 'unknown-key', path: 'foo', line: 1 }])
  t.end()
})

t.test('where unknown keys are allowed, the last of two wins', (t) => {
  const { value, problems, warnings } = decoded('text: a\ntext: b', lenient)
  t.match(value, { text: 'b' })
  t.strictSame(problems, [])
  t.match(warnings, [{ code: 'duplicate-key', path: 'text', line: 2 }])
  t.end()
})

t.test('a fraction is warned of', (t) => {
  t.match(decoded('number: 1.5').warnings, [{ code: 'fraction', line: 1 }])
  t.end()
})

t.test('aliases cannot expand without bound', (t) => {
  const levels = Array.from(
    { length: 20 },
    (_, i) => `x${i}: &a${i + 1}\n  <<: [*a${i}, *a${i}]\n`,
  )
  const bomb = `x: &a0 {text: a}\n${levels.join('')}<<: *a20\n`
  t.match(decoded(bomb, lenient).problems, [{ code: 'yaml-alias' }])
  t.end()
})

t.test('knows the line of every key', (t) => {
  const { lines } = decoded('text: a\nlist:\n  - b\n  - c\nfree:\n  a/~b: d')
  t.equal(lines.get('/text'), 1)
  t.equal(lines.get('/list/1'), 4)
  t.equal(lines.get('/free/a~1~0b'), 6)
  t.end()
})

t.test('a pointer as a path', (t) => {
  t.equal(toPath('/actions/0/tasks/1/cmd'), 'actions[0].tasks[1].cmd')
  t.equal(toPath('/free/a~1~0b'), 'free.a/~b')
  t.equal(toPath(''), '')
  t.end()
})
