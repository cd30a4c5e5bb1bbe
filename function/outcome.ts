import type { Event, Job, Pod } from './cluster/cluster.ts'
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

/**
 * Reasons for which the kubelet keeps a container waiting and that do not go
 * away by themselves in the time that a task has.
 */
const HOPELESS: Record<string, string> = {
  ImagePullBackOff: 'its image cannot be pulled',
  InvalidImageName: 'its image name is not valid',
  ErrImageNeverPull: 'its image is not on the node and must not be pulled',
  CreateContainerConfigError:
    'its container cannot be configured (a missing Secret or key?)',
  CreateContainerError: 'its container cannot be created',
}

/** What a busy node says and takes back. */
const PASSING = /failed to sync (secret|configmap) cache|deadline exceeded/i

/** A Job that has no pod after that time is asked why, in milliseconds. */
export const NO_POD_GRACE = 5_000

/** True when it is time to look for Events that tell why there is no pod. */
export const lacksPod = (job: Job, pods: Pod[], now: number): boolean =>
  pods.length === 0 &&
  !job.status?.active &&
  condition(job, 'Failed') === undefined &&
  condition(job, 'Complete') === undefined &&
  now - Date.parse(job.metadata!.creationTimestamp!) >= NO_POD_GRACE

/**
 * The outcome of a task. Success shows in the pod some two seconds before it
 * does in the Job's conditions: with `restartPolicy: Never` a container that
 * ended with 0 stays ended. Failure is the Job's verdict.
 * `pods`: those of this Job; `events`: its `FailedCreate` Events, if looked
 * for.
 */
export const taskOutcome = (args: {
  job: Job
  pods: Pod[]
  events?: Event[]
}): Outcome => {
  const { job, pods } = args
  const stopped = job.metadata?.annotations?.[ANNOTATION.stopped]
  if (stopped !== undefined) return { state: 'failed', reason: stopped }
  if (pods.some(endedWell)) return { state: 'succeeded' }
  if (condition(job, 'Complete')) return { state: 'succeeded' }
  // FailureTarget is the decision; Failed follows when all pods are gone, and
  // their logs with them.
  const failed = condition(job, 'Failed') ?? condition(job, 'FailureTarget')
  if (failed) return { state: 'failed', reason: failure(job, failed, pods) }
  for (const pod of pods) {
    const hopeless = waitingForEver(pod)
    if (hopeless) return { state: 'failed', reason: hopeless, hopeless: true }
  }
  const event = args.events?.find(({ reason }) => reason === 'FailedCreate')
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

const statuses = (pod: Pod) => [
  ...(pod.status?.initContainerStatuses ?? []),
  ...(pod.status?.containerStatuses ?? []),
]

const exitCode = (pod: Pod): number | undefined =>
  pod.status?.containerStatuses?.find(({ name }) => name === TASK_CONTAINER)
    ?.state?.terminated?.exitCode

/**
 * The task ended with 0 by itself. In a pod that is deleted (at the Job's time
 * limit, say) or evicted it was told to stop, and may end with 0 all the same.
 */
const endedWell = (pod: Pod): boolean =>
  exitCode(pod) === 0 &&
  pod.metadata?.deletionTimestamp === undefined &&
  pod.status?.phase !== 'Failed'

const waitingForEver = (pod: Pod): string | undefined => {
  if (pod.metadata?.deletionTimestamp) return undefined
  for (const { name, image, state } of statuses(pod)) {
    const reason = state?.waiting?.reason ?? ''
    const meaning = HOPELESS[reason]
    const message = state?.waiting?.message ?? ''
    if (meaning !== undefined && !PASSING.test(message))
      return `${meaning}: container ${name} (image ${image}) of pod ${pod.metadata!.name} waits. Reason: ${reason}, Message: ${message}`
  }
  return undefined
}

const failure = (
  job: Job,
  { reason, message }: { reason?: string; message?: string },
  pods: Pod[],
): string => {
  const name = job.metadata!.name
  if (reason === 'DeadlineExceeded')
    return `job ${name} timed out after ${job.spec?.activeDeadlineSeconds} s and was stopped. Reason: ${reason}, Message: ${message}`
  const details = pods.flatMap((pod) => [
    ...statuses(pod).flatMap(({ name: container, state }) => {
      const end = state?.terminated
      return end && end.exitCode !== 0
        ? [
            `container ${container} ended with exit code ${end.exitCode} (${end.reason ?? 'Error'})`,
          ]
        : []
    }),
    ...(pod.status?.reason
      ? [`pod: ${pod.status.reason} ${pod.status.message ?? ''}`.trim()]
      : []),
  ])
  return `job ${name} failed. Reason: ${reason ?? ''}, Message: ${message ?? ''}${details.map((detail) => `; ${detail}`).join('')}`
}
