import fc from 'fast-check'
import t from 'tap'
import type { TaskRecord } from '../../function/verdict.ts'
import {
  finishedMessage,
  jsonBytes,
  type TaskLog,
} from '../../function/message.ts'
import type { Plan } from '../../function/plan.ts'
import { makeVerdict } from '../../function/verdict.ts'
import { action, plan } from './given.ts'

const BIG = 1_000_000

const message = (given: {
  plan?: Plan
  tasks?: Record<string, TaskRecord>
  logs?: Record<string, TaskLog[]>
  reason?: string
  limit?: number
}): string => {
  const { plan: planned = plan(action(0, ['one', 'two'])), tasks = {} } = given
  return finishedMessage({
    plan: planned,
    verdict: makeVerdict({
      plan: planned,
      tasks,
      time: '2026-01-01T00:00:00Z',
      ...(given.reason !== undefined && { reason: given.reason }),
    }),
    logs: new Map(Object.entries(given.logs ?? {})),
    limit: given.limit ?? BIG,
  })
}

const succeeded: TaskRecord = { state: 'succeeded' }
const failed: TaskRecord = { state: 'failed', reason: 'exit code 1' }
const log = (text: string, heading = 'Container task of pod x'): TaskLog => ({
  heading,
  text,
})

t.test('how each task ended and what it printed', async (t) => {
  t.equal(
    message({
      tasks: { '1-1': succeeded, '1-2': failed },
      logs: {
        '1-1': [log('hello\n')],
        '1-2': [log('oh\n', 'Container files of pod x'), log('no\n')],
      },
    }),
    `Task 'one' finished successfully!

Logs:
Container task of pod x:
hello



Task 'two' failed: exit code 1

Logs:
Container files of pod x:
oh


Container task of pod x:
no


`,
  )
})

t.test('a task that never ran is not told of', async (t) => {
  t.equal(
    message({ tasks: { '1-1': failed } }),
    "Task 'one' failed: exit code 1\n",
  )
})

t.test('nor is one that still runs', async (t) => {
  t.equal(message({ tasks: { '1-1': { state: 'created' } } }), '')
})

t.test('a run without tasks that ended early tells why', async (t) => {
  t.equal(message({ reason: 'it was cancelled' }), 'it was cancelled\n')
  t.equal(
    message({
      plan: { ...plan(), failure: { code: 'x', message: 'bad config' } },
    }),
    'bad config\n',
  )
})

t.test('the failure of an action is told, of a silent one not', async (t) => {
  const failure = { code: 'x', message: 'no such path', task: 'one' }
  t.equal(
    message({
      plan: plan(
        action(0, [], { failure }),
        action(1, [], { failure, silent: true }),
        action(2, ['three'], { silent: true }),
      ),
      tasks: { '3-1': failed },
    }),
    "Task 'one' failed: no such path\n",
  )
})

const printed = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80, size: 'max' }),
  fc.string({
    unit: fc.constantFrom(
      '\u{1f600}',
      '\u0000',
      '\u001b',
      '"',
      '\\',
      'é',
      'a',
      '\n',
    ),
    maxLength: 80,
    size: 'max',
  }),
)

t.test('it never takes more bytes in JSON than it may', async () => {
  fc.assert(
    fc.property(
      fc.array(printed, { maxLength: 4 }),
      fc.array(printed, { maxLength: 4 }),
      fc.integer({ min: -10, max: 900 }),
      (one, two, limit) => {
        const text = message({
          tasks: { '1-1': succeeded, '1-2': failed },
          logs: {
            '1-1': one.map((text) => log(text)),
            '1-2': two.map((text) => log(text)),
          },
          limit,
        })
        return jsonBytes(text) <= Math.max(0, limit) && text.isWellFormed()
      },
    ),
  )
})

t.test(
  'the end of a log is kept, nearly as much as there is room',
  async () => {
    fc.assert(
      fc.property(
        printed,
        fc.integer({ min: 300, max: 1000 }),
        (end, limit) => {
          const logged = 'x'.repeat(2000) + end
          const text = message({
            tasks: { '1-1': succeeded },
            logs: { '1-1': [log(logged)] },
            limit,
          })
          const [, kept = ''] = text.split('[… cut …]\n')
          return (
            kept !== '' &&
            logged.endsWith(kept.slice(0, -2)) &&
            jsonBytes(text) > limit - 80
          )
        },
      ),
    )
  },
)

t.test('a character is never cut in two', async (t) => {
  for (let limit = 200; limit < 220; limit += 1) {
    const text = message({
      tasks: { '1-1': succeeded },
      logs: { '1-1': [log('\u{1f600}'.repeat(200))] },
      limit,
    })
    t.match(text, /\u{1f600}/u)
    t.ok(text.isWellFormed(), `${limit} bytes`)
  }
})

t.test('short logs stay whole, long ones share what is left', async (t) => {
  const text = message({
    tasks: { '1-1': succeeded, '1-2': succeeded },
    logs: {
      '1-1': [log('a'.repeat(9000)), log('b'.repeat(100))],
      '1-2': [log('c'.repeat(5000))],
    },
    limit: 4000,
  })
  const count = (letter: string) =>
    Math.max(
      ...[...text.matchAll(new RegExp(`${letter}+`, 'g'))].map(
        ([run]) => run.length,
      ),
    )
  t.equal(count('b'), 100)
  t.ok(count('a') > 1500, `${count('a')} of the first`)
  t.ok(Math.abs(count('a') - count('c')) <= 1)
})

t.test('long logs never cost how the tasks ended', async (t) => {
  const names = Array.from({ length: 100 }, (_, index) => `task ${index}`)
  const planned = plan(action(0, names))
  const text = message({
    plan: planned,
    tasks: Object.fromEntries(
      names.map((_, index) => [`1-${index + 1}`, succeeded]),
    ),
    logs: { '1-100': [log('x'.repeat(20_000))] },
    limit: 10_000,
  })
  for (const name of names) t.match(text, `Task '${name}' finished`)
  t.ok(jsonBytes(text) > 8_500)
})
