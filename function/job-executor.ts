import type { JobEvent } from '../config/event.ts'
import { endSequence, sequenceEnd } from './abort.ts'
import { atMost, type InTurn } from './at-most.ts'
import { sweepBundles } from './bundles.ts'
import { sleep } from './clock.ts'
import { ifThere, isClusterError, type Job } from './cluster/cluster.ts'
import { tellUser } from './kubernetes-event.ts'
import { LABEL, ofRole, selectOwn } from './labels.ts'
import { headName, runOfHead } from './names.ts'
import { groupPokes, notWatching, poke } from './poke.ts'
import type { Ports } from './ports.ts'
import { receive } from './receive.ts'
import { type Fresh, reconcile } from './reconcile.ts'
import type { Ring } from './rings.ts'
import { watchJob } from './watch-job.ts'

/** The function without HTTP: what it does for an event and for a callback. */
export interface JobExecutor {
  /**
   * Takes an event: resolves when its run is committed and the job watch
   * knows, or when there is nothing to do. Rejects when the event has to be
   * delivered again.
   */
  event(event: JobEvent): Promise<void>
  /** Brings runs on; rejects when that could not be carried through. */
  ring(ring: Ring): Promise<void>
  /** Resolves when nothing is under way in this process any more. */
  idle(): Promise<void>
}

/**
 * Events that are worked on at once, up to their commit. Others wait before
 * their first request: between its claim and its send a run must not wait for
 * hundreds of others.
 */
export const EVENTS_AT_ONCE = 16

/**
 * What lies between pokes while events wait for their turn: one after the other
 * they take a tenth of what the cluster can do. Milliseconds.
 */
const POKE_PAUSE = 100

/** A job watch that does not watch is told of once in that time. Milliseconds. */
const STAND_IN = 60_000

/** Its pod may only be replaced: it gets that long. Milliseconds. */
const REPLACED = 10_000

/** Makes the function from its ports; `inTurn`: lets events begin. */
export const jobExecutor = (
  ports: Ports,
  inTurn: InTurn = atMost(EVENTS_AT_ONCE),
): JobExecutor => {
  const { cluster, clock, settings, log } = ports
  const underWay = new Set<Promise<unknown>>()
  const inBackground = (what: Promise<unknown>): void => {
    const tracked = what
      .catch((error: unknown) =>
        log('warn', 'left to the next signal', { error: String(error) }),
      )
      .finally(() => underWay.delete(tracked))
    underWay.add(tracked)
  }
  const pokeWatch = groupPokes(
    async () => {
      if (!settings.jobWatch.enabled) return
      const watch = await poke(ports, watchJob(settings, await ports.image()))
      if (notWatching(watch, cluster.time())) inBackground(standIn(watch))
    },
    async () => {
      if (inTurn.waiting() > 0)
        await Promise.race([sleep(clock, POKE_PAUSE), inTurn.calm()])
    },
  )
  const reconcileRun = onePassEach((run, fresh) => reconcile(ports, run, fresh))

  const event = async (event: JobEvent): Promise<void> => {
    const end = sequenceEnd(event)
    if (end) {
      const runs = await inTurn(() => endSequence(ports, end))
      if (runs.length > 0) await pokeWatch()
      for (const run of runs) inBackground(reconcileRun(run))
    }
    if (!swept) {
      swept = true
      inBackground(sweep())
    }
    const received = await inTurn(() => receive(ports, event)).catch(
      (error: unknown) => {
        // The head may be there all the same, and nobody may ask again.
        if (isClusterError(error, 'Unavailable')) inBackground(pokeWatch())
        throw error
      },
    )
    const about = { type: event.type, id: event.id, source: event.source }
    if (received.state === 'ignored')
      return log('info', `ignored: ${received.reason}`, about)
    log('info', received.state, { ...about, run: received.run })
    if (received.state === 'settled') return
    await pokeWatch()
    ports.begun?.(received.run)
    inBackground(reconcileRun(received.run, received.fresh))
  }

  const ring = async (ring: Ring): Promise<void> => {
    if ('run' in ring) {
      await reconcileRun(ring.run)
      return
    }
    const runs = await unsettledRuns()
    // Runs are brought on also where there can be no job watch.
    const passes = await Promise.allSettled([
      runs.length > 0 ? pokeWatch() : undefined,
      ...runs.map((run) => reconcileRun(run)),
    ])
    await sweep()
    const failed = passes.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }

  const unsettledRuns = async (): Promise<string[]> => {
    const { items } = await cluster.list('Job', settings.jobNamespace, {
      labelSelector: selectOwn(
        settings.instance,
        ofRole('head'),
        LABEL.unsettled,
      ),
    })
    return items.map(({ metadata }) => runOfHead(metadata!.name!))
  }

  let stoodIn = -Infinity
  /** Does what a job watch would that cannot: nobody else brings runs on. */
  const standIn = async ({ metadata }: Job): Promise<void> => {
    const now = clock.monotonic()
    if (now - stoodIn < STAND_IN) return
    stoodIn = now
    await sleep(clock, REPLACED)
    const { namespace, name, uid } = metadata!
    const watch = await ifThere(cluster.get('Job', namespace!, name!))
    const why = watch && notWatching(watch, cluster.time())
    if (why === undefined) return
    log('error', why)
    await tellUser(
      ports,
      { namespace: namespace!, name: name!, uid: uid! },
      { reason: 'NotWatching', message: why },
    )
    for (const run of await unsettledRuns()) inBackground(reconcileRun(run))
  }

  let swept = false
  const sweep = (): Promise<void> =>
    sweepBundles(cluster, {
      instance: settings.instance,
      namespaces: [settings.jobNamespace, ...settings.jobNamespaces],
      hasHead: exists,
    })

  const exists = async (run: string): Promise<boolean> => {
    const head = cluster.get('Job', settings.jobNamespace, headName(run))
    return (await ifThere(head)) !== undefined
  }

  const idle = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all(underWay)
  }

  return { event, ring, idle }
}

/**
 * One pass of a run at a time in this process: who comes during a pass shares
 * the one after it, which sees all that happened before it began.
 */
const onePassEach = <T>(
  pass: (run: string, fresh?: Fresh) => Promise<T>,
): ((run: string, fresh?: Fresh) => Promise<T>) => {
  const running = new Map<string, Promise<T>>()
  const waiting = new Map<string, Promise<T>>()
  /** For the pass to come: without it the run's own claim looks like another's. */
  const committed = new Map<string, Fresh>()
  const start = (run: string): Promise<T> => {
    const fresh = committed.get(run)
    committed.delete(run)
    const current = pass(run, fresh).finally(() => {
      if (running.get(run) === current) running.delete(run)
    })
    running.set(run, current)
    return current
  }
  return (run, fresh) => {
    if (fresh) committed.set(run, fresh)
    const current = running.get(run)
    if (!current) return start(run)
    const next =
      waiting.get(run) ??
      current
        .then(
          () => {},
          () => {},
        )
        .then(() => {
          waiting.delete(run)
          return start(run)
        })
    waiting.set(run, next)
    return next
  }
}
