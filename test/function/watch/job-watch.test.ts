import t from 'tap'
import { ClusterError } from '../../../function/cluster/cluster.ts'
import { MemoryCluster } from '../../../function/cluster/memory.ts'
import { type Head, markPatch, settlePatch } from '../../../function/head.ts'
import { LABEL } from '../../../function/labels.ts'
import { noLog } from '../../../function/log.ts'
import { ownedJob } from '../../../function/own-task.ts'
import { poke } from '../../../function/poke.ts'
import { watchJob } from '../../../function/watch-job.ts'
import {
  jobWatch,
  type JobWatchOptions,
} from '../../../function/watch/job-watch.ts'
import { VirtualClock } from '../../virtual-clock.ts'
import {
  createHead,
  createTask,
  ended,
  givenSettings,
  INSTANCE,
  RUN,
  stepOf,
} from '../given.ts'

const own = watchJob(givenSettings(), 'fn:1')

/** A job watch at work; tasks end with 0 after `taskMs`. */
const given = (fields: Partial<JobWatchOptions> & { taskMs?: number } = {}) => {
  const { taskMs, ...options } = fields
  const clock = new VirtualClock()
  const cluster = new MemoryCluster({
    clock,
    ...(taskMs !== undefined && {
      runner: {
        run: async (run) => {
          run.started()
          await new Promise<void>((resolve) => clock.after(taskMs, resolve))
          return { exitCode: 0 }
        },
      },
    }),
  })
  const rung: string[] = []
  const stop = new AbortController()
  const it = {
    clock,
    cluster,
    rung,
    stop,
    end: undefined as unknown,
    start: async () => {},
  }
  it.start = async () => {
    const { metadata } = await cluster.create('Job', own)
    void jobWatch({
      cluster,
      clock,
      log: noLog,
      instance: INSTANCE,
      job: metadata!.uid!,
      jobNamespace: 'jobs',
      jobNamespaces: [],
      heartbeatSeconds: 600,
      lingerSeconds: 10,
      ring: async (about) => {
        rung.push('run' in about ? `${about.run} ${about.reason}` : 'all')
      },
      signal: stop.signal,
      ...options,
    }).then(
      () => (it.end = 'left'),
      (error: unknown) => (it.end = error),
    )
  }
  return it
}

const announced = (cluster: MemoryCluster, head: Head) =>
  cluster.patch(
    'Job',
    'jobs',
    head.name,
    markPatch(head, {
      tasks: { '1-1': { state: 'created' } },
      announced: 'now',
    }),
  )

const settled = (cluster: MemoryCluster, head: Head) =>
  cluster.patch('Job', 'jobs', head.name, settlePatch(head, { time: 0 }))

const watches = (cluster: MemoryCluster) =>
  cluster
    .objects('Job')
    .filter(({ metadata }) => metadata!.name === own.metadata!.name).length

t.test('nothing to watch: it lingers, then leaves', async (t) => {
  const it = given()
  await it.start()
  await it.clock.advance(10_900)
  t.equal(it.end, undefined)
  t.equal(watches(it.cluster), 1)
  await it.clock.advance(2_000)
  t.equal(it.end, 'left')
  t.equal(watches(it.cluster), 0)
  await it.clock.advance(120_000)
  t.equal(it.clock.pending, 0, 'no timer is left')
  t.strictSame(it.rung, [])
})

t.test('it stays while a run is unsettled, then lingers anew', async (t) => {
  const it = given()
  await it.start()
  await it.clock.advance(8_000)
  const head = await createHead(it.cluster)
  await announced(it.cluster, head)
  await it.clock.advance(60_000)
  t.equal(it.end, undefined)
  await settled(it.cluster, head)
  await it.clock.advance(9_000)
  t.equal(it.end, undefined)
  await it.clock.advance(4_000)
  t.equal(it.end, 'left')
})

t.test('a poke as it leaves: it lingers on', async (t) => {
  const it = given()
  await it.start()
  let poked = false
  it.cluster.fault = async (call, phase) => {
    if (poked || call.verb !== 'delete' || phase !== 'before') return
    poked = true
    await poke({ cluster: it.cluster, clock: it.clock }, own)
  }
  await it.clock.advance(11_500)
  t.equal(poked, true)
  t.equal(watches(it.cluster), 1)
  await it.clock.advance(15_000)
  t.equal(it.end, 'left')
})

t.test('the end of a task is rung for in less than a second', async (t) => {
  const it = given({ taskMs: 5_000 })
  await it.start()
  const head = await createHead(it.cluster)
  await announced(it.cluster, head)
  await createTask(it.cluster, head, '1-1')
  await it.clock.advance(4_900)
  t.strictSame(it.rung, [])
  await it.clock.advance(200)
  t.strictSame(it.rung, [`${RUN} 1-1 succeeded`])
})

t.test('what ended before it came is seen too', async (t) => {
  const it = given({ taskMs: 10 })
  const head = await createHead(it.cluster)
  await announced(it.cluster, head)
  await createTask(it.cluster, head, '1-1')
  await it.clock.advance(60_000)
  await it.start()
  await it.clock.advance(100)
  t.strictSame(it.rung, [`${RUN} 1-1 succeeded`])
})

t.test('a task in another namespace', async (t) => {
  const it = given({ taskMs: 10, jobNamespaces: ['far'] })
  await it.start()
  const head = await createHead(it.cluster)
  await announced(it.cluster, head)
  const job = ownedJob(head, stepOf(head.plan, '1-1'))
  delete job.metadata!.ownerReferences
  job.metadata!.namespace = 'far'
  await it.cluster.create('Job', job)
  await it.clock.advance(1_000)
  t.equal(it.rung[0], `${RUN} 1-1 succeeded`)
})

t.test('a namespace that cannot be read keeps no other waiting', async (t) => {
  const it = given({ taskMs: 10, jobNamespaces: ['far'] })
  const { cluster } = it
  const list = cluster.list.bind(cluster)
  cluster.list = async (kind, namespace, selection) => {
    if (namespace === 'far') throw new ClusterError('Forbidden', 'no role')
    return list(kind, namespace, selection)
  }
  const head = await createHead(cluster)
  await createTask(cluster, head, '1-1')
  await announced(cluster, head)
  await it.start()
  await it.clock.advance(5_000)
  t.equal(it.rung[0], `${RUN} 1-1 succeeded`)
  await settled(cluster, head)
  await it.clock.advance(20_000)
  t.equal(it.end, 'left')
})

t.test('a pod that ended is remembered, not looked for', async (t) => {
  const it = given()
  await it.start()
  const head = await createHead(it.cluster)
  await announced(it.cluster, head)
  await createTask(it.cluster, head, '1-1')
  await it.clock.advance(100)
  const pod = it.cluster
    .objects('Pod')
    .find(({ metadata }) => metadata!.labels![LABEL.role] === 'task')
  it.cluster.setPodStatus('jobs', pod!.metadata!.name!, {
    containerStatuses: [ended('task', 0)],
  })
  await it.clock.advance(1)
  t.strictSame(it.rung, [`${RUN} 1-1 succeeded`])
  it.cluster.setPodStatus('jobs', pod!.metadata!.name!, { phase: 'Succeeded' })
  await it.clock.advance(20_000)
  t.ok(it.rung.length > 3, 'it rings on until it is written down')
  t.ok(it.rung.every((line) => line.endsWith('1-1 succeeded')))
})

t.test('a head that is deleted is rung for', async (t) => {
  const it = given({ taskMs: 60_000 })
  await it.start()
  const head = await createHead(it.cluster)
  await announced(it.cluster, head)
  await createTask(it.cluster, head, '1-1')
  await it.cluster.delete('Job', 'jobs', head.name)
  await it.clock.advance(100)
  t.strictSame(it.rung, [`${RUN} deleted`])
})

t.test('a run that nobody brings on is rung for', async (t) => {
  const it = given()
  await it.start()
  await createHead(it.cluster)
  await it.clock.advance(2_500)
  t.strictSame(it.rung, [], 'the function may be at it')
  await it.clock.advance(1_000)
  t.strictSame(it.rung, [`${RUN} no task runs`])
})

t.test('a Job without a pod is rung for, though nothing changes', async (t) => {
  const it = given()
  it.cluster.admit = (kind) => {
    if (kind === 'Pod') throw new ClusterError('Forbidden', 'no')
  }
  await it.start()
  const head = await createHead(it.cluster)
  await announced(it.cluster, head)
  await createTask(it.cluster, head, '1-1')
  await it.clock.advance(4_000)
  t.strictSame(it.rung, [])
  await it.clock.advance(2_500)
  t.equal(it.rung[0], `${RUN} 1-1 has no pod`)
})

t.test('the heartbeat', async (t) => {
  const it = given({ heartbeatSeconds: 30, taskMs: 3_600_000 })
  await it.start()
  const head = await createHead(it.cluster)
  await announced(it.cluster, head)
  await createTask(it.cluster, head, '1-1')
  await it.clock.advance(29_000)
  t.strictSame(it.rung, [])
  await it.clock.advance(62_000)
  t.strictSame(it.rung, ['all', 'all', 'all'])
})

t.test(
  'before all is listed nothing is told, and it does not leave',
  async (t) => {
    const it = given({ taskMs: 10 })
    it.cluster.fault = ({ verb, kind }) => {
      if (verb === 'list' && kind === 'Pod')
        throw new ClusterError('Unavailable', 'away')
    }
    await it.start()
    const head = await createHead(it.cluster)
    await announced(it.cluster, head)
    await it.clock.advance(60_000)
    t.equal(it.end, undefined)
    t.strictSame(it.rung, [])
    it.cluster.fault = undefined
    await it.clock.advance(6_000)
    t.equal(it.rung[0], `${RUN} no task runs`)
  },
)

t.test(
  'the watches break and the API server forgets: it misses nothing',
  async (t) => {
    const it = given({ taskMs: 5_000 })
    await it.start()
    const head = await createHead(it.cluster)
    await announced(it.cluster, head)
    await createTask(it.cluster, head, '1-1')
    await it.clock.advance(4_000)
    let away = true
    it.cluster.fault = ({ verb }, phase) => {
      if (away && verb === 'watch' && phase === 'before')
        throw new ClusterError('Unavailable', 'away')
    }
    it.cluster.closeWatches()
    await it.clock.advance(4_000)
    it.cluster.compact()
    away = false
    await it.clock.advance(2_000)
    t.equal(it.rung[0], `${RUN} 1-1 succeeded`)
  },
)

t.test('it stops when it is told, and leaves its Job', async (t) => {
  const it = given()
  await it.start()
  await it.clock.advance(3_500)
  it.stop.abort()
  await it.clock.advance(2_000)
  t.equal(it.end, 'left')
  t.equal(watches(it.cluster), 1)
  t.equal(it.clock.pending, 0)
})

t.test(
  'the API server is away as it leaves: its container starts anew',
  async (t) => {
    const it = given()
    await it.start()
    it.cluster.fault = ({ verb }) => {
      if (verb === 'delete') throw new ClusterError('Unavailable', 'away')
    }
    await it.clock.advance(15_000)
    t.match(it.end, { code: 'Unavailable' })
    t.equal(watches(it.cluster), 1)
  },
)

/** An older job watch is there, of another image, when this one starts. */
const second = async (options: Parameters<typeof given>[0] = {}) => {
  const it = given(options)
  const older = await it.cluster.create(
    'Job',
    watchJob(givenSettings(), 'fn:0'),
  )
  await it.clock.advance(2_000)
  const there = (): boolean =>
    it.cluster
      .objects('Job')
      .some(({ metadata }) => metadata!.uid === older.metadata!.uid)
  return { it, older, there }
}

t.test('it takes the place of an older one', async (t) => {
  const { it, there } = await second()
  await createHead(it.cluster)
  await it.start()
  t.equal(there(), true)
  await it.clock.advance(3_000)
  t.equal(there(), false)
  t.equal(watches(it.cluster), 1)
})

t.test('the older one stays until this one sees the runs', async (t) => {
  const { it, there } = await second()
  await createHead(it.cluster)
  let away = true
  it.cluster.fault = ({ verb, kind }, phase) => {
    if (away && verb === 'list' && kind === 'Pod' && phase === 'before')
      throw new ClusterError('Unavailable', 'away')
  }
  await it.start()
  await it.clock.advance(30_000)
  t.equal(there(), true)
  away = false
  await it.clock.advance(3_000)
  t.equal(there(), false)
})

t.test('the older one cannot be deleted: both go on', async (t) => {
  const log: string[] = []
  const { it, older, there } = await second({
    log: (level, message) => log.push(`${level} ${message}`),
  })
  const head = await createHead(it.cluster)
  await announced(it.cluster, head)
  let away = true
  it.cluster.fault = ({ verb, name }) => {
    if (away && verb === 'delete' && name === older.metadata!.name)
      throw new ClusterError('Unavailable', 'away')
  }
  await it.start()
  await it.clock.advance(5_000)
  t.equal(there(), true)
  t.equal(log[0], 'warn an older job watch could not be deleted')
  t.equal(it.rung[0], `${RUN} no task runs`)
  away = false
  await it.clock.advance(2_000)
  t.equal(there(), false)
  await settled(it.cluster, head)
  await it.clock.advance(20_000)
  t.equal(it.end, 'left')
})
