import { randomUUID } from 'node:crypto'
import { type Clock, sleep } from './clock.ts'
import {
  type Cluster,
  ClusterError,
  isClusterError,
  type Job,
} from './cluster/cluster.ts'
import { annotationPath } from './json-pointer.ts'
import { ANNOTATION } from './labels.ts'

const ATTEMPTS = 10
const PAUSE = 200

const poked = annotationPath(ANNOTATION.poked)

/**
 * Makes sure that the job watch is there and will look once more before it
 * leaves: touches it, or creates it. Call it after the head was created, and
 * never before: a watch that left in between would not see the head. Resolves
 * with the Job that is there.
 */
export const poke = async (
  { cluster, clock }: { cluster: Cluster; clock: Clock },
  watch: Job,
): Promise<Job> => {
  const { namespace, name } = watch.metadata!
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 1) await sleep(clock, PAUSE)
    try {
      const found = await cluster.patch('Job', namespace!, name!, [
        {
          op: 'add',
          path: poked,
          // Never the same: a patch that changes nothing is no poke.
          value: `${new Date(cluster.time()).toISOString()} ${randomUUID()}`,
        },
      ])
      if (isAlive(found)) return found
      await cluster.delete('Job', namespace!, name!, {
        uid: found.metadata!.uid!,
      })
    } catch (error) {
      if (!isClusterError(error, 'NotFound', 'Conflict')) throw error
    }
    try {
      return await cluster.create('Job', watch)
    } catch (error) {
      if (!isClusterError(error, 'AlreadyExists')) throw error
    }
  }
  throw new ClusterError(
    'Unavailable',
    `the job watch ${name} could not be replaced: is it held by a finalizer?`,
  )
}

/** Its image may have to be pulled first. Milliseconds. */
const START = 60_000

/**
 * Why nobody watches though the job watch is there; `undefined`: somebody does,
 * or will soon. Its pod may have no account, no image, or no room in a quota.
 */
export const notWatching = (watch: Job, now: number): string | undefined => {
  const { metadata, spec, status } = watch
  const since = metadata!.creationTimestamp
  if (status?.ready || now - Date.parse(since ?? '') < START || !since)
    return undefined
  const why = spec?.suspend ? 'it is suspended' : 'no pod of it runs'
  return `the job watch ${metadata!.name}, created at ${since}, watches nothing: ${why}. Runs go on only with the next event; see kubectl describe job ${metadata!.name}`
}

const isAlive = (job: Job): boolean =>
  job.metadata?.deletionTimestamp === undefined &&
  !job.status?.conditions?.some(
    ({ type, status }) =>
      ['Complete', 'Failed', 'FailureTarget', 'SuccessCriteriaMet'].includes(
        type,
      ) && status === 'True',
  )

/**
 * One poke serves every head that was created before it began: while one is
 * under way, callers wait for the next, which they share. `pause`: what is
 * waited for before a poke that follows upon another.
 */
export const groupPokes = (
  once: () => Promise<void>,
  pause: () => Promise<void> = async () => {},
): (() => Promise<void>) => {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const start = (): Promise<void> => {
    const poking = once().finally(() => {
      if (running === poking) running = undefined
    })
    running = poking
    return poking
  }
  return () => {
    if (!running && !next) return start()
    next ??= running!
      .catch(() => {})
      .then(pause)
      .then(() => {
        next = undefined
        return start()
      })
    return next
  }
}
