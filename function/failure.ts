import type { Job, Pod } from './cluster/cluster.ts'
import { statuses } from './hopeless.ts'

type ContainerEnd = NonNullable<
  NonNullable<ReturnType<typeof statuses>[number]['state']>['terminated']
>

/** What Kubernetes does to a pod, by its condition `DisruptionTarget`. */
const DISRUPTED: Record<string, string> = {
  EvictionByEvictionAPI: 'it was evicted',
  TerminationByKubelet: 'its node ended it: it runs short, or shuts down',
  DeletionByTaintManager: 'its node is drained or gone',
  DeletionByPodGC: 'its node is gone',
  PreemptionByScheduler: 'it made room for a pod of higher priority',
}

/**
 * Why a Job failed, in words for the user: what its condition says, and what
 * the pods tell beside it.
 */
export const failureReason = (
  job: Job,
  { reason = '', message = '' }: { reason?: string; message?: string },
  pods: Pod[],
): string => {
  const name = job.metadata!.name
  const tooLong = reason === 'DeadlineExceeded'
  const how = tooLong
    ? `timed out after ${job.spec?.activeDeadlineSeconds} s and was stopped`
    : 'failed'
  const details = tooLong ? pods.flatMap(notStarted) : ends(pods)
  return [
    `job ${name} ${how}. Reason: ${reason}, Message: ${message}`,
    ...details,
  ].join('; ')
}

/** Why a task failed whose pod goes on beside it. */
export const besideReason = (job: Job, pod: Pod): string =>
  [
    `job ${job.metadata!.name} failed, while other containers of its pod ran on`,
    ...podDetails(pod),
  ].join('; ')

/** What a pod waited for that never ran anything. */
const notStarted = (pod: Pod): string[] => {
  const containers = statuses(pod)
  if (containers.some(({ state }) => state?.running ?? state?.terminated))
    return []
  const waits = containers.flatMap(({ name, state }) =>
    state?.waiting ? [`container ${name}: ${state.waiting.reason}`] : [],
  )
  const node = pod.status?.conditions?.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  )
  const why = node
    ? `${node.reason}, ${node.message}`
    : waits.join(', ') || 'its node says nothing of it'
  return [`pod ${pod.metadata!.name} had not started (${why})`]
}

const ends = (pods: Pod[]): string[] =>
  pods.length > 0
    ? pods.flatMap(podDetails)
    : ['its pod is not there any more: it was deleted, or its node is gone']

const podDetails = (pod: Pod): string[] => [
  ...statuses(pod).flatMap(containerEnd),
  ...disruptions(pod),
  ...(pod.status?.reason
    ? [`pod: ${pod.status.reason} ${pod.status.message ?? ''}`.trim()]
    : []),
]

const containerEnd = ({
  name,
  state,
}: ReturnType<typeof statuses>[number]): string[] => {
  const end = state?.terminated
  return end && end.exitCode !== 0
    ? [`container ${name} ended with exit code ${end.exitCode} (${endOf(end)})`]
    : []
}

const disruptions = ({ metadata, status }: Pod): string[] =>
  (status?.conditions ?? [])
    .filter(
      ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
    )
    .map(
      ({ reason = '', message = '' }) =>
        `pod ${metadata!.name}: ${DISRUPTED[reason] ?? 'it was disrupted'}. Reason: ${reason}, Message: ${message}`,
    )

/**
 * A container's own message may hold a secret and is left out; where it did
 * not even start, the message is the runtime's.
 */
const endOf = ({ reason = 'Error', message }: ContainerEnd): string => {
  if (reason === 'OOMKilled')
    return `${reason}: it needed more memory than its limit`
  if (reason === 'StartError' || reason === 'ContainerCannotRun')
    return `${reason}: it could not be started: ${message ?? ''}`
  return reason
}
