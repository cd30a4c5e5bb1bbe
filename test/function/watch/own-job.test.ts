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
    uid: metadata!.uid!,
  })

const given = async () => {
  const { cluster, clock } = givenCluster()
  const { leave } = ownJobOf(cluster, await cluster.create('Job', watch))
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

/** What it does, one after the other: the which call of a verb that is. */
const CALLS = {
  'look at the watches': ['list', 1],
  'look at the heads': ['list', 2],
  delete: ['delete', 1],
} as const satisfies Record<string, [verb: Verb, nth: number]>
type Moment = keyof typeof CALLS

/** Does something once, before or after the next call of that kind. */
const at = (
  cluster: MemoryCluster,
  phase: 'before' | 'after',
  moment: Moment,
  what: () => Promise<unknown>,
): void => {
  const [verb, nth] = CALLS[moment]
  let seen = 0
  cluster.fault = async (call, when) => {
    if (when !== phase || call.verb !== verb || (seen += 1) < nth) return
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

const MOMENTS = Object.keys(CALLS).flatMap((moment) =>
  (['before', 'after'] as const).map(
    (phase) => [phase, moment as Moment] as const,
  ),
)
for (const [phase, moment] of MOMENTS)
  t.test(
    `a head and its poke ${phase} the ${moment}: somebody watches`,
    async (t) => {
      const { cluster, leaving, poking, there } = await given()
      at(cluster, phase, moment, async () => {
        await createHead(cluster)
        await poking()
      })
      const gone = await leaving()
      t.equal(there(), true)
      t.equal(
        gone,
        phase === 'after' && moment === 'delete',
        'the new one is another',
      )
    },
  )

for (const [phase, moment] of MOMENTS.slice(1, 5))
  t.test(`a poke alone ${phase} the ${moment}: it stays`, async (t) => {
    const { cluster, leaving, poking, there } = await given()
    at(cluster, phase, moment, poking)
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

for (const moment of ['look at the watches', 'delete'] as const)
  t.test(`it is gone before the ${moment}`, async (t) => {
    const { cluster, leaving } = await given()
    at(cluster, 'before', moment, async () =>
      cluster.remove('Job', 'jobs', watch.metadata!.name!),
    )
    t.equal(await leaving(), true)
  })

for (const moment of Object.keys(CALLS) as Moment[])
  t.test(`the API server is away at the ${moment}: it stays`, async (t) => {
    const { cluster, leaving, there } = await given()
    at(cluster, 'before', moment, async () => {
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
    leaving: (index: number) => ownJobOf(cluster, jobs[index]!).leave(),
    poking: (index: number) => poke({ cluster, clock }, jobs[index]!),
    /** Deletes one that stays for a while. */
    dying: async (index: number) => {
      const { name } = jobs[index]!.metadata!
      await cluster.patch('Job', 'jobs', name!, [
        { op: 'add', path: '/metadata/finalizers', value: ['a.io/slow'] },
      ])
      await cluster.delete('Job', 'jobs', name!)
    },
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
  const { cluster, poking, succeeding, there } = await watches('fn:1', 'fn:2')
  at(cluster, 'before', 'delete', () => poking(0))
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
  const { dying, succeeding, there } = await watches('fn:1', 'fn:2')
  await dying(1)
  t.equal(await succeeding(1), true)
  t.strictSame(there(), [true, true])
})

t.test('its name comes back: it is not that one', async (t) => {
  const { cluster, jobs, succeeding, leaving } = await watches('fn:1', 'fn:2')
  const { name } = jobs[0]!.metadata!
  cluster.remove('Job', 'jobs', name!)
  await cluster.create('Job', watchJob(givenSettings(), 'fn:1'))
  t.equal(await succeeding(0), true)
  t.equal(await leaving(0), true)
  t.equal(cluster.objects('Job').length, 2)
})

t.test('no watch leaves before an older one', async (t) => {
  const { leaving, there } = await watches('fn:1', 'fn:2')
  t.equal(await leaving(1), false)
  t.strictSame(there(), [true, true])
  t.equal(await leaving(0), true)
  t.strictSame(there(), [false, true])
  t.equal(await leaving(1), true)
  t.strictSame(there(), [false, false])
})

t.test('an older one that is dying holds nobody', async (t) => {
  const { dying, leaving } = await watches('fn:1', 'fn:2')
  await dying(0)
  t.equal(await leaving(1), true)
})

// It sends its delete, hears nothing of it, starts anew, and takes over what
// an older one was poked for: then the delete may not come through.
t.test('a delete that comes late finds nothing to take over', async (t) => {
  const { cluster, poking, succeeding, leaving, there } = await watches(
    'fn:1',
    'fn:2',
  )
  const late: (() => Promise<void>)[] = []
  const remove = cluster.delete.bind(cluster)
  cluster.delete = async (...args) => void late.push(() => remove(...args))
  await leaving(1)
  cluster.delete = remove
  await createHead(cluster)
  await poking(0)
  await succeeding(1)
  for (const arrive of late) await arrive()
  t.ok(there().includes(true), 'somebody watches')
})

t.test('the API server is away: that is told', async (t) => {
  const { cluster, succeeding, there } = await watches('fn:1', 'fn:2')
  at(cluster, 'before', 'delete', async () => {
    throw new ClusterError('Unavailable', 'away')
  })
  await t.rejects(succeeding(1), { code: 'Unavailable' })
  t.strictSame(there(), [true, true])
})
