import t from 'tap'
import { ClusterError, type Job } from '../../../function/cluster/cluster.ts'
import type { MemoryCluster, Verb } from '../../../function/cluster/memory.ts'
import { settlePatch } from '../../../function/head.ts'
import { poke } from '../../../function/poke.ts'
import { watchJob } from '../../../function/watch-job.ts'
import { ownJob } from '../../../function/watch/own-job.ts'
import {
  createHead,
  createTask,
  givenCluster,
  givenSettings,
  INSTANCE,
} from '../given.ts'

const watch = watchJob(givenSettings(), 'fn:1')

const ownJobOf = (cluster: MemoryCluster, { metadata }: Job) =>
  ownJob(cluster, {
    instance: INSTANCE,
    namespace: 'jobs',
    name: metadata!.name!,
  })

const given = async () => {
  const { cluster, clock } = givenCluster()
  await cluster.create('Job', watch)
  const { leave } = ownJobOf(cluster, watch)
  return {
    cluster,
    poking: () => poke({ cluster, clock }, watch),
    leaving: leave,
    there: () =>
      cluster
        .objects('Job')
        .some(({ metadata }) => metadata!.name === watch.metadata!.name),
  }
}

/** Does something once, before or after the next call of that kind. */
const at = (
  cluster: MemoryCluster,
  phase: 'before' | 'after',
  verb: Verb,
  what: () => Promise<unknown>,
): void => {
  cluster.fault = async (call, when) => {
    if (when !== phase || call.verb !== verb) return
    cluster.fault = undefined
    await what()
  }
}

t.test('nothing is unsettled: it goes', async (t) => {
  const { leaving, there } = await given()
  t.equal(await leaving(), true)
  t.equal(there(), false)
})

t.test('its pods go with it', async (t) => {
  const { cluster, leaving } = await given()
  let options: unknown
  const remove = cluster.delete.bind(cluster)
  cluster.delete = (kind, namespace, name, given) => {
    options = given
    return remove(kind, namespace, name, given)
  }
  await leaving()
  t.match(options, { propagationPolicy: 'Background' })
})

t.test('a run is unsettled: it stays', async (t) => {
  const { cluster, leaving, there } = await given()
  await createHead(cluster)
  t.equal(await leaving(), false)
  t.equal(there(), true)
})

t.test('a run is settled: it goes', async (t) => {
  const { cluster, leaving } = await given()
  const head = await createHead(cluster)
  await cluster.patch('Job', 'jobs', head.name, settlePatch(head, { time: 0 }))
  t.equal(await leaving(), true)
})

t.test('a task without a head does not hold it', async (t) => {
  const { cluster, leaving } = await given()
  const head = await createHead(cluster)
  await createTask(cluster, head, '1-1')
  cluster.remove('Job', 'jobs', head.name)
  t.equal(await leaving(), true)
})

t.test('the run of another installation does not hold it', async (t) => {
  const { cluster, leaving } = await given()
  await createHead(cluster, { instance: { ...INSTANCE, name: 'other' } })
  t.equal(await leaving(), true)
})

const MOMENTS: [phase: 'before' | 'after', verb: Verb][] = [
  ['before', 'get'],
  ['after', 'get'],
  ['before', 'list'],
  ['after', 'list'],
  ['before', 'delete'],
  ['after', 'delete'],
]
for (const [phase, verb] of MOMENTS)
  t.test(
    `a head and its poke ${phase} the ${verb}: somebody watches`,
    async (t) => {
      const { cluster, leaving, poking, there } = await given()
      at(cluster, phase, verb, async () => {
        await createHead(cluster)
        await poking()
      })
      const gone = await leaving()
      t.equal(there(), true)
      t.equal(
        gone,
        phase === 'after' && verb === 'delete',
        'the new one is another',
      )
    },
  )

for (const [phase, verb] of MOMENTS.slice(1, 5))
  t.test(`a poke alone ${phase} the ${verb}: it stays`, async (t) => {
    const { cluster, leaving, poking, there } = await given()
    at(cluster, phase, verb, poking)
    t.equal(await leaving(), false)
    t.equal(there(), true)
  })

t.test('it was replaced: the new one is left alone', async (t) => {
  const { cluster, leaving, there } = await given()
  at(cluster, 'before', 'delete', async () => {
    cluster.remove('Job', 'jobs', watch.metadata!.name!)
    await cluster.create('Job', watch)
  })
  t.equal(await leaving(), false)
  t.equal(there(), true)
})

for (const verb of ['get', 'delete'] as const)
  t.test(`it is gone before the ${verb}`, async (t) => {
    const { cluster, leaving } = await given()
    at(cluster, 'before', verb, async () =>
      cluster.remove('Job', 'jobs', watch.metadata!.name!),
    )
    t.equal(await leaving(), true)
  })

for (const verb of ['get', 'list', 'delete'] as const)
  t.test(`the API server is away at the ${verb}: it stays`, async (t) => {
    const { cluster, leaving, there } = await given()
    at(cluster, 'before', verb, async () => {
      throw new ClusterError('Unavailable', 'away')
    })
    await t.rejects(leaving(), { code: 'Unavailable' })
    t.equal(there(), true)
  })

/** Job watches of images, made in this order: what each may do, and who is there. */
const watches = async (...images: string[]) => {
  const { cluster, clock } = givenCluster()
  const jobs: Job[] = []
  for (const image of images) {
    const job = watchJob(givenSettings(), image)
    jobs.push(await cluster.create('Job', job))
    await clock.advance(1_000)
  }
  return {
    cluster,
    jobs,
    succeeding: (index: number) => ownJobOf(cluster, jobs[index]!).succeed(),
    there: () =>
      jobs.map(({ metadata }) =>
        cluster
          .objects('Job')
          .some((found) => found.metadata!.uid === metadata!.uid),
      ),
  }
}

t.test('older ones go, newer ones and strangers stay', async (t) => {
  const { cluster, succeeding, there } = await watches('fn:1', 'fn:2', 'fn:3')
  await createHead(cluster)
  await cluster.create(
    'Job',
    watchJob(givenSettings({ FUNCTION_NAME: 'other' }), 'fn:1'),
  )
  t.equal(await succeeding(1), true)
  t.strictSame(there(), [false, true, true])
  t.equal(cluster.objects('Job').length, 4)
})

t.test('it is the only one: nothing is deleted', async (t) => {
  const { cluster, succeeding, there } = await watches('fn:1')
  t.equal(await succeeding(0), true)
  t.strictSame(there(), [true])
  t.equal(cluster.counts()['delete Job'], undefined)
})

t.test('made in the same second: one of them goes', async (t) => {
  const { cluster } = givenCluster()
  const [one, two] = await Promise.all(
    ['fn:1', 'fn:2'].map((image) =>
      cluster.create('Job', watchJob(givenSettings(), image)),
    ),
  )
  const both = [one!, two!].map((job) => ownJobOf(cluster, job).succeed())
  t.strictSame(await Promise.all(both), [true, true])
  t.equal(cluster.objects('Job').length, 1)
})

t.test('an older one is poked meanwhile: it stays, for now', async (t) => {
  const { cluster, jobs, succeeding, there } = await watches('fn:1', 'fn:2')
  at(cluster, 'before', 'delete', () =>
    poke({ cluster, clock: givenCluster().clock }, jobs[0]!),
  )
  t.equal(await succeeding(1), false)
  t.strictSame(there(), [true, true])
  t.equal(await succeeding(1), true)
  t.strictSame(there(), [false, true])
})

t.test('an older one goes by itself', async (t) => {
  const { cluster, jobs, succeeding } = await watches('fn:1', 'fn:2')
  at(cluster, 'before', 'delete', async () =>
    cluster.remove('Job', 'jobs', jobs[0]!.metadata!.name!),
  )
  t.equal(await succeeding(1), true)
})

t.test('it is gone itself: the others are left alone', async (t) => {
  const { cluster, jobs, succeeding, there } = await watches('fn:1', 'fn:2')
  cluster.remove('Job', 'jobs', jobs[1]!.metadata!.name!)
  t.equal(await succeeding(1), true)
  t.strictSame(there(), [true, false])
})

t.test('it is dying itself: the others are left alone', async (t) => {
  const { cluster, jobs, succeeding, there } = await watches('fn:1', 'fn:2')
  const { name } = jobs[1]!.metadata!
  await cluster.patch('Job', 'jobs', name!, [
    { op: 'add', path: '/metadata/finalizers', value: ['a.io/slow'] },
  ])
  await cluster.delete('Job', 'jobs', name!)
  t.equal(await succeeding(1), true)
  t.strictSame(there(), [true, true])
})

t.test('the API server is away: that is told', async (t) => {
  const { cluster, succeeding, there } = await watches('fn:1', 'fn:2')
  at(cluster, 'before', 'delete', async () => {
    throw new ClusterError('Unavailable', 'away')
  })
  await t.rejects(succeeding(1), { code: 'Unavailable' })
  t.strictSame(there(), [true, true])
})
