import t from 'tap'

import { resolveEnv } from '../../config/env.ts'
import type { EnvEntry, Task } from '../../config/model.ts'
import { eventWith } from './events.ts'

const task = (...env: EnvEntry[]): Task => ({
  name: 't',
  files: [],
  image: 'alpine',
  env,
})

const fromEvent = (value: string, as?: string): EnvEntry => ({
  name: 'X',
  value,
  valueFrom: 'event',
  ...(as === undefined ? {} : { as }),
})

const event = eventWith({
  project: 'sockshop',
  stage: 'dev',
  service: 'carts',
  labels: { 'build-id': 17, evil: '$(KEPTN_PROJECT)', none: null },
  evil: '$(PATH) $$ $',
  list: [1234567, 'a'],
  nested: { b: '$(B)', a: 1 },
})

t.test('entries in file order, then the project, then the labels', (t) => {
  const resolved = resolveEnv(
    task(
      { name: 'B', value: 'b', valueFrom: 'string' },
      { name: 'one', value: '', valueFrom: 'secret' },
      { name: 'A', value: '$.data.stage', valueFrom: 'event' },
      { name: 'two', value: 'ignored', valueFrom: 'secret' },
    ),
    event,
  )
  t.strictSame(resolved, {
    env: [
      { name: 'B', value: 'b' },
      { name: 'A', value: 'dev' },
      { name: 'KEPTN_PROJECT', value: 'sockshop' },
      { name: 'KEPTN_STAGE', value: 'dev' },
      { name: 'KEPTN_SERVICE', value: 'carts' },
      { name: 'LABELS_BUILD_ID', value: '17' },
      { name: 'LABELS_EVIL', value: '$$(KEPTN_PROJECT)' },
      { name: 'LABELS_NONE', value: '' },
    ],
    envFrom: [{ secretRef: { name: 'one' } }, { secretRef: { name: 'two' } }],
  })
  t.end()
})

const VALUES: [entry: EnvEntry, value: string][] = [
  [fromEvent('$.data.evil'), '$$(PATH) $$$ $'],
  [fromEvent('$.data.nested'), '{"a":1,"b":"$$(B)"}'],
  [fromEvent('$.data.nested', 'YAML'), 'a: 1\nb: $$(B)\n'],
  [fromEvent('$.data.list'), '[1234567 a]'],
  [fromEvent('$.data.list', 'Json'), '[1234567,"a"]'],
  [fromEvent('$.data.list', 'toml'), '[1234567 a]'],
  [fromEvent('$.time'), '2022-08-16 09:30:00.5 +0000 UTC'],
  [{ name: 'X', value: '$(A) $$', valueFrom: 'string' }, '$(A) $$'],
]

for (const [entry, value] of VALUES) {
  t.test(`${entry.valueFrom} ${entry.value} as ${entry.as}`, (t) => {
    const resolved = resolveEnv(task(entry), event)
    t.match(resolved, { env: [{ name: 'X', value }] })
    t.end()
  })
}

t.test('a path that leads nowhere is an error of the task', (t) => {
  t.strictSame(resolveEnv(task(fromEvent('$.data.nope')), event), {
    error: {
      code: 'env-jsonpath',
      message:
        "could not add env with name 'X', value '$.data.nope', valueFrom 'event': unknown key nope",
    },
  })
  t.end()
})

t.test('an unknown valueFrom says what there is', (t) => {
  const entry = { name: 'X', value: 'x', valueFrom: 'configmap' }
  t.strictSame(resolveEnv(task(entry), event), {
    error: {
      code: 'env-value-from',
      message:
        'could not add env with name X, unknown valueFrom configmap: use event, secret or string',
    },
  })
  t.end()
})

t.test('an event without labels, stage and service', (t) => {
  t.strictSame(resolveEnv(task(), eventWith({ project: 'p' })), {
    env: [
      { name: 'KEPTN_PROJECT', value: 'p' },
      { name: 'KEPTN_STAGE', value: '' },
      { name: 'KEPTN_SERVICE', value: '' },
    ],
    envFrom: [],
  })
  t.end()
})

t.test('many large values are refused, not built', (t) => {
  const large = eventWith({ text: 'x'.repeat(1_000_000) })
  const entries = Array.from({ length: 100 }, () => fromEvent('$'))
  t.match(resolveEnv(task(...entries), large), {
    error: { code: 'env-jsonpath', message: /too many steps/ },
  })
  t.end()
})
