import type { Event, Job, Pod } from './cluster/cluster.ts'
import { besideReason, failureReason } from './failure.ts'
import { hopelessReason, isPassing } from './hopeless.ts'
import { ANNOTATION } from './labels.ts'
import { TASK_CONTAINER } from './names.ts'

/** How a task's Job stands, read from the Job and its pods. */
export type Outcome =
  | { state: 'running' }
  | { state: 'succeeded' }
  | {
      state: 'failed'
      /** In words for the user. */
      reason: string
      /** It would go on for ever: the Job has to be stopped. */
      hopeless?: true
    }

/** A Job that has no pod after that time is asked why, in milliseconds. */
export const NO_POD_GRACE = 5_000

/** True when it is time to look for Events that tell why there is no pod. */
export const lacksPod = (job: Job, pods: Pod[], now: number): boolean =>
  pods.length === 0 &&
  // Whoever holds it back, as a queue does, lets it go on.
  !job.spec?.suspend &&
  !job.status?.active &&
  condition(job, 'Failed') === undefined &&
  condition(job, 'Complete') === undefined &&
  now - Date.parse(job.metadata!.creationTimestamp!) >= NO_POD_GRACE

/**
 * The outcome of a task. Success shows in the pod some two seconds before it
 * does in the Job's conditions: with `restartPolicy: Never` a container that
 * ended with 0 stays ended. Failure is the Job's verdict.
 * `pods`: those of this Job; `events`: its `FailedCreate` Events, if looked
 * for; `now`: by the API server's clock.
 */
export const taskOutcome = (args: {
  job: Job
  pods: Pod[]
  events?: Event[]
  now: number
}): Outcome => {
  const { job, pods, now } = args
  const stopped = job.metadata?.annotations?.[ANNOTATION.stopped]
  if (stopped !== undefined) return { state: 'failed', reason: stopped }
  if (pods.some(endedWell)) return { state: 'succeeded' }
  if (condition(job, 'Complete')) return { state: 'succeeded' }
  // FailureTarget is the decision; Failed follows when all pods are gone, and
  // their logs with them.
  const failed = condition(job, 'Failed') ?? condition(job, 'FailureTarget')
  if (failed)
    return { state: 'failed', reason: failureReason(job, failed, pods) }
  for (const pod of pods) {
    const hopeless = hopelessReason(job, pod, now)
    if (hopeless) return { state: 'failed', reason: hopeless, hopeless: true }
    if (lingers(pod, now))
      return { state: 'failed', reason: besideReason(job, pod) }
  }
  const event = args.events?.find(
    ({ reason, message }) =>
      reason === 'FailedCreate' && !isPassing(message ?? ''),
  )
  if (event && pods.length === 0)
    return {
      state: 'failed',
      reason: `job ${job.metadata!.name} cannot start a pod. Reason: ${event.reason}, Message: ${event.message}`,
      hopeless: true,
    }
  return { state: 'running' }
}

/** A condition of the Job that holds; one with status `False` does not. */
const condition = (job: Job, type: string) =>
  job.status?.conditions?.find(
    (entry) => entry.type === type && entry.status === 'True',
  )

const taskEnd = (pod: Pod) =>
  pod.status?.containerStatuses?.find(({ name }) => name === TASK_CONTAINER)
    ?.state?.terminated

/**
 * The task ended with 0 by itself. In a pod that is deleted (at the Job's time
 * limit, say) or evicted it was told to stop, and may end with 0 all the same.
 */
const endedWell = (pod: Pod): boolean =>
  taskEnd(pod)?.exitCode === 0 &&
  pod.metadata?.deletionTimestamp === undefined &&
  pod.status?.phase !== 'Failed'

/** A pod whose containers have all ended says so within that time. */
const POD_GRACE = 5_000

/**
 * The task ended badly, and its pod runs on for another container, which
 * somebody's webhook put into it. Nothing replaces it, as there are no retries.
 */
const lingers = (pod: Pod, now: number): boolean => {
  const end = taskEnd(pod)
  return (
    end !== undefined &&
    end.exitCode !== 0 &&
    pod.metadata?.deletionTimestamp === undefined &&
    pod.status?.phase === 'Running' &&
    // A native sidecar is told to end, and its pod tells its own end then.
    pod.status.containerStatuses!.some(({ state }) => state?.running) &&
    now - Date.parse(end.finishedAt ?? '') >= POD_GRACE
  )
}
