import t from 'tap'
import type { JobEvent } from '../../config/event.ts'
import { endSequence, sequenceEnd } from '../../function/abort.ts'
import { ClusterError } from '../../function/cluster/cluster.ts'
import { decodeHead, settlePatch } from '../../function/head.ts'
import { ANNOTATION } from '../../function/labels.ts'
import { noLog } from '../../function/log.ts'
import type { Ports } from '../../function/ports.ts'
import {
  CONTEXT,
  createHead,
  givenCluster,
  givenEnvelope,
  givenSettings,
  OTHER_RUN,
  RUN,
} from './given.ts'

const finished = (data: object, fields: Partial<JobEvent> = {}): JobEvent => ({
  specversion: '1.0',
  id: 'id-2',
  source: 'shipyard-controller',
  type: 'sh.keptn.event.dev.delivery.finished',
  shkeptncontext: CONTEXT,
  data: { ...data },
  ...fields,
})

const aborted = { status: 'aborted' }
const timedOut = {
  status: 'errored',
  message:
    'sequence timed out while waiting for task deployment to be finished',
}

const ENDS: [name: string, event: JobEvent, reason: string | undefined][] = [
  ['aborted', finished(aborted), 'the sequence was aborted'],
  ['timed out', finished(timedOut), 'the sequence timed out'],
  ['succeeded', finished({ status: 'succeeded' }), undefined],
  [
    'failed',
    finished({ status: 'errored', message: 'a task failed' }),
    undefined,
  ],
  [
    "a task's end",
    finished(aborted, { type: 'sh.keptn.event.deployment.finished' }),
    undefined,
  ],
  [
    "a sequence's start",
    finished(aborted, { type: 'sh.keptn.event.dev.delivery.triggered' }),
    undefined,
  ],
  [
    'seven parts',
    finished(aborted, { type: 'sh.keptn.event.a.b.c.finished' }),
    undefined,
  ],
  ['no context', finished(aborted, { shkeptncontext: '' }), undefined],
]
for (const [name, event, reason] of ENDS)
  t.test(`${name}: ${reason ?? 'nothing'}`, async (t) => {
    t.strictSame(
      sequenceEnd(event),
      reason && { context: CONTEXT, stage: 'dev', reason },
    )
  })

const END = {
  context: CONTEXT,
  stage: 'dev',
  reason: 'the sequence was aborted',
}

const given = () => {
  const { cluster, clock } = givenCluster()
  const ports = { cluster, clock, settings: givenSettings(), log: noLog }
  return { cluster, end: () => endSequence(ports as unknown as Ports, END) }
}

t.test('it is written on the head of that context and stage', async (t) => {
  const { cluster, end } = given()
  await createHead(cluster)
  t.strictSame(await end(), [RUN])
  t.strictSame(decodeHead(cluster.objects('Job')[0]!).ended, {
    reason: END.reason,
  })
})

const OTHERS: [name: string, head: Parameters<typeof createHead>[1]][] = [
  ['another context', { envelope: givenEnvelope({ context: 'other' }) }],
  ['another stage', { envelope: givenEnvelope({ stage: 'production' }) }],
  ['another installation', { instance: { namespace: 'jobs', name: 'other' } }],
]
for (const [name, args] of OTHERS)
  t.test(`not on that of ${name}`, async (t) => {
    const { cluster, end } = given()
    await createHead(cluster, args)
    t.strictSame(await end(), [])
    t.equal(decodeHead(cluster.objects('Job')[0]!).ended, undefined)
  })

t.test('not on one that is settled', async (t) => {
  const { cluster, end } = given()
  const head = await createHead(cluster)
  await cluster.patch('Job', 'jobs', head.name, settlePatch(head, { time: 0 }))
  t.strictSame(await end(), [])
})

t.test('one of a newer version does not keep the others', async (t) => {
  const { cluster, end } = given()
  const { name } = await createHead(cluster)
  await createHead(cluster, { run: OTHER_RUN })
  await cluster.patch('Job', 'jobs', name, [
    {
      op: 'replace',
      path: `/metadata/annotations/${ANNOTATION.format.replace('/', '~1')}`,
      value: '2',
    },
  ])
  t.strictSame(await end(), [OTHER_RUN])
})

t.test('one that goes meanwhile does not keep the others', async (t) => {
  const { cluster, end } = given()
  const { name } = await createHead(cluster)
  await createHead(cluster, { run: OTHER_RUN })
  cluster.fault = (call, phase) => {
    if (call.verb === 'list' && phase === 'after')
      cluster.remove('Job', 'jobs', name)
  }
  t.strictSame(await end(), [OTHER_RUN])
})

t.test('the API server is away: it has to come again', async (t) => {
  const { cluster, end } = given()
  await createHead(cluster)
  cluster.fault = ({ verb }) => {
    if (verb === 'patch') throw new ClusterError('Unavailable', 'away')
  }
  await t.rejects(end(), { code: 'Unavailable' })
})
