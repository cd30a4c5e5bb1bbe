import t from 'tap'
import {
  type Cluster,
  ClusterError,
  type Job,
} from '../../function/cluster/cluster.ts'
import { MemoryCluster } from '../../function/cluster/memory.ts'
import { ANNOTATION } from '../../function/labels.ts'
import { groupPokes, poke } from '../../function/poke.ts'
import { watchJob } from '../../function/watch-job.ts'
import { interpose } from '../interpose.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { givenSettings } from './given.ts'

const watch = watchJob(givenSettings(), 'fn:1')
const newer = watchJob(givenSettings(), 'fn:2')
const { name = '' } = watch.metadata!

/** A cluster whose containers end with `exitCode`, if one is given. */
const given = (exitCode?: number) => {
  const clock = new VirtualClock()
  const cluster = new MemoryCluster({
    clock,
    ...(exitCode !== undefined && {
      runner: { run: async () => ({ exitCode }) },
    }),
  })
  const there = (): Job => cluster.objects('Job')[0]!
  /** Pokes, and lets time pass until that is done. */
  const poking = async (
    port: Cluster = cluster,
    job = watch,
  ): Promise<unknown> => {
    let end: { error?: unknown } | undefined
    void poke({ cluster: port, clock }, job).then(
      () => (end = {}),
      (error: unknown) => (end = { error }),
    )
    await clock.run(() => end !== undefined, 60_000)
    return end!.error
  }
  return { clock, cluster, there, poking }
}

const uid = (job: Job) => job.metadata!.uid
const writes = (cluster: MemoryCluster) =>
  Object.entries(cluster.counts())
    .filter(([call]) => /^(create|patch|delete)/.test(call))
    .map(([call, count]) => `${count} ${call}`)

t.test('there is none: it is made', async (t) => {
  const { cluster, there, poking } = given()
  t.equal(await poking(), undefined)
  t.equal(there().metadata!.name, name)
  t.strictSame(writes(cluster), ['1 patch Job', '1 create Job'])
})

t.test('it lives: it is touched and nothing else', async (t) => {
  const { cluster, clock, there, poking } = given()
  await poking()
  const before = there()
  cluster.resetCounts()
  await clock.advance(5_000)
  t.equal(await poking(), undefined)
  t.strictSame(writes(cluster), ['1 patch Job'])
  t.equal(uid(there()), uid(before))
  t.not(
    there().metadata!.resourceVersion,
    before.metadata!.resourceVersion,
    'so that its leaving fails',
  )
  t.match(
    there().metadata!.annotations![ANNOTATION.poked],
    new Date(clock.now()).toISOString(),
  )
})

t.test('two pokes in one millisecond: both are news', async (t) => {
  const { there, poking } = given()
  await poking()
  await poking()
  const before = there().metadata!
  t.equal(await poking(), undefined)
  t.not(there().metadata!.resourceVersion, before.resourceVersion)
})

t.test('another version has its own: this one is left alone', async (t) => {
  const { cluster, there, poking } = given()
  await poking()
  const before = there()
  t.equal(await poking(undefined, newer), undefined)
  t.equal(await poking(undefined, newer), undefined, 'again')
  t.equal(cluster.objects('Job').length, 2)
  t.strictSame(await cluster.get('Job', 'jobs', name), before)
})

t.test('another version may not make its own: this one stays', async (t) => {
  const { cluster, there, poking } = given()
  await poking()
  const before = there()
  cluster.admit = () => {
    throw new ClusterError('Forbidden', 'denied by a policy')
  }
  t.match(await poking(undefined, newer), { code: 'Forbidden' })
  t.strictSame(cluster.objects('Job'), [before])
})

/** It was poked once, and has finished. */
const finished = async () => {
  const it = given(0)
  await it.poking()
  await it.clock.advance(10_000)
  return it
}

t.test('it has finished: it is replaced', async (t) => {
  const { there, poking } = await finished()
  const before = there()
  t.match(before.status!.conditions!.at(-1), { type: 'Complete' })
  t.equal(await poking(), undefined)
  t.not(uid(there()), uid(before))
})

const conditions = (type: string, status: string): Job['status'] => ({
  conditions: [{ type, status }],
})
const ALIVE: [type: string, status: string, alive: boolean][] = [
  ['Complete', 'True', false],
  ['Failed', 'True', false],
  ['FailureTarget', 'True', false],
  ['SuccessCriteriaMet', 'True', false],
  ['Complete', 'False', true],
  ['Suspended', 'False', true],
]
for (const [type, status, alive] of ALIVE)
  t.test(
    `${type} ${status}: it is ${alive ? 'left' : 'replaced'}`,
    async (t) => {
      const { cluster, there, poking } = given()
      await poking()
      const before = there()
      const port = interpose(
        'cluster',
        cluster,
        ['patch'],
        async (_call, phase) =>
          phase === 'after' && uid(there()) === uid(before)
            ? { instead: { ...there(), status: conditions(type, status) } }
            : undefined,
      )
      t.equal(await poking(port), undefined)
      t.equal(uid(there()) === uid(before), alive)
    },
  )

const dying = async () => {
  const it = given()
  await it.poking()
  await it.cluster.patch('Job', 'jobs', name, [
    { op: 'add', path: '/metadata/finalizers', value: ['a.io/slow'] },
  ])
  await it.cluster.delete('Job', 'jobs', name)
  return it
}

t.test('it is dying and goes: it is made again', async (t) => {
  const { clock, cluster, there, poking } = await dying()
  const before = there()
  clock.after(500, () => {
    void cluster.patch('Job', 'jobs', name, [
      { op: 'remove', path: '/metadata/finalizers' },
    ])
  })
  t.equal(await poking(), undefined)
  t.not(uid(there()), uid(before))
  t.equal(there().metadata!.deletionTimestamp, undefined)
})

t.test('it is dying and stays: that does not count as a poke', async (t) => {
  const { cluster, poking } = await dying()
  t.match(await poking(), { code: 'Unavailable', message: /finalizer/ })
  t.ok(Number(cluster.counts()['patch Job']) < 20, 'it gives up')
})

/** Does something once, before the first call of that kind. */
const before = (
  cluster: MemoryCluster,
  method: 'create' | 'patch' | 'delete',
  what: () => Promise<unknown>,
): Cluster => {
  let done = false
  return interpose(
    'cluster',
    cluster,
    ['create', 'patch', 'delete'],
    async (call, phase) => {
      if (done || phase !== 'before' || call.method !== method) return
      done = true
      await what()
    },
  )
}

t.test('another replica makes it first: it is poked', async (t) => {
  const { cluster, there, poking } = given()
  const port = before(cluster, 'create', () => cluster.create('Job', watch))
  t.equal(await poking(port), undefined)
  t.ok(there().metadata!.annotations![ANNOTATION.poked])
})

t.test('it leaves before the poke: it is made', async (t) => {
  const { cluster, there, poking } = given()
  await poking()
  const old = uid(there())
  const port = before(cluster, 'patch', () =>
    cluster.delete('Job', 'jobs', name),
  )
  t.equal(await poking(port), undefined)
  t.not(uid(there()), old)
})

t.test('another replica replaces it first: theirs is left', async (t) => {
  const { cluster, there, poking } = await finished()
  let theirs: string | undefined
  const port = before(cluster, 'delete', async () => {
    await cluster.delete('Job', 'jobs', name)
    theirs = uid(await cluster.create('Job', watch))
  })
  t.equal(await poking(port), undefined)
  t.equal(uid(there()), theirs)
})

t.test('it goes before it is deleted: it is made', async (t) => {
  const { cluster, there, poking } = await finished()
  const old = uid(there())
  const port = before(cluster, 'delete', () =>
    cluster.delete('Job', 'jobs', name),
  )
  t.equal(await poking(port), undefined)
  t.not(uid(there()), old)
})

for (const method of ['patch', 'create', 'delete'] as const)
  t.test(`the API server is away at the ${method}`, async (t) => {
    const { cluster, poking } = method === 'delete' ? await finished() : given()
    const away = new ClusterError('Unavailable', 'away')
    const port = before(cluster, method, () => Promise.reject(away))
    t.equal(await poking(port), away)
  })

t.test('no quota for it: that is told', async (t) => {
  const { cluster, poking } = given()
  cluster.admit = () => {
    throw new ClusterError('QuotaExceeded', 'exceeded quota')
  }
  t.match(await poking(), { code: 'QuotaExceeded' })
})

/** Pokes that end when they are told. */
const group = (pause?: () => Promise<void>) => {
  const running: PromiseWithResolvers<void>[] = []
  let most = 0
  let inFlight = 0
  const poke = groupPokes(async () => {
    const one = Promise.withResolvers<void>()
    running.push(one)
    inFlight += 1
    most = Math.max(most, inFlight)
    try {
      await one.promise
    } finally {
      inFlight -= 1
    }
  }, pause)
  return { poke, running, most: () => most }
}

const soon = () => new Promise((resolve) => setImmediate(resolve))

t.test('calls during a poke share one that begins after it', async (t) => {
  const { poke, running, most } = group()
  const served: number[] = []
  for (const call of [0, 1, 2, 3]) void poke().then(() => served.push(call))
  await soon()
  t.equal(running.length, 1)
  running[0]!.resolve()
  await soon()
  t.strictSame(served, [0], 'the others are not served by it')
  t.equal(running.length, 2)
  void poke().then(() => served.push(4))
  running[1]!.resolve()
  await soon()
  t.strictSame(served, [0, 1, 2, 3])
  t.equal(running.length, 3, 'nor is who came during the second')
  running[2]!.resolve()
  await soon()
  t.strictSame(served, [0, 1, 2, 3, 4])
  t.equal(most(), 1)
})

t.test('who comes when nothing is under way pokes at once', async (t) => {
  const { poke, running } = group()
  void poke()
  running[0]!.resolve()
  await soon()
  void poke()
  t.equal(running.length, 2)
})

t.test('one is in flight, also when a call comes as one ends', async (t) => {
  const { poke, running, most } = group()
  void poke().then(() => poke())
  void poke()
  running[0]!.resolve()
  await soon()
  t.equal(running.length, 2)
  running[1]!.resolve()
  await soon()
  t.equal(most(), 1)
})

t.test('a failed poke fails those that it serves, and no others', async (t) => {
  const { poke, running } = group()
  const first = poke()
  const second = poke()
  running[0]!.reject(new Error('away'))
  await t.rejects(first, { message: 'away' })
  await soon()
  running[1]!.resolve()
  await second
})

t.test('who comes in the pause shares the poke after it', async (t) => {
  const pauses: PromiseWithResolvers<void>[] = []
  const { poke, running } = group(() => {
    const pause = Promise.withResolvers<void>()
    pauses.push(pause)
    return pause.promise
  })
  const served: number[] = []
  void poke().then(() => served.push(0))
  t.equal(running.length, 1, 'the first waits for nothing')
  void poke().then(() => served.push(1))
  running[0]!.resolve()
  await soon()
  t.strictSame(served, [0])
  t.equal(running.length, 1)
  void poke().then(() => served.push(2))
  pauses[0]!.resolve()
  await soon()
  t.equal(running.length, 2)
  running[1]!.resolve()
  await soon()
  t.strictSame(served, [0, 1, 2])
  t.equal(pauses.length, 1)
  void poke()
  t.equal(running.length, 3, 'nor does who comes when all is over')
})
