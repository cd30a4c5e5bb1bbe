import type { Clock } from './clock.ts'
import type { Cluster } from './cluster/cluster.ts'
import type { Log } from './log.ts'
import type { Ring } from './rings.ts'
import type { Settings } from './settings.ts'
import { jobWatch, type JobWatchOptions } from './watch/job-watch.ts'

/** To begin takes a list of all runs: not while crowds come and go. */
const CALM = 1_000

/** The function's own look at its runs while it is awake. */
export interface AwakeWatch {
  /** A run was committed just now, by this process. */
  begin(run: string): void
  /** Resolves when it watches no more, and its rings have been heard. */
  stop(): Promise<void>
}

/**
 * Watches the runs that began in this process, from the first one's commit
 * until nothing is unsettled: a fresh job watch needs a second until it sees
 * anything, which is as long as a short task takes. It makes a run quicker
 * and guarantees nothing: the job watch is there beside it, was poked before,
 * and goes on when this process ends. In a crowd of events it rests: it would
 * take a tenth of the time that this process has for them.
 */
export const awakeWatch = (args: {
  cluster: Cluster
  clock: Clock
  log: Log
  settings: Settings
  ring: (ring: Ring) => Promise<void>
  /** True while more events come than are worked on at once. */
  crowded: () => boolean
}): AwakeWatch => {
  const { settings, log } = args
  const end = new AbortController()
  const rings = new Set<Promise<void>>()
  /** Runs that began here; what others left behind is the job watch's. */
  const fresh = new Set<string>()
  let watching: Promise<void> | undefined
  let rest = new AbortController()
  /** Looks whether the crowd is over; there while it is not. */
  let calm: (() => void) | undefined

  const ring: JobWatchOptions['ring'] = async (about) => {
    if (!('run' in about) || !fresh.has(about.run)) return
    await sound(about)
  }
  const sound = (about: Ring): Promise<void> => {
    const ringing = args
      .ring(about)
      .catch((error: unknown) =>
        log('warn', 'left to the job watch', { error: String(error) }),
      )
      .finally(() => rings.delete(ringing))
    rings.add(ringing)
    return ringing
  }
  const watch = (signal: AbortSignal): Promise<void> =>
    jobWatch({
      ...args,
      instance: settings.instance,
      jobNamespace: settings.jobNamespace,
      jobNamespaces: settings.jobNamespaces,
      heartbeatSeconds: Infinity,
      lingerSeconds: 0,
      // After a burst many wait for theirs.
      askForPods: false,
      ring,
      left: () => fresh.clear(),
      signal,
    })
  const start = (): void => {
    if (watching || end.signal.aborted) return
    const own = new AbortController()
    rest = own
    watching = watch(AbortSignal.any([end.signal, own.signal]))
      .catch((error: unknown) => {
        log('warn', 'the own watch failed', { error: String(error) })
        fresh.clear()
      })
      .finally(() => {
        watching = undefined
        // Nothing waits for it any more.
        own.abort()
        // Begun since it had nothing left to watch, or since the crowd was over.
        if (fresh.size > 0 && !calm) start()
      })
  }
  /** It rests until there has been no crowd for a while. */
  const pause = (): void => {
    rest.abort()
    calm ??= args.clock.after(CALM, () => {
      calm = undefined
      if (args.crowded()) pause()
      else start()
    })
  }

  return {
    begin: (run) => {
      fresh.add(run)
      if (args.crowded()) pause()
      else if (!calm) start()
    },
    stop: async () => {
      end.abort()
      calm?.()
      await watching
      await Promise.all(rings)
    },
  }
}
