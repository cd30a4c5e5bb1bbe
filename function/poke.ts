import { randomUUID } from 'node:crypto'
import { type Clock, sleep } from './clock.ts'
import {
  type Cluster,
  ClusterError,
  isClusterError,
  type Job,
} from './cluster/cluster.ts'
import { ANNOTATION } from './labels.ts'

const ATTEMPTS = 10
const PAUSE = 200

const poked = `/metadata/annotations/${ANNOTATION.poked.replaceAll('/', '~1')}`

/**
 * Makes sure that the job watch is there and will look once more before it
 * leaves: touches it, or creates it. Call it after the head was created, and
 * never before: a watch that left in between would not see the head.
 */
export const poke = async (
  { cluster, clock }: { cluster: Cluster; clock: Clock },
  watch: Job,
): Promise<void> => {
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
      if (isAlive(found)) return
      await cluster.delete('Job', namespace!, name!, {
        uid: found.metadata!.uid!,
      })
    } catch (error) {
      if (!isClusterError(error, 'NotFound', 'Conflict')) throw error
    }
    try {
      await cluster.create('Job', watch)
      return
    } catch (error) {
      if (!isClusterError(error, 'AlreadyExists')) throw error
    }
  }
  throw new ClusterError(
    'Unavailable',
    `the job watch ${name} could not be replaced: is it held by a finalizer?`,
  )
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
