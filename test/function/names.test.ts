import fc from 'fast-check'
import t from 'tap'
import {
  bundleName,
  headName,
  instanceId,
  placeName,
  runId,
  sequenceId,
  taskJobName,
  watchName,
} from '../../function/names.ts'
import { INSTANCE, RUN } from './given.ts'

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100, size: 'max' }),
  fc.string({
    unit: fc.constantFrom(...'abZ9-_. ü'),
    maxLength: 100,
    size: 'max',
  }),
)
const place = fc.record({
  action: fc.nat({ max: 999_999 }),
  task: fc.nat({ max: 999_999 }),
})

t.test('a task makes a valid name, whatever it is called', async () => {
  fc.assert(
    fc.property(text, place, (name, place) =>
      DNS_LABEL.test(taskJobName(RUN, place, name)),
    ),
  )
})

t.test('other places of a run have other names', async () => {
  fc.assert(
    fc.property(text, place, place, (name, a, b) => {
      fc.pre(a.action !== b.action || a.task !== b.task)
      return taskJobName(RUN, a, name) !== taskJobName(RUN, b, name)
    }),
  )
})

t.test('the end of a name is what tells runs and places apart', async () => {
  fc.assert(
    fc.property(text, place, (name, place) =>
      taskJobName(RUN, place, name).endsWith(`-${RUN}-${placeName(place)}`),
    ),
  )
})

const FRONTS: [task: string, front: string][] = [
  ['Run locust', 'run-locust'],
  ['deploy', 'deploy'],
  ['  -- Ünïcode! ', 'n-code'],
  ['123 go', 'go'],
  ['!?', 'task'],
  ['', 'task'],
  ['a'.repeat(29) + ' b', 'a'.repeat(29)],
  ['A'.repeat(99), 'a'.repeat(30)],
]
for (const [task, front] of FRONTS)
  t.test(`task ${JSON.stringify(task)} is read as ${front}`, async (t) => {
    t.equal(
      taskJobName(RUN, { action: 1, task: 0 }, task),
      `${front}-${RUN}-2-1`,
    )
  })

t.test('the same event gives the same run', async (t) => {
  const event = { source: 's', id: 'i' }
  const id = runId(INSTANCE, event)
  t.match(id, /^[0-9a-f]{20}$/)
  t.equal(runId({ ...INSTANCE }, { ...event }), id)
})

t.test('another event or installation gives another run', async () => {
  const key = fc.tuple(text, text, text, text)
  const idOf = ([namespace, name, source, id]: string[]) =>
    runId({ namespace: namespace!, name: name! }, { source: source!, id: id! })
  fc.assert(
    fc.property(key, key, (a, b) => {
      fc.pre(a.some((part, index) => part !== b[index]))
      return idOf(a) !== idOf(b)
    }),
  )
})

t.test('parts of a key do not run into each other', async (t) => {
  t.not(
    runId(INSTANCE, { source: 'ab', id: 'c' }),
    runId(INSTANCE, { source: 'a', id: 'bc' }),
  )
  t.not(
    instanceId({ namespace: 'ab', name: 'c' }),
    instanceId({ namespace: 'a', name: 'bc' }),
  )
  t.not(sequenceId('ab', 'c'), sequenceId('a', 'bc'))
})

t.test('all other names are valid too', async (t) => {
  for (const name of [
    headName(RUN),
    watchName(INSTANCE, 'c0ffee12'),
    bundleName(RUN, 'content'),
    instanceId(INSTANCE),
    sequenceId('context', 'dev'),
  ])
    t.match(name, DNS_LABEL)
  t.not(bundleName(RUN, 'content'), bundleName(RUN, 'other'))
  const watch = watchName(INSTANCE, 'c0ffee12')
  t.not(watch, watchName({ ...INSTANCE, name: 'other' }, 'c0ffee12'))
  t.not(watch, watchName(INSTANCE, 'c0ffee13'))
})
