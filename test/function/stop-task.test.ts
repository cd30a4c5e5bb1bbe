import t from 'tap'
import { ClusterError, type Job } from '../../function/cluster/cluster.ts'
import { ANNOTATION } from '../../function/labels.ts'
import { stopTask } from '../../function/stop-task.ts'
import { interpose } from '../interpose.ts'
import { createHead, createTask, givenCluster } from './given.ts'

const given = async (fields: Job['spec'] = { template: {} }) => {
  const { clock, cluster } = givenCluster()
  const head = await createHead(cluster)
  const made = await createTask(cluster, head, '1-1')
  const { namespace, name } = made.metadata!
  const job = await cluster.patch('Job', namespace!, name!, [
    { op: 'add', path: '/spec/suspend', value: fields.suspend ?? false },
  ])
  const now = () => cluster.get('Job', namespace!, name!)
  return { clock, cluster, job, now }
}

t.test('it fails with our reason', async (t) => {
  const { clock, cluster, job, now } = await given()
  await stopTask(cluster, job, 'it was enough')
  await clock.advance(60_000)
  const { metadata, status } = await now()
  t.equal(metadata!.annotations![ANNOTATION.stopped], 'it was enough')
  t.match(status!.conditions, [{ type: 'FailureTarget' }, { type: 'Failed' }])
})

t.test(
  'a Job that is held back starts nothing when it is let go',
  async (t) => {
    const { clock, cluster, job, now } = await given({
      suspend: true,
      template: {},
    })
    await stopTask(cluster, job, 'it was enough')
    await cluster.patch('Job', job.metadata!.namespace!, job.metadata!.name!, [
      { op: 'replace', path: '/spec/suspend', value: false },
    ])
    await clock.advance(60_000)
    t.strictSame(cluster.objects('Pod'), [])
    t.match((await now()).status!.conditions?.at(-1), { type: 'Failed' })
  },
)

t.test('a policy lets nobody change it: it is deleted', async (t) => {
  const { cluster, job, now } = await given()
  const guarded = interpose(
    'cluster',
    cluster,
    ['patch', 'delete'],
    async ({ method }) => {
      if (method === 'patch') throw new ClusterError('Forbidden', 'denied')
    },
  )
  await stopTask(guarded, job, 'it was enough')
  await t.rejects(now(), { code: 'NotFound' })
})
