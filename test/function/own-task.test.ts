import t from 'tap'
import { ClusterError, type Job } from '../../function/cluster/cluster.ts'
import type { MemoryCluster } from '../../function/cluster/memory.ts'
import { settlePatch } from '../../function/head.ts'
import { LABEL } from '../../function/labels.ts'
import { dropStray, ensureTaskJob, ownedJob } from '../../function/own-task.ts'
import type { Step } from '../../function/plan.ts'
import { expire } from '../../function/settle.ts'
import { createHead, givenCluster, stepOf } from './given.ts'

const given = async () => {
  const { cluster } = givenCluster()
  const head = await createHead(cluster)
  const step = stepOf(head.plan, '1-1')
  const { name = '' } = step.task.job.metadata!
  const there = () => cluster.get('Job', 'jobs', name)
  return { cluster, head, step, name, there }
}

const foreign = (step: Step): Job => {
  const { job } = step.task
  return {
    ...job,
    metadata: {
      ...job.metadata,
      labels: { ...job.metadata!.labels, [LABEL.head]: 'another-head' },
    },
  }
}

const far = (step: Step): Step => ({
  ...step,
  task: {
    ...step.task,
    job: {
      ...step.task.job,
      metadata: { ...step.task.job.metadata, namespace: 'far' },
    },
  },
})

t.test('in the namespace of its head it is owned', async (t) => {
  const { head, step } = await given()
  const { metadata, spec } = ownedJob(head, step)
  t.strictSame(metadata!.ownerReferences, [
    { apiVersion: 'batch/v1', kind: 'Job', name: head.name, uid: head.uid },
  ])
  t.equal(metadata!.labels![LABEL.head], head.uid)
  t.equal(spec!.ttlSecondsAfterFinished, undefined, 'not before it is settled')
})

t.test('in another it cannot be, and expires by itself', async (t) => {
  const { head, step } = await given()
  const { metadata, spec } = ownedJob(head, far(step))
  t.equal(metadata!.ownerReferences, undefined)
  t.equal(metadata!.labels![LABEL.head], head.uid)
  t.ok(spec!.ttlSecondsAfterFinished! >= 86_400)
})

t.test('the plan is not changed by it', async (t) => {
  const { head, step } = await given()
  const before = JSON.stringify(step)
  ownedJob(head, step)
  t.equal(JSON.stringify(step), before)
})

t.test('it is created', async (t) => {
  const { cluster, head, step, there } = await given()
  const job = await ensureTaskJob(cluster, head, step)
  t.strictSame(job, await there())
})

t.test('ours is there already: it is taken', async (t) => {
  const { cluster, head, step } = await given()
  const first = await ensureTaskJob(cluster, head, step)
  cluster.resetCounts()
  const second = await ensureTaskJob(cluster, head, step)
  t.equal(second.metadata!.uid, first.metadata!.uid)
  t.equal(cluster.counts()['delete Job'], undefined)
})

t.test('a foreign one is removed, and ours is made', async (t) => {
  const { cluster, head, step, there } = await given()
  const before = await cluster.create('Job', foreign(step))
  const job = await ensureTaskJob(cluster, head, step)
  t.not(job.metadata!.uid, before.metadata!.uid)
  t.equal((await there()).metadata!.labels![LABEL.head], head.uid)
})

t.test(
  'it is removed by its uid: ours that came meanwhile stays',
  async (t) => {
    const { cluster, head, step, name } = await given()
    await cluster.create('Job', foreign(step))
    let ours: string | undefined
    before(cluster, 'delete', async () => {
      cluster.remove('Job', 'jobs', name)
      const job = await cluster.create('Job', ownedJob(head, step))
      ours = job.metadata!.uid!
    })
    const job = await ensureTaskJob(cluster, head, step)
    t.equal(job.metadata!.uid, ours)
  },
)

t.test('it goes before it is looked at: ours is made', async (t) => {
  const { cluster, head, step, name } = await given()
  await cluster.create('Job', foreign(step))
  before(cluster, 'get', async () => cluster.remove('Job', 'jobs', name))
  const job = await ensureTaskJob(cluster, head, step)
  t.equal(job.metadata!.labels![LABEL.head], head.uid)
})

t.test('a foreign one that a finalizer holds: it is given up', async (t) => {
  const { cluster, head, step } = await given()
  const job = foreign(step)
  job.metadata!.finalizers = ['a.io/held']
  await cluster.create('Job', job)
  await t.rejects(ensureTaskJob(cluster, head, step), { code: 'AlreadyExists' })
})

t.test('the API server is away', async (t) => {
  const { cluster, head, step } = await given()
  await cluster.create('Job', foreign(step))
  for (const verb of ['create', 'get', 'delete'] as const) {
    before(cluster, verb, async () => {
      throw new ClusterError('Unavailable', verb)
    })
    await t.rejects(ensureTaskJob(cluster, head, step), { message: verb })
  }
})

const settled = async () => {
  const world = await given()
  const { cluster, head, step } = world
  const job = await ensureTaskJob(cluster, head, step)
  await cluster.patch('Job', 'jobs', head.name, settlePatch(head, { time: 0 }))
  return { ...world, job }
}

t.test('its run goes on: it stays', async (t) => {
  const { cluster, head, step, there } = await given()
  await dropStray(cluster, head, await ensureTaskJob(cluster, head, step))
  await t.resolves(there())
})

t.test('its run was ended by who knew nothing of it: it goes', async (t) => {
  const { cluster, head, job, there } = await settled()
  await dropStray(cluster, head, job)
  await t.rejects(there(), { code: 'NotFound' })
  await t.resolves(dropStray(cluster, head, job), 'once more')
})

t.test('its run is gone: it goes', async (t) => {
  const { cluster, head, step, there } = await given()
  const job = await ensureTaskJob(cluster, head, step)
  cluster.remove('Job', 'jobs', head.name)
  await dropStray(cluster, head, job)
  await t.rejects(there(), { code: 'NotFound' })
})

t.test('its run was ended by who knew it: it stays', async (t) => {
  const { cluster, head, job, there } = await settled()
  await expire(cluster, job, 600)
  await dropStray(cluster, head, job)
  await t.resolves(there())
})

/** Does something once, before the next call of that kind. */
const before = (
  cluster: MemoryCluster,
  verb: string,
  what: () => Promise<unknown>,
): void => {
  cluster.fault = async (call, phase) => {
    if (phase !== 'before' || call.verb !== verb) return
    cluster.fault = undefined
    await what()
  }
}
