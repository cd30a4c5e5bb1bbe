import { type Clock, sleep } from '../clock.ts'
import type { Cluster, Job, Pod } from '../cluster/cluster.ts'
import { LABEL, ofRole, selectOwn } from '../labels.ts'
import type { Log } from '../log.ts'
import type { Instance } from '../names.ts'
import { dueReason, watchedRuns } from './due.ts'
import { mirror } from './mirror.ts'
import { nowAndThen } from './now-and-then.ts'
import { type OwnJob, ownJob } from './own-job.ts'
import { ringer } from './ringer.ts'

export interface JobWatchOptions {
  cluster: Cluster
  clock: Clock
  log: Log
  instance: Instance
  /** Where the heads are, and the watch itself. */
  jobNamespace: string
  /** Further namespaces with task Jobs. */
  jobNamespaces: readonly string[]
  heartbeatSeconds: number
  /** How long it stays when nothing is unsettled any more. */
  lingerSeconds: number
  /** False: why a task has no pod is somebody else's question; default true. */
  askForPods?: boolean
  /** Calls the function: for one run, or for all. Never rejects. */
  ring: (
    about: { run: string; reason: string } | { all: true },
  ) => Promise<void>
  /** The uid of its own Job, which it deletes at its end; absent: it has none. */
  job?: string
  /** Told when it leaves, as nothing is unsettled. */
  left?: () => void
  signal?: AbortSignal
}

/** Pods that have not ended; of the others a watch tells the end once. */
const LIVE = 'status.phase!=Succeeded,status.phase!=Failed'

const TICK = 1_000

/**
 * Looking at all runs at each change of one is too much when they are many:
 * the pause after a look grows with them. Milliseconds for each run.
 */
const MANY = 20
const PAUSE_EACH = 2
const LONGEST_PAUSE = 1_000

/**
 * Watches the unsettled runs and calls the function when there is something
 * to do for one of them. Resolves when nothing is unsettled any more and its
 * own Job is deleted, or when `signal` aborts.
 */
export const jobWatch = async (options: JobWatchOptions): Promise<void> => {
  const { cluster, clock, log, instance, jobNamespace, askForPods } = options
  const stop = new AbortController()
  options.signal?.addEventListener('abort', () => stop.abort(), { once: true })
  const { signal } = stop
  const namespaces = [...new Set([jobNamespace, ...options.jobNamespaces])]
  const jobs = new Map<string, ReadonlyMap<string, Job>>()
  const pods = new Map<string, ReadonlyMap<string, Pod>>()
  /** How the pods ended that are no longer watched. */
  const ended = new Map<string, Pod>()
  const sound = ringer(clock, (run, reason) => options.ring({ run, reason }))

  const { job: uid } = options
  const own =
    uid === undefined
      ? undefined
      : ownJob(cluster, { instance, namespace: jobNamespace, uid })

  /**
   * Before the heads and what is beside them are listed nothing can be told.
   * Other namespaces are not waited for: one that cannot be read must not
   * keep the runs from being rung for.
   */
  const sees = (): boolean => jobs.has(jobNamespace) && pods.has(jobNamespace)

  let heads = 0
  const look = (): void => {
    if (!sees()) return
    const runs = watchedRuns(flat(jobs), [...flat(pods), ...ended.values()])
    const now = cluster.time()
    heads = runs.size
    for (const [uid, { metadata }] of ended)
      if (!runs.has(metadata!.labels![LABEL.run]!)) ended.delete(uid)
    const due = new Map<string, string>()
    for (const [run, watched] of runs) {
      const reason = dueReason(watched, now, askForPods)
      if (reason !== undefined) due.set(run, reason)
    }
    sound(due)
  }
  /** The watch before this one is there until this one sees the runs. */
  const takeOver = async (own: OwnJob): Promise<void> => {
    let told = false
    while (!signal.aborted) {
      await sleep(clock, TICK, signal).catch(() => {})
      try {
        if (sees() && (await own.succeed())) return
      } catch (error) {
        if (!told)
          log('warn', 'an older job watch could not be deleted', {
            error: String(error),
          })
        told = true
      }
    }
  }
  const looking = nowAndThen(
    clock,
    () => (heads > MANY ? Math.min(PAUSE_EACH * heads, LONGEST_PAUSE) : 0),
    look,
  )

  const mirrors = namespaces.flatMap((namespace) => [
    mirror({
      cluster,
      clock,
      log,
      kind: 'Job',
      namespace,
      selection: { labelSelector: selectOwn(instance, LABEL.unsettled) },
      changed: (objects) => {
        jobs.set(namespace, objects)
        looking.ask()
      },
      signal,
    }),
    mirror({
      cluster,
      clock,
      log,
      kind: 'Pod',
      namespace,
      selection: {
        labelSelector: selectOwn(instance, ofRole('task')),
        fieldSelector: LIVE,
      },
      // Told as it was before it left: not its phase says that it ended.
      left: (pod) => {
        if (
          pod.status?.containerStatuses?.some(({ state }) => state?.terminated)
        )
          ended.set(pod.metadata!.uid!, pod)
      },
      changed: (objects) => {
        pods.set(namespace, objects)
        looking.ask()
      },
      signal,
    }),
  ])

  let heartbeat = clock.monotonic()
  let empty: number | undefined
  const taken = own && takeOver(own)
  try {
    while (!signal.aborted) {
      await sleep(clock, TICK, signal)
      look()
      const now = clock.monotonic()
      if (now - heartbeat >= options.heartbeatSeconds * 1000) {
        heartbeat = now
        void options.ring({ all: true })
      }
      if (heads > 0 || !jobs.has(jobNamespace)) empty = undefined
      else empty ??= now
      if (
        empty !== undefined &&
        now - empty >= options.lingerSeconds * 1000 &&
        (!own || (await own.leave()))
      ) {
        options.left?.()
        log('info', 'nothing is unsettled: leaving')
        return
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    stop.abort()
    await Promise.all([...mirrors, taken])
    looking.stop()
  }
}

const flat = <T>(maps: ReadonlyMap<string, ReadonlyMap<string, T>>): T[] =>
  [...maps.values()].flatMap((map) => [...map.values()])
