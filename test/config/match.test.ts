import t from 'tap'

import { matchEvent, runs } from '../../config/match.ts'
import type { Action, EventEntry } from '../../config/model.ts'
import { eventWith } from './events.ts'

const event = eventWith({ test: { teststrategy: 'health' }, num: 42 })

const action = (...events: EventEntry[]): Action => ({
  name: 'a',
  silent: false,
  events,
  tasks: [],
})

const re2 = (name: string, property?: string, match = ''): EventEntry => ({
  name,
  syntax: 're2',
  ...(property === undefined ? {} : { jsonpath: { property, match } }),
})

t.test('what only a wildcard matches, and Keptn awaits no answer to', (t) => {
  const glob = (name: string): EventEntry => ({ name, syntax: 'glob' })
  const finished = { ...event, type: 'sh.keptn.event.test.finished' }
  const all = glob('*')
  const begun = (given: Action, of: { type: string }): boolean => {
    const [match] = matchEvent({ actions: [given] }, { ...event, ...of })
    t.ok(match!.matched)
    return runs(match!)
  }
  t.notOk(begun(action(all), finished))
  t.notOk(begun(action(re2('sh.keptn.event.test')), finished))
  t.ok(begun(action(all), { type: 'sh.keptn.event.test.triggered' }))
  t.ok(begun({ ...action(all), silent: true }, finished))
  t.ok(begun(action(all, glob(finished.type)), finished), 'it is named')
  const anchored = '^sh\\.keptn\\.event\\.test\\.finished$'
  t.ok(begun(action(re2(anchored)), finished), 'it is named')
  t.ok(begun(action(all), { type: 'com.example.finished' }), 'not of Keptn')
  t.match(
    matchEvent({ actions: [action(all)] }, finished)[0]!.unasked,
    /no answer to "sh.keptn.event.test.finished": make the action silent/,
  )
  t.end()
})

t.test('every action with a matching entry matches, in file order', (t) => {
  const actions = [
    action(re2('finished')),
    action(re2('finished'), re2('test')),
    action(),
    action(re2('')),
  ]
  const matches = matchEvent({ actions }, event)
  t.strictSame(
    matches.map(({ index, matched }) => [index, matched]),
    [
      [0, false],
      [1, true],
      [2, false],
      [3, true],
    ],
  )
  t.equal(matches[1]?.action, actions[1])
  t.strictSame(
    matches[1]?.entries.map(({ index, matched }) => [index, matched]),
    [
      [0, false],
      [1, true],
    ],
  )
  t.end()
})

const REASONS: [entry: EventEntry, reason: RegExp, found?: unknown][] = [
  [
    re2('deployment'),
    /^name "deployment" does not match the type "sh.keptn.event.test.trigg/,
  ],
  [re2('*'), /^name "\*" is an invalid pattern: .*missing argument/],
  [{ name: 'test', syntax: 'glob' }, /^name "test" does not match the type/],
  [
    re2('test', '$.data.nope', 'x'),
    /^jsonpath \$\.data\.nope: unknown key nope/,
  ],
  [re2('test', '$[', 'x'), /^jsonpath \$\[: parsing error/],
  [
    re2('test', '$.data.test.teststrategy', 'load'),
    /value found was "health", not "load"/,
    'health',
  ],
  [
    re2('test', '$.data.num', '42'),
    /value found was 42, only a string can match/,
    42,
  ],
  [
    re2('test', '$..teststrategy', 'health'),
    /value found was \["health"\], only a string can match/,
    ['health'],
  ],
]

for (const [entry, reason, found] of REASONS) {
  t.test(`reason: ${reason.source}`, (t) => {
    const [match] = matchEvent({ actions: [action(entry)] }, event)
    const [verdict] = match?.entries ?? []
    t.equal(verdict?.matched, false)
    t.match(verdict?.reason, reason)
    t.strictSame(verdict?.found, found)
    t.end()
  })
}

t.test('what matches shows the value', (t) => {
  const entry = re2('test', '$.data.test.teststrategy', 'health')
  const [match] = matchEvent({ actions: [action(entry)] }, event)
  t.strictSame(match?.entries, [{ index: 0, matched: true, found: 'health' }])
  t.end()
})

t.test('a long value is cut in the reason', (t) => {
  const entry = re2('test', '$.data.long', 'x')
  const [match] = matchEvent(
    { actions: [action(entry)] },
    eventWith({ long: 'y'.repeat(100_000) }),
  )
  t.ok((match?.entries[0]?.reason?.length ?? Infinity) < 400)
  t.end()
})

t.test('the next event is judged as the first of a file was', (t) => {
  const large: EventEntry[] = Array.from({ length: 5 }, (_, index) => ({
    name: `${index}${'x'.repeat(900)}{1..90}`,
    syntax: 'glob',
  }))
  const config = { actions: [action(re2('*'), re2('test'), ...large)] }
  const first = matchEvent(config, event)
  const reasons = first[0]?.entries.map(({ reason }) => reason)
  t.match(reasons?.at(-1), /all patterns together are too large/)
  t.strictSame(matchEvent(config, event), first)
  const other = { ...event, type: 'sh.keptn.event.deployment.finished' }
  t.strictSame(
    matchEvent(config, other)[0]?.entries.map(({ matched }) => matched),
    [false, false, false, false, false, false, false],
    'of another type',
  )
  t.end()
})
