import t from 'tap'
import {
  ClusterError,
  type Job,
  type Pod,
} from '../../function/cluster/cluster.ts'
import { expire, settle } from '../../function/settle.ts'
import { stopTask } from '../../function/stop-task.ts'
import { LABEL } from '../../function/labels.ts'
import { noLog } from '../../function/log.ts'
import type { Ports } from '../../function/ports.ts'
import { interpose } from '../interpose.ts'
import {
  NO_RIGHT,
  containerStatus,
  createHead,
  createTask,
  ended,
  givenCluster,
  pod,
} from './given.ts'

const given = async (statuses: ReturnType<typeof ended>[]) => {
  const { clock, cluster } = givenCluster()
  const head = await createHead(cluster)
  const job = await createTask(cluster, head, '1-1')
  await clock.advance(10_000)
  const pods: Pod[] = [
    pod(job, { status: { phase: 'Running', containerStatuses: statuses } }),
  ]
  await settle(
    { cluster, log: noLog } as unknown as Ports,
    {
      head,
      jobs: new Map([['1-1', { job, outcome: { state: 'succeeded' } }]]),
      pods: new Map([['1-1', pods]]),
    },
    undefined,
  )
  return cluster.get('Job', 'jobs', job.metadata!.name!)
}

t.test('a task that is over keeps its time limit', async (t) => {
  const { spec } = await given([ended('task', 0)])
  t.equal(spec!.ttlSecondsAfterFinished, 600)
  t.equal(spec!.activeDeadlineSeconds, undefined)
})

t.test('a container beside it gets a minute', async (t) => {
  const { spec } = await given([
    ended('task', 0),
    containerStatus('istio-proxy', { running: {} }),
  ])
  t.equal(spec!.activeDeadlineSeconds, 70)
})

t.test('what was stopped stays stopped', async (t) => {
  const { cluster } = givenCluster()
  const head = await createHead(cluster)
  const made = await createTask(cluster, head, '1-1')
  const job = await stopTask(cluster, made, 'it was enough')
  const running = containerStatus('task', { running: {} })
  await settle(
    { cluster, log: noLog } as unknown as Ports,
    {
      head,
      jobs: new Map([
        ['1-1', { job, outcome: { state: 'failed', reason: 'enough' } }],
      ]),
      pods: new Map([
        [
          '1-1',
          [
            pod(job, {
              status: { phase: 'Running', containerStatuses: [running] },
            }),
          ],
        ],
      ]),
    },
    undefined,
  )
  const { spec } = await cluster.get('Job', 'jobs', job.metadata!.name!)
  t.equal(spec!.activeDeadlineSeconds, 1)
})

t.test(
  'a policy lets nobody change a Job: it goes with its head',
  async (t) => {
    const { cluster } = givenCluster()
    const job: Job = await createTask(cluster, await createHead(cluster), '1-1')
    const guarded = interpose('cluster', cluster, ['patch'], async () => {
      throw new ClusterError('Forbidden', 'denied')
    })
    await expire(guarded, job, 600)
    const rightless = interpose('cluster', cluster, ['patch'], async () => {
      throw new ClusterError('Forbidden', NO_RIGHT)
    })
    await t.rejects(expire(rightless, job, 600), { code: 'Forbidden' })
    const left = await cluster.get('Job', 'jobs', job.metadata!.name!)
    t.equal(left.metadata!.labels![LABEL.unsettled], 'true')
  },
)
