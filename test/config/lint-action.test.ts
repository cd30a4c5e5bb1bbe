import t from 'tap'
import { doubtsAboutAction } from '../../config/lint-action.ts'
import type { EventEntry } from '../../config/model.ts'

const doubts = (entry: Partial<EventEntry>): string[] =>
  doubtsAboutAction({
    name: 'a',
    silent: false,
    events: [
      { name: 'sh.keptn.event.test.triggered', syntax: 're2', ...entry },
    ],
    tasks: [{ name: 't', files: [], image: 'i', env: [] }],
  }).map(({ code, at }) => [code, ...at].join(' '))

const names: [name: string, doubts: string[]][] = [
  ['sh.keptn.event.test.triggered', []],
  ['^sh\\.keptn\\.event\\.(test|action)\\.triggered$', []],
  ['sh.keptn.event.(test|action).triggered', []],
  ['sh.keptn.event.*.triggered', ['unanchored events 0 name']],
  ['test.triggered', ['unanchored events 0 name']],
  ['triggered', ['unanchored events 0 name']],
  ['', ['unanchored events 0 name']],
  ['*', ['pattern events 0 name']],
  ['(test', ['pattern events 0 name']],
]

t.test('RE2 names', (t) => {
  for (const [name, wanted] of names)
    t.strictSame(doubts({ name }), wanted, name)
  t.end()
})

t.test('a glob is the whole type already', (t) => {
  for (const name of ['sh.keptn.event.*.triggered', 'test', '*']) {
    t.strictSame(doubts({ name, syntax: 'glob' }), [], name)
  }
  t.end()
})

t.test('the message names a type that is matched, too', (t) => {
  const [doubt] = doubtsAboutAction({
    name: '',
    silent: false,
    events: [{ name: 'test.triggered', syntax: 're2' }],
    tasks: [],
  }).filter(({ code }) => code === 'unanchored')
  t.match(doubt?.message, 'sh.keptn.event.dev.test.triggered')
  t.end()
})

t.test('a jsonpath that cannot be read', (t) => {
  const at = (property: string) => doubts({ jsonpath: { property, match: '' } })
  t.strictSame(at('$.data.project'), [])
  t.strictSame(at('$.data.with-dash['), ['jsonpath events 0 jsonpath property'])
  t.end()
})
