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
  if (reason === 'DeadlineExceeded')
    return `job ${name} timed out after ${job.spec?.activeDeadlineSeconds} s and was stopped. Reason: ${reason}, Message: ${message}`
  const details =
    pods.length > 0
      ? pods.flatMap(podDetails)
      : ['its pod is not there any more: it was deleted, or its node is gone']
  return `job ${name} failed. Reason: ${reason}, Message: ${message}${details.map((detail) => `; ${detail}`).join('')}`
}

const podDetails = (pod: Pod): string[] => {
  const { status } = pod
  const disruption = status?.conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  )
  return [
    ...statuses(pod).flatMap(({ name, state }) => {
      const end = state?.terminated
      return end && end.exitCode !== 0
        ? [
            `container ${name} ended with exit code ${end.exitCode} (${how(end)})`,
          ]
        : []
    }),
    ...(disruption
      ? [
          `pod ${pod.metadata!.name}: ${DISRUPTED[disruption.reason ?? ''] ?? 'it was disrupted'}. Reason: ${disruption.reason ?? ''}, Message: ${disruption.message ?? ''}`,
        ]
      : []),
    ...(status?.reason
      ? [`pod: ${status.reason} ${status.message ?? ''}`.trim()]
      : []),
  ]
}

/**
 * A container's own message may hold a secret and is left out; where it did
 * not even start, the message is the runtime's.
 */
const how = ({ reason = 'Error', message }: ContainerEnd): string => {
  if (reason === 'OOMKilled')
    return `${reason}: it needed more memory than its limit`
  if (reason === 'StartError' || reason === 'ContainerCannotRun')
    return `${reason}: it could not be started: ${message ?? ''}`
  return reason
}
