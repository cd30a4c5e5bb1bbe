import t from 'tap'

import { jsonpath, newBudget } from '../../config/jsonpath.ts'
import { goNumber, goText } from '../../config/text.ts'
import { eventView } from '../../config/view.ts'
import { corpus } from './corpus.ts'
import { eventNamed, eventWith } from './events.ts'

interface Row {
  name: string
  expression: string
  event: string
  want:
    | { error: string }
    | { anyOrder: true; value: unknown[] }
    | { text: string; value: unknown }
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

for (const { name, expression, event, want } of corpus<Row>(
  'tables/jsonpath.json',
)) {
  t.test(`${name}: ${expression}`, (t) => {
    const found = jsonpath(eventView(eventNamed(event)), expression)
    if ('error' in want) {
      t.strictSame(found, want)
    } else if (!('value' in found)) {
      t.fail(found.error)
    } else if ('anyOrder' in want) {
      t.strictSame((found.value as unknown[]).toSorted(), want.value)
    } else {
      t.strictSame(plain(found.value), want.value)
      t.equal(goText(found.value, goNumber), want.text)
    }
    t.end()
  })
}

const view = eventView(
  eventWith({
    list: ['one', 'two', 'three'],
    objs: [
      { name: 'one', v: 1 },
      { name: 'two', v: '2' },
      { name: 'three', v: null },
    ],
    'a b': { __proto__x: 1 },
    key: 'list',
    index: '1',
    '*': 'star',
    '..': 'dots',
  }),
)

const VALUES: [expression: string, value: unknown][] = [
  ['$.data["*"]', 'star'],
  ['$.data[".."]', 'dots'],
  ["$.data['x']", undefined],
  ['$.data[$.data.key][$.data.index]', 'two'],
  ['$.data.list["1"]', 'two'],
  ['$.data.list[1.9]', 'two'],
  ['$.data.list[-1 : ]', ['three']],
  ['$.data.list[::-1]', ['three', 'two', 'one']],
  ['$.data.list[3:1]', []],
  ['$.data.list[0,9,2]', ['one', 'three']],
  ['$.data.objs[?(@.v==1)].name', ['one']],
  ['$.data.objs[?(@.v)].name', ['one', 'two']],
  ['$.data.objs[?@.name!="one"].v', ['2', null]],
  ['$.data.objs[?($.data.index=="1")].name', ['one', 'two', 'three']],
  ['$.data.objs..name', ['one', 'two', 'three']],
  ['$.data.objs..["name","v"]', ['one', 1, 'two', '2', 'three', null]],
  ['$.missing.*', []],
  ['$.data.list(@)', ['one', 'two', 'three']],
  ['$.data.list == $.data.list', true],
  ['$.time == $.time', true],
  ['$.data.objs[0] == $.data.objs[1]', false],
  ['data.list[7]', ['one', 'two', 'three']],
  ['/* all */ $.data.key // of them', 'list'],
  ['-"2"', -2],
  ['"\\u00e4\\x41\\101\\n"', 'äAA\n'],
]

for (const [expression, value] of VALUES) {
  t.test(`value of ${expression}`, (t) => {
    const found = jsonpath(view, expression)
    if (value === undefined) t.match(found, { error: 'unknown key x' })
    else t.strictSame(found, { value })
    t.end()
  })
}

const ERRORS: [expression: string, error: string | RegExp][] = [
  ['$.data.list.length', /could not select value, invalid key/],
  ['$.data.key.length', /unsupported value type string/],
  ['$.constructor', 'unknown key constructor'],
  ['$.__proto__', 'unknown key __proto__'],
  ['$.data.list[0,1:2]', /mixed 44 and 58 in JSON bracket/],
  ['$..[0:1]', /mapper can not be combined with range query/],
  ['$.time.Year', /unsupported value type time.Time/],
  ['-$.data.key', 'unexpected list(string) expected number'],
  ['process.exit()', 'could not call function: unknown parameter process.exit'],
  ['"open', /could not parse string/],
  ['\n$.x y', /2:5 - 2:6 unexpected Ident/],
  ['('.repeat(101) + '1', /nested deeper than 100/],
  ['$' + '.a'.repeat(5000), 'expression longer than 10000 characters'],
]

for (const [expression, error] of ERRORS) {
  t.test(`error of ${expression.slice(0, 40)}`, (t) => {
    const found = jsonpath(view, expression)
    t.match(found, { error })
    t.end()
  })
}

const wide = {
  data: Array.from({ length: 20_000 }, (_, i) => ({ name: `n${i}`, v: [i] })),
}

const nested = (depth: number): Record<string, unknown> => {
  let value: Record<string, unknown> = {}
  for (let i = 0; i < depth; i += 1) value = { a: value }
  return value
}

const MUCH: [expression: string, on: Record<string, unknown>, error: RegExp][] =
  [
    ['$..*..*..*', wide, /too many steps/],
    ['$..[?($==$)]', wide, /too many steps/],
    ['$..[?(@..[?(@..name=="x")])]', wide, /too many steps/],
    ['$' + '..*'.repeat(3000), wide, /too many steps/],
    ['$..($)', wide, /too large/],
    ['$', nested(101), /nested too deeply/],
    ['$..a', nested(5000), /nested too deeply/],
    ['$..*..*', nested(100_000), /nested too deeply|too many steps/],
    ['$ == $', nested(100_000), /nested too deeply/],
  ]

for (const [expression, on, error] of MUCH) {
  t.test(`bounded: ${expression.slice(0, 40)}`, (t) => {
    const start = performance.now()
    t.match(jsonpath(on, expression), { error })
    t.ok(performance.now() - start < 10_000, 'in bounded time')
    t.end()
  })
}

t.test('a large event is no problem for what people write', (t) => {
  t.match(jsonpath(wide, '$..name'), { value: { length: 20_000 } })
  t.strictSame(jsonpath(wide, '$.data[?(@.v[0]==19999)].name'), {
    value: ['n19999'],
  })
  t.end()
})

t.test('expressions that share a budget stop together', (t) => {
  const budget = newBudget()
  const outcomes = Array.from({ length: 50 }, () =>
    jsonpath(wide, '$..name', budget),
  )
  t.match(outcomes[0], { value: Array })
  t.match(outcomes[49], { error: /too many steps/ })
  t.end()
})
