import t from 'tap'
import type { Cluster, Pod } from '../../function/cluster/cluster.ts'
import { makeReport } from '../../function/envelope.ts'
import { finishedData } from '../../function/finished.ts'
import type { Head } from '../../function/head.ts'
import type { Plan } from '../../function/plan.ts'
import type { Ports } from '../../function/ports.ts'
import { makeVerdict } from '../../function/verdict.ts'
import {
  action,
  createHead,
  ended,
  givenCluster,
  givenEnvelope,
  givenSettings,
  plan,
  pod,
} from './given.ts'

const TIME = '2026-01-01T00:01:00.000Z'

const given = async (fields: {
  plan?: Plan
  envelope?: Parameters<typeof givenEnvelope>[0]
  log?: string
  env?: NodeJS.ProcessEnv
}) => {
  const planned = fields.plan ?? plan(action(0, ['one']))
  const head = await createHead(givenCluster().cluster, {
    plan: planned,
    envelope: givenEnvelope(fields.envelope),
  })
  const cluster = {
    log: async (
      _namespace: string,
      _pod: string,
      { limitBytes }: { limitBytes: number },
    ) => (limitBytes > 0 ? (fields.log ?? 'hello').slice(-limitBytes) : ''),
  } as unknown as Cluster
  const asked: string[] = []
  const podsOf = (name: string): Pod[] => {
    asked.push(name)
    return [
      pod(
        { metadata: { namespace: 'jobs' } },
        { status: { containerStatuses: [ended('task', 0)] } },
      ),
    ]
  }
  const data = await finishedData(
    { cluster, settings: givenSettings(fields.env) } as Ports,
    head,
    makeVerdict({
      plan: planned,
      tasks: { '1-1': { state: 'succeeded' } },
      time: TIME,
    }),
    podsOf,
  )
  return { head, data, asked }
}

const bytes = (head: Head, data: Record<string, unknown>): number =>
  Buffer.byteLength(
    JSON.stringify(
      makeReport({
        envelope: head.envelope,
        run: head.run,
        source: 'a-source-of-some-length'.repeat(5),
        kind: 'finished',
        time: TIME,
        data,
      }),
    ),
  )

t.test('status, result and message', async (t) => {
  const { data } = await given({})
  t.match(data, {
    status: 'succeeded',
    result: 'pass',
    message: /Task 'one' finished successfully!.*hello/s,
  })
  t.notOk('test' in data)
})

t.test('the time frame of a test', async (t) => {
  const { data } = await given({
    envelope: { type: 'sh.keptn.event.test.triggered' },
  })
  t.strictSame(data.test, { start: '2026-01-01T00:00:00.000Z', end: TIME })
})

t.test('logs of silent actions are not read', async (t) => {
  const { asked } = await given({
    plan: plan(action(0, ['one']), action(1, ['two'], { silent: true })),
  })
  t.strictSame(asked, ['1-1'])
})

for (const [name, log] of [
  ['plain text', 'x'.repeat(100_000)],
  ['control characters', '\u001b'.repeat(100_000)],
  ['emoji', '\u{1f600}'.repeat(50_000)],
] as const)
  t.test(`the whole event keeps below the limit: ${name}`, async (t) => {
    const labels = { 'a label': 'ü'.repeat(1000) }
    const env = { LIMIT_MESSAGE_BYTES: '20000' }
    const { head, data } = await given({ log, envelope: { labels }, env })
    const size = bytes(head, data)
    t.ok(size <= 20_000, `${size} bytes`)
    t.ok(size > 19_000, `${size} bytes`)
  })

t.test('labels that fill the event leave no room for a message', async (t) => {
  const { data } = await given({
    envelope: { labels: { long: 'x'.repeat(5000) } },
    env: { LIMIT_MESSAGE_BYTES: '4096' },
  })
  t.match(data, { status: 'succeeded', message: '' })
})
