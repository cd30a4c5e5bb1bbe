import t from 'tap'
import { scalarText, scalarValue } from '../../config/scalar.ts'
import type { YamlScalar } from '../../config/yaml.ts'

const plain = (text: string, tag = ''): YamlScalar => ({
  kind: 'scalar',
  text,
  plain: true,
  tag: tag === '' ? '' : `tag:yaml.org,2002:${tag}`,
  line: 1,
})

const values: [text: string, value: unknown][] = [
  ['yes', true],
  ['Y', true],
  ['On', true],
  ['TRUE', true],
  ['tRUE', 'tRUE'],
  ['n', false],
  ['off', false],
  ['', null],
  ['~', null],
  ['Null', null],
  ['nUll', 'nUll'],
  ['10', 10],
  ['-1', -1],
  ['+5', 5],
  ['-0', 0],
  ['010', 8],
  ['0o17', 15],
  ['0x1F', 31],
  ['-0x10', -16],
  ['0b11', 3],
  ['-0b11', -3],
  ['1_000', 1000],
  ['08', 8],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['5.', 5],
  ['1e3', 1000],
  ['1E+3', 1000],
  ['.inf', Infinity],
  ['-.INF', -Infinity],
  ['.nan', NaN],
  ['1:30', '1:30'],
  ['2021-01-01', '2021-01-01'],
  ['0x', '0x'],
  ['0b2', '0b2'],
  ['1.2.3', '1.2.3'],
  ['_1', '_1'],
  ['10s', '10s'],
  ['<<', '<<'],
  ['99999999999999999999', 1e20],
]

t.test('a plain scalar has its YAML 1.1 value', (t) => {
  for (const [text, value] of values) {
    t.strictSame(scalarValue(plain(text)), value, text)
  }
  t.end()
})

t.test('what is quoted is text', (t) => {
  for (const text of ['true', '10', '', '~']) {
    const quoted = { ...plain(text), plain: false }
    t.equal(scalarValue(quoted), text, text)
    t.equal(scalarText(quoted), text, text)
  }
  t.end()
})

t.test('as text, a plain scalar is what is written', (t) => {
  for (const text of ['1.50', 'yes', '010', '1e400', '2021-01-01']) {
    t.equal(scalarText(plain(text)), text, text)
  }
  for (const text of ['~', 'null', '']) {
    t.equal(scalarText(plain(text)), '', `null: ${text}`)
  }
  t.end()
})

const tagged: [tag: string, text: string, value: unknown][] = [
  ['str', '5', '5'],
  ['str', '~', '~'],
  ['int', '5', 5],
  ['float', '5', 5],
  ['bool', 'yes', true],
  ['null', '~', null],
  ['binary', 'aGk=', 'hi'],
  ['binary', 'aG\nk=', 'hi'],
]

t.test('an explicit tag decides, quoted or not', (t) => {
  for (const [tag, text, value] of tagged) {
    const scalar = plain(text, tag)
    t.equal(scalarValue(scalar), value, `!!${tag} ${text}`)
    t.equal(scalarValue({ ...scalar, plain: false }), value, `quoted ${text}`)
  }
  t.equal(scalarText(plain('aGk=', 'binary')), 'hi')
  t.equal(scalarValue({ ...plain('5'), tag: '!own' }), '5', 'unknown: text')
  t.end()
})

const misfits: [tag: string, text: string][] = [
  ['int', 'ten'],
  ['int', '5.0'],
  ['bool', '1'],
  ['float', 'x'],
  ['null', 'x'],
  ['binary', '@@'],
]

t.test('a tag that does not fit is an error', (t) => {
  for (const [tag, text] of misfits) {
    t.throws(() => scalarValue(plain(text, tag)), new RegExp(`!!${tag}`), text)
  }
  t.end()
})
