import type { Job, Pod } from './cluster/cluster.ts'
import { ANNOTATION } from './labels.ts'

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

/** What a registry's answer means; the first that fits. */
const PULL_MEANS: [answer: RegExp, meaning: string][] = [
  [
    /authoriz|authentica|credential|denied|\b40[13]\b/i,
    'the registry refuses it: its credentials are missing or wrong',
  ],
  [/not ?found|manifest unknown/i, 'the registry has no such image'],
  [
    /no such host|name resolution|connection refused|no route to host|timeout/i,
    'the registry cannot be reached',
  ],
]

/** What a busy node or control plane says and takes back. */
const PASSING =
  /failed to sync (secret|configmap) cache|deadline exceeded|failed calling webhook|operation cannot be fulfilled|connection refused|etcdserver|too many requests|reserve container name|reserving ctr name|is already in use by container|timed out|timeout|status unknown for quota|not yet ready to handle request|unable to handle the request|connection (?:lost|reset)|rpc error|TLS handshake|unexpected EOF/i

/** What a registry says that is busy, or away for a moment. */
const PASSING_PULL =
  /too ?many ?requests|\b(?:429|50[0234])\b|time-?out|timed out|deadline exceeded|connection re(?:fused|set)|unexpected EOF|temporar/i

/**
 * So long after its start a pod may have met such a registry: the kubelet tries
 * once more in that time. Milliseconds.
 */
const PULL_GRACE = 20_000

/** What stands in quotes are names, which may be any words. */
const unquoted = (message: string): string =>
  message.replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '')

/** True for a message of something that is tried again with good hope. */
export const isPassing = (message: string): boolean =>
  PASSING.test(unquoted(message))

/** Why a pod will never start, in words; `undefined`: it may. */
export const hopelessReason = (
  job: Job,
  pod: Pod,
  now: number,
): string | undefined =>
  pod.metadata?.deletionTimestamp
    ? undefined
    : (waitingForEver(pod, now) ?? unschedulable(job, pod, now))

/** Of all containers of a pod, the init containers first. */
export const statuses = ({ status }: Pod) => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
]

const waitingForEver = (pod: Pod, now: number): string | undefined => {
  for (const { name, image, state } of statuses(pod)) {
    const { reason = '', message = '' } = state?.waiting ?? {}
    const meaning = HOPELESS[reason]
    if (meaning === undefined) continue
    const pull = reason === 'ImagePullBackOff'
    // A registry that stays away is backed off from for longer and longer.
    if (pull ? mayPullYet(pod, message, now) : isPassing(message)) continue
    const because = pull ? pullMeans(message) : ''
    return `${meaning}${because}: container ${name} (image ${image}) of pod ${pod.metadata!.name} waits. Reason: ${reason}, Message: ${message}`
  }
  return undefined
}

const mayPullYet = (pod: Pod, message: string, now: number): boolean => {
  const since = pod.status?.startTime ?? pod.metadata!.creationTimestamp!
  return (
    PASSING_PULL.test(unquoted(message)) && now - Date.parse(since) < PULL_GRACE
  )
}

const pullMeans = (message: string): string => {
  const [, meaning] = PULL_MEANS.find(([answer]) => answer.test(message)) ?? []
  return meaning === undefined ? '' : `, ${meaning}`
}

/** A pod may wait that long for a node: one may be about to be added. */
const unschedulable = (job: Job, pod: Pod, now: number): string | undefined => {
  const grace = job.metadata?.annotations?.[ANNOTATION.unschedulableGrace]
  const scheduled = pod.status?.conditions?.find(
    ({ type }) => type === 'PodScheduled',
  )
  if (grace === undefined || scheduled?.reason !== 'Unschedulable')
    return undefined
  const since = scheduled.lastTransitionTime ?? pod.metadata!.creationTimestamp!
  return now - Date.parse(since) < Number(grace) * 1000
    ? undefined
    : `no node can take its pod: pod ${pod.metadata!.name} has waited for one for ${grace} s. Reason: ${scheduled.reason}, Message: ${scheduled.message ?? ''}`
}
