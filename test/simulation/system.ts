import type { JobEvent } from '../../config/event.ts'
import { atMost } from '../../function/at-most.ts'
import { sleep } from '../../function/clock.ts'
import {
  ClusterError,
  ifThere,
  isClusterError,
  type Job,
} from '../../function/cluster/cluster.ts'
import { MemoryCluster } from '../../function/cluster/memory.ts'
import { seededRandom } from '../../function/cluster/memory/random.ts'
import {
  CannotStart,
  type ContainerEnd,
  type ContainerRun,
  type ContainerRunner,
} from '../../function/cluster/runner.ts'
import { jobExecutor, type JobExecutor } from '../../function/job-executor.ts'
import { labelPath } from '../../function/json-pointer.ts'
import { LABEL } from '../../function/labels.ts'
import type { Log } from '../../function/log.ts'
import { runId } from '../../function/names.ts'
import { readSettings, type Settings } from '../../function/settings.ts'
import { StoreError } from '../../function/resource-store.ts'
import { jobWatch } from '../../function/watch/job-watch.ts'
import type { KeptnEvent } from '../keptn/event.ts'
import { inProcessKeptn } from '../keptn/in-process.ts'
import { SimulationClock } from './clock.ts'
import { Judge, placeOf } from './judge.ts'
import { isDryRun, Network } from './network.ts'
import { Process } from './process.ts'
import type { Disturbance, Schedule } from './schedule.ts'
import { SCOPES, type Scope } from './scopes.ts'

/** The code that is simulated: the production's, or one with a defect. */
export interface Code {
  jobExecutor: typeof jobExecutor
  jobWatch: typeof jobWatch
}

export const PRODUCTION: Code = { jobExecutor, jobWatch }

const PLACE = { project: 'sockshop', stage: 'dev', service: 'carts' }

const settingsOf = (() => {
  const known = new Map<Scope, Settings>()
  return (scope: Scope): Settings => {
    let settings = known.get(scope)
    if (!settings) {
      settings = readSettings(
        {
          FUNCTION_NAME: 'fn',
          FUNCTION_NAMESPACE: 'jobs',
          FUNCTION_IMAGE: 'fn:1',
          KEPTN_API_ENDPOINT: 'http://keptn/api',
          KEPTN_API_TOKEN: 'token',
          ...scope.env,
        },
        { read: () => undefined },
      )
      known.set(scope, settings)
    }
    return settings
  }
})()

/** As the shipped Triggers say. */
const RETRIES = 10
const FIRST_PAUSE = 500
/** A Broker has given up before that; a record is kept for as long at least. */
const LAST_REPEAT = 15 * 60_000
/** A cold start of the function is waited for. */
const RING_TIMEOUT = 60_000
/** The job watch ends that long after it was told to. */
const STOPPING = 2_000
/** What Knative allows a request. */
const REQUEST_TIMEOUT = 300_000

interface Replica {
  process: Process
  executor: JobExecutor
}

/**
 * The whole system under one schedule: replicas of the function, the job
 * watch in its pod, the cluster, Keptn, and a Broker in front.
 */
export const makeSystem = (
  schedule: Schedule,
  options: { code?: Code; trace?: (line: string) => void } = {},
) => {
  const { code = PRODUCTION, trace } = options
  const scope: Scope = SCOPES[schedule.scope]
  const { jitter, immutable = false } = schedule
  const random = jitter === undefined ? undefined : seededRandom(jitter)
  const clock = new SimulationClock(jitter)
  const settings = settingsOf(scope)
  const halfLease = settings.leaseSeconds * 500
  const judge = new Judge(scope, () => clock.monotonic())
  const note = (line: string): void =>
    trace?.(`${(clock.monotonic() / 1000).toFixed(3).padStart(9)}  ${line}`)

  let ids = 0
  const keptn = inProcessKeptn({
    clock,
    // A context has to be a UUID.
    newId: () =>
      `00000000-0000-4000-8000-${(ids += 1).toString(16).padStart(12, '0')}`,
    ...(random && { storeMs: () => random() * 5_000 }),
  })
  let commits = 0
  const commit = (): void => {
    const files = Object.entries(scope.files)
    keptn.resources.set(PLACE, {
      ...Object.fromEntries(
        files.map(([path, text]) => [path, `${text} ${commits}`]),
      ),
      'job/config.yaml': `${scope.config}# commit ${commits}\n`,
    })
    commits += 1
  }
  commit()

  const runner: ContainerRunner = {
    run: async (run) =>
      run.pod.metadata?.labels?.[LABEL.role] === 'watch'
        ? runWatch(run)
        : runTask(run),
  }
  const cluster = new MemoryCluster({ clock, runner, immutable })
  let fullUntil = 0
  let noWatchPodUntil = 0
  cluster.admit = (kind, { metadata }) => {
    if (kind === 'Job' && clock.monotonic() < fullUntil)
      throw new ClusterError('QuotaExceeded', 'injected')
    const role = metadata?.labels?.[LABEL.role]
    if (kind === 'Pod' && role === 'watch')
      if (clock.monotonic() < noWatchPodUntil)
        throw new ClusterError('Forbidden', 'injected')
  }
  cluster.observe((change) => {
    if (trace && change.kind !== 'Event') note(`  ${changeText(change)}`)
    judge.changed(change)
  })

  const runTask = async (run: ContainerRun): Promise<ContainerEnd> => {
    const { labels = {}, ownerReferences = [] } = run.pod.metadata!
    const id = labels[LABEL.run]!
    const place = placeOf({ metadata: { name: ownerReferences[0]!.name } })!
    if (run.init) return putFiles(run, id, place)
    run.started()
    const [action = 1, index = 1] = place.split('-').map(Number)
    const task = scope.actions[action - 1]!.tasks[index - 1]!
    judge.containerStarted(id, place)
    run.log(`hello from ${task.name}\n`)
    const { exitCode } = await sleep(clock, task.ms, run.signal).then(
      () => task,
      () => ({ exitCode: 137 }),
    )
    judge.containerEnded(id, place, exitCode)
    return { exitCode }
  }

  /** As a kubelet does: a pod waits for volumes that are not there. */
  const putFiles = (
    run: ContainerRun,
    id: string,
    place: string,
  ): ContainerEnd => {
    const bundles = run.pod
      .spec!.volumes!.flatMap(({ projected }) => projected?.sources ?? [])
      .map(({ configMap }) => configMap!.name!)
    if (bundles.length === 0) throw new Error(`task ${place} has no bundles`)
    for (const name of bundles)
      if (!run.configMap(name)) {
        judge.lacksFiles(id, place)
        throw new CannotStart('ContainerCreating', `${name} is not there`)
      }
    run.started()
    return { exitCode: 0 }
  }

  const network: Network = new Network({
    clock,
    random,
    disturbances: schedule.disturbances,
    gated: schedule.turns !== undefined,
    note: trace && note,
    happen: (disturbance) => happen(disturbance),
    done: ({ process, method, args }) => {
      const job = watchJobs.get(process)
      if (job && method === 'delete')
        judge.left((args[3] as { uid?: string }).uid === job)
    },
    begins: ({ process, method, args: [what, object, more], since }) => {
      if (method === 'send') {
        // Until half the lease is over it may be sent; it is taken over after
        // the lease and the time that Keptn needs to store.
        if (process.frozenSince(since) > halfLease)
          judge.sendsLate(what as KeptnEvent)
      } else if (method === 'create' && what === 'Job' && !isDryRun(more)) {
        const { labels } = (object as Job).metadata!
        if (labels?.[LABEL.role] === 'task')
          judge.creates(
            labels[LABEL.run]!,
            (since) => process.frozenSince(since) > halfLease,
          )
      }
    },
  })

  let watches = 0
  /** The job watches' processes, and the uids of their Jobs. */
  const watchJobs = new Map<Process, string>()
  const runWatch = async (run: ContainerRun): Promise<ContainerEnd> => {
    run.started()
    const process = new Process(`watch-${(watches += 1)}`, clock)
    const job = run.env['JOB_UID']!
    watchJobs.set(process, job)
    const watching = code
      .jobWatch({
        cluster: network.cluster(process, cluster),
        clock: process.clock,
        log: logOf(process.name),
        instance: settings.instance,
        job,
        jobNamespace: settings.jobNamespace,
        jobNamespaces: settings.jobNamespaces,
        heartbeatSeconds: settings.jobWatch.heartbeatSeconds,
        lingerSeconds: settings.jobWatch.lingerSeconds,
        ring: (about) => ring(process, about),
        signal: run.signal,
      })
      .then(
        () => ({ exitCode: 0 }),
        (error: unknown) => {
          failed(`${process.name} fails`, error)
          return { exitCode: 1 }
        },
      )
    const end = await Promise.race([
      watching,
      process.died.then(() => ({ exitCode: 137 })),
    ])
    // Who is told to stop needs a moment.
    if (run.signal.aborted && !process.dead) await sleep(clock, STOPPING)
    process.kill()
    return end
  }

  const logOf =
    (name: string): Log =>
    (level, message, fields) => {
      if (trace && level !== 'info')
        note(`${name}: ${message} ${JSON.stringify(fields)}`)
      const error = fields?.['error']
      if (error !== undefined && !EXPECTED.test(String(error)))
        judge.fail('sound', `${name}: ${message}: ${String(error)}`)
    }

  /** What it ends with is no defect if others are to blame. */
  const failed = (what: string, error: unknown): void => {
    note(`${what}: ${String(error)}`)
    if (!isExpected(error))
      judge.fail('sound', (error as Error).stack ?? String(error))
  }

  const ring = async (
    from: Process,
    about: { run: string; reason: string } | { all: true },
  ): Promise<void> => {
    const what = 'run' in about ? about.reason : 'heartbeat'
    if (ringsLost > 0) {
      ringsLost -= 1
      note(`${from.name} rings (${what}), and it is lost`)
      return
    }
    const times = ringsDoubled > 0 ? 2 : 1
    if (times === 2) ringsDoubled -= 1
    const call = async (): Promise<void> => {
      const { process, executor } = route()
      note(`${from.name} rings at ${process.name}: ${what}`)
      const ringing = executor.ring(
        'run' in about ? { run: about.run } : { all: true },
      )
      await answered(process, ringing, RING_TIMEOUT)
    }
    await from.awake()
    await Promise.all(Array.from({ length: times }, call))
    await from.awake()
  }

  /** Whether a request is answered well in time. */
  const answered = async (
    process: Process,
    request: Promise<unknown>,
    limit: number,
  ): Promise<boolean> => {
    let cancel = (): void => undefined
    const answer = await Promise.race([
      request.then(
        () => true,
        (error: unknown) => {
          failed(`${process.name} answers`, error)
          return false
        },
      ),
      process.died.then(() => false),
      new Promise<boolean>((resolve) => {
        cancel = clock.after(limit, () => resolve(false))
      }),
    ])
    cancel()
    return answer
  }

  let replicaCount = 0
  let version = 1
  let requests = 0
  let ringsLost = 0
  let ringsDoubled = 0
  /** Those that get requests; others may still be at something. */
  let replicas: Replica[] = []
  const everyReplica: Replica[] = []

  const startReplica = (): Replica => {
    const process = new Process(`replica-${(replicaCount += 1)}`, clock)
    const image = `fn:${version}`
    const replica: Replica = {
      process,
      executor: code.jobExecutor(
        {
          cluster: network.cluster(process, cluster),
          store: network.store(process, keptn.store),
          reporter: network.reporter(process, keptn.reporter),
          clock: process.clock,
          log: logOf(process.name),
          settings,
          replica: process.name,
          image: async () => image,
        },
        atMost(scope.eventsAtOnce),
      ),
    }
    everyReplica.push(replica)
    return replica
  }

  const route = (): Replica => {
    replicas = replicas.filter(({ process }) => !process.dead)
    while (replicas.length < scope.replicas) replicas.push(startReplica())
    const at = random
      ? Math.floor(random() * replicas.length)
      : requests % replicas.length
    requests += 1
    return replicas[at]!
  }

  let delivering = 0
  /** Events that are not there yet. */
  let toCome = 0
  let watchDeletions = 0

  /** Delivers an event as a Broker does: again, more and more slowly. */
  const deliver = async (event: JobEvent): Promise<void> => {
    delivering += 1
    const id = runId(settings.instance, event)
    const json = JSON.stringify(event)
    for (let attempt = 0; attempt <= RETRIES; attempt += 1) {
      const { process, executor } = route()
      const deletions = watchDeletions
      note(`the Broker delivers ${event.id} to ${process.name}`)
      const ok = await answered(
        process,
        executor.event(JSON.parse(json) as JobEvent),
        REQUEST_TIMEOUT,
      )
      if (ok) {
        note(`${process.name} takes ${event.id}`)
        judge.taken(id, watchDeletions > deletions)
        break
      }
      await sleep(clock, FIRST_PAUSE * 2 ** attempt)
    }
    delivering -= 1
  }

  const events: KeptnEvent[] = []
  keptn.engine.subscribe((event) => {
    if (/^sh\.keptn\.event\.[^.]+\.[^.]+\.finished$/.test(event.type)) {
      if (event.data.status !== 'aborted') return
      void deliver(event)
    }
    if (event.triggeredid && /\.(started|finished)$/.test(event.type)) {
      if (!/^sh\.keptn\.event\.[^.]+\.[^.]+$/.test(event.type)) return
      note(
        `Keptn gets ${event.type} ${JSON.stringify(event.data.result ?? '')}`,
      )
      judge.reported(event)
    }
  })

  const start = (): void => {
    for (const [index, count] of scope.events.entries()) {
      const at = scope.at[index] ?? 0
      const early = random ? Math.floor(random() * 100) - 60 : 0
      if (at === 0) begin(count)
      else {
        toCome += 1
        clock.after(at + early, () => {
          toCome -= 1
          begin(count)
        })
      }
    }
  }

  const begin = (count: number): void => {
    const event = keptn.engine.trigger({
      type: 'sh.keptn.event.deployment.triggered',
      data: { ...PLACE },
    })
    events.push(event)
    judge.expect(runId(settings.instance, event), event)
    for (let copy = 0; copy < count; copy += 1) void deliver(event)
  }

  const jobs = (role: string) =>
    cluster
      .objects('Job')
      .filter(({ metadata }) => metadata?.labels?.[LABEL.role] === role)

  const remove = async (
    kind: 'Job' | 'Pod',
    object: { metadata?: { namespace?: string; name?: string } } | undefined,
  ): Promise<void> => {
    const { namespace, name } = object?.metadata ?? {}
    if (namespace && name) await ifThere(cluster.delete(kind, namespace, name))
  }

  const hold = async ({ metadata }: Job, suspend: boolean): Promise<void> => {
    const { namespace, name, uid } = metadata!
    const patch = cluster.patch('Job', namespace!, name!, [
      { op: 'test', path: '/metadata/uid', value: uid },
      { op: 'add', path: '/spec/suspend', value: suspend },
    ])
    await patch.catch((error: unknown) => {
      if (!isClusterError(error, 'NotFound', 'Conflict')) throw error
    })
  }

  const happen = async ({ kind, ms = 0 }: Disturbance): Promise<void> => {
    switch (kind) {
      case 'kill-watch': {
        const living = [...watchJobs.keys()].filter(({ dead }) => !dead)
        return living[network.calls.length % living.length]?.kill()
      }
      case 'delete-watch': {
        const [watch] = jobs('watch')
        if (!watch) return
        judge.watchLost = true
        watchDeletions += 1
        return remove('Job', watch)
      }
      case 'replace-watch': {
        const { namespace, name } = jobs('watch')[0]?.metadata ?? {}
        if (!namespace || !name) return
        judge.watchLost = true
        watchDeletions += 1
        await ifThere(
          cluster.delete('Job', namespace, name, {
            propagationPolicy: 'Foreground',
          }),
        )
        return
      }
      case 'false-condition': {
        const job = jobs('task').at(-1)
        if (job?.status?.conditions?.length || !job) return
        const conditions = ['Failed', 'Complete', 'FailureTarget'].map(
          (type) => ({ type, status: 'False' }),
        )
        const { namespace, name } = job.metadata!
        cluster.setJobStatus(namespace!, name!, { conditions })
        return
      }
      case 'delete-task': {
        const job = jobs('task').at(-1)
        if (!job) return
        judge.disrupted(job.metadata!.labels![LABEL.run]!, placeOf(job)!)
        return remove('Job', job)
      }
      case 'delete-pod': {
        const pod = cluster
          .objects('Pod')
          .filter(({ metadata }) => metadata?.labels?.[LABEL.role] === 'task')
          .at(-1)
        if (!pod) return
        const owner = pod.metadata!.ownerReferences![0]!.name
        const place = placeOf({ metadata: { name: owner } })!
        judge.disrupted(pod.metadata!.labels![LABEL.run]!, place)
        return remove('Pod', pod)
      }
      case 'delete-head': {
        const [head] = jobs('head')
        if (!head) return
        const run = judge.runs.get(head.metadata!.labels![LABEL.run]!)!
        run.disturbed = true
        run.headDeleted = true
        return remove('Job', head)
      }
      case 'abort': {
        const [event] = events
        const run = [...judge.runs.values()][0]
        if (!event || !run) return
        const [sequence] = keptn.engine.sequences(event.shkeptncontext)
        if (sequence?.state !== 'started') return
        run.aborted = true
        run.disturbed = true
        keptn.engine.control({
          project: PLACE.project,
          context: event.shkeptncontext,
          state: 'abort',
        })
        return
      }
      case 'duplicate':
        if (events[0] && clock.monotonic() < LAST_REPEAT)
          void deliver(events[0])
        return
      case 'upgrade':
        version += 1
        replicas.push(startReplica())
        return
      case 'scale':
        replicas = []
        return
      case 'blackout':
        for (const { process } of everyReplica) process.kill()
        return
      case 'close-watches':
        return cluster.closeWatches()
      case 'compact':
        cluster.compact()
        return cluster.closeWatches()
      case 'lag':
        return network.lag(ms)
      case 'lose-ring':
        ringsLost += 1
        return
      case 'double-ring':
        ringsDoubled += 1
        return
      case 'keptn-away':
        return network.away('keptn', ms)
      case 'cluster-away':
        network.away('cluster', ms)
        return cluster.closeWatches()
      case 'quota':
        fullUntil = clock.monotonic() + ms
        return
      case 'no-right':
        network.rightless(settings.jobNamespace, ms)
        return cluster.closeWatches()
      case 'no-watch-pod':
        noWatchPodUntil = clock.monotonic() + ms
        return
      case 'hold-back': {
        const job = jobs('task').at(-1)
        if (!job || job.status?.conditions?.length) return
        judge.disrupted(job.metadata!.labels![LABEL.run]!, placeOf(job)!)
        await hold(job, true)
        clock.after(ms, () => void hold(job, false))
        return
      }
      case 'relabel-head': {
        const [head] = jobs('head')
        const { namespace, name, labels } = head?.metadata ?? {}
        if (labels?.[LABEL.unsettled] === undefined) return
        const path = labelPath(LABEL.unsettled)
        await cluster.patch('Job', namespace!, name!, [
          { op: 'replace', path, value: 'false' },
        ])
        return
      }
      case 'commit':
        return commit()
      default:
        return
    }
  }

  /** One of the job watch's slow, regular calls. */
  const heartbeat = async (): Promise<void> => {
    const { process, executor } = route()
    await answered(process, executor.ring({ all: true }), RING_TIMEOUT)
  }

  return {
    scope,
    settings,
    heartbeat,
    clock,
    cluster,
    keptn,
    judge,
    network,
    events,
    start,
    deliver,
    jobs,
    /**
     * How many deliveries go on, or are to come. (A getter of a literal is kept
     * by its hidden class, and with it all of this until the next full garbage
     * collection.)
     */
    delivering: () => delivering + toCome,
  }
}

export type System = ReturnType<typeof makeSystem>

const isExpected = (error: unknown): boolean =>
  (error instanceof ClusterError && error.code !== 'Invalid') ||
  error instanceof StoreError

/** The same in a line of the log. */
const EXPECTED = /^(ClusterError|StoreError): /

const changeText = (change: {
  type: string
  kind: string
  object: { metadata?: { name?: string } }
}): string => {
  const job = change.object as {
    status?: { phase?: string; conditions?: { type: string; status: string }[] }
  }
  const state =
    job.status?.phase ??
    job.status?.conditions
      ?.filter(({ status }) => status === 'True')
      .map(({ type }) => type)
      .join(' ')
  return `${change.type.toLowerCase()} ${change.kind} ${change.object.metadata?.name} ${state ?? ''}`
}
