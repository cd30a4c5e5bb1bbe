import fc from 'fast-check'
import { load, YAML11_SCHEMA } from 'js-yaml'
import t from 'tap'

import { EventTime } from '../../config/event-time.ts'
import { yamlText } from '../../config/yaml-text.ts'

/** Each was printed by yaml.v2 2.4.0, which the original used. */
const CASES: [value: unknown, yaml: string][] = [
  ['', '""\n'],
  ['yes', '"yes"\n'],
  ['1_000', '"1_000"\n'],
  ['0x1F', '"0x1F"\n'],
  ['12:30', '"12:30"\n'],
  ['2021-01-01', '"2021-01-01"\n'],
  ['2021-13-01', '2021-13-01\n'],
  ['1.2.3', '1.2.3\n'],
  ['a: b', "'a: b'\n"],
  ['a #b', "'a #b'\n"],
  ["'q'", "'''q'''\n"],
  ['- a', "'- a'\n"],
  ['-a', '-a\n'],
  [' a', "' a'\n"],
  ['a\tb', '"a\\tb"\n'],
  ['a\nb', '|-\n  a\n  b\n'],
  ['a\nb\n', '|\n  a\n  b\n'],
  ['a\n\n', '|+\n  a\n\n'],
  [{ k: ' a\nb' }, 'k: |2-\n   a\n  b\n'],
  [[' a\nb'], '- |2-\n   a\n  b\n'],
  ['🚀', '"\\U0001F680"\n'],
  [1234567, '1.234567e+06\n'],
  [null, 'null\n'],
  [{}, '{}\n'],
  [[], '[]\n'],
  [[[1], [{ a: 1 }]], '- - 1\n- - a: 1\n'],
  [{ list: [{ b: 1, a: [] }], t: '' }, 'list:\n- a: []\n  b: 1\nt: ""\n'],
  [
    { a10: 1, a2: 2, A: 3, '10': 4, '9': 5 },
    '"9": 5\n"10": 4\nA: 3\na2: 2\na10: 1\n',
  ],
  [{ k: 'a\nb\n' }, 'k: |\n  a\n  b\n'],
]

for (const [value, yaml] of CASES) {
  t.test(`YAML of ${JSON.stringify(value)}`, (t) => {
    t.equal(yamlText(value), yaml)
    t.end()
  })
}

t.test('difference: the hint of a block that begins with a blank', (t) => {
  // yaml.v2 wrote `|2-` in both cases; these are read as the same text.
  t.equal(yamlText(' a\nb'), '|3-\n   a\n  b\n')
  t.equal(yamlText({ k: '\na' }), 'k: |-\n\n  a\n')
  t.end()
})

t.test('a time is no string', (t) => {
  const time = EventTime.from('2022-08-16T11:30:00+02:00')
  t.equal(yamlText({ time }), 'time: 2022-08-16T11:30:00+02:00\n')
  t.end()
})

t.test('the same object twice is written twice', (t) => {
  const twice = { a: 1 }
  t.equal(yamlText([twice, twice]), '- a: 1\n- a: 1\n')
  t.end()
})

t.test('what is written is read as what it was', (t) => {
  const pieces = fc
    .array(
      fc.constantFrom(
        ...['a', '1', '0', '-', ':', ' ', '#', '\n', '\t', '"', "'", '['],
        ...['{', '?', '.', '~', 'yes', '0x', '_', '2021-01-01', '\r', '🚀'],
        ...['|', '>', '%', '@', '`', '!', '&', '*', '\\', '\u2028', '\x85'],
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join(''))
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      pieces,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(
        pieces.filter((key) => key !== '__proto__'),
        tie('value'),
        { maxKeys: 3 },
      ),
    ),
  })).value
  fc.assert(
    fc.property(value, (given) => {
      const read = load(yamlText(given), { schema: YAML11_SCHEMA })
      t.strictSame(read, JSON.parse(JSON.stringify(given)))
    }),
    { numRuns: 500 },
  )
  t.end()
})
