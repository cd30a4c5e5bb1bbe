import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Pod } from '../../function/cluster/cluster.ts'
import { fromKubeconfig } from '../../function/cluster/kubeconfig.ts'
import { KubernetesCluster } from '../../function/cluster/kubernetes.ts'
import { BUSYBOX, KUBECONFIG, kubectl, until } from './cluster.ts'

/**
 * When a pod's container was first seen running, and ended, as
 * `performance.now()` tells; `owner` is the name of its Job.
 */
export interface Seen {
  owner: string
  started?: number
  ended?: number
}

/** Follows the pods of a namespace until `stop` aborts; by pod name. */
export const follow = async (
  namespace: string,
  stop: AbortSignal,
): Promise<Map<string, Seen>> => {
  const cluster = new KubernetesCluster(await fromKubeconfig(KUBECONFIG))
  const seen = new Map<string, Seen>()
  const look = (pod: Pod): void => {
    const { name = '', labels = {} } = pod.metadata ?? {}
    const state = pod.status?.containerStatuses?.[0]?.state
    const known = seen.get(name) ?? { owner: labels['job-name'] ?? '' }
    seen.set(name, known)
    const now = performance.now()
    if (state?.running || state?.terminated) known.started ??= now
    if (state?.terminated) known.ended ??= now
  }
  const { resourceVersion } = await cluster.list('Pod', namespace)
  void (async () => {
    const events = cluster.watch('Pod', namespace, {
      resourceVersion,
      signal: stop,
    })
    for await (const event of events) if ('object' in event) look(event.object)
  })().catch(() => undefined)
  return seen
}

/**
 * Waits, in each of `rounds` a little longer, for up to a second. The kubelet
 * looks at its containers once a second, and what was awaited before has ended
 * with such a look: without this each round would begin at the same distance
 * from the next one, while users begin at any.
 */
export const momentOf = (round: number, rounds: number): Promise<void> =>
  pause((1000 * round) / rounds)

/** A bare Job: begun `at`, as `performance.now()` tells, and what it took. */
export interface TimedJob {
  at: number
  started: number
  ended: number
}

/**
 * `kubectl create job` of a container that sleeps; milliseconds from then
 * until `pods`, which follow its namespace, show it running, and ended.
 */
export const timeJob = async (
  namespace: string,
  pods: ReadonlyMap<string, Seen>,
  seconds: number,
): Promise<TimedJob> => {
  const name = `plain-${randomBytes(3).toString('hex')}`
  const at = performance.now()
  await kubectl(
    ...['-n', namespace, 'create', 'job', name, `--image=${BUSYBOX}`],
    ...['--', 'sleep', String(seconds)],
  )
  const hasEnded = async (): Promise<Seen | undefined> =>
    [...pods.values()].find(({ owner, ended }) => owner === name && ended)
  // At once: another may be begun with its end.
  const pod = await until(`${name} has ended`, 60, hasEnded, 10)
  return { at, started: pod.started! - at, ended: pod.ended! - at }
}
