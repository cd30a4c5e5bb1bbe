import type { Cluster, Pod } from './cluster/cluster.ts'
import type { TaskLog } from './message.ts'

/**
 * What the pods of a task's Job printed: the containers that ended, and the
 * init containers of a pod that failed. Never rejects: a log that cannot be
 * read says so in its place.
 */
export const readTaskLogs = async (
  cluster: Cluster,
  pods: Pod[],
  limitBytes: number,
): Promise<TaskLog[]> => {
  const logs = pods.flatMap((pod) => {
    const main = pod.status?.containerStatuses ?? []
    const init = pod.status?.initContainerStatuses ?? []
    const failed = [...main, ...init].some(
      ({ state }) => state?.terminated && state.terminated.exitCode !== 0,
    )
    return [...(failed ? init : []), ...main].flatMap((status) =>
      status.state?.terminated || status.state?.running
        ? [readLog(cluster, pod, status, limitBytes)]
        : [],
    )
  })
  return (await Promise.all(logs)).filter(({ text }) => text !== '')
}

const readLog = async (
  cluster: Cluster,
  pod: Pod,
  status: NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number],
  limitBytes: number,
): Promise<TaskLog> => {
  const { name, state } = status
  const end = state?.terminated
  const heading =
    end && end.exitCode !== 0
      ? `Container ${name} of pod ${pod.metadata!.name} terminated with an error (Reason: ${end.reason ?? ''}, ${end.message ? `Message: ${end.message}` : `ExitCode: ${end.exitCode}`})`
      : `Container ${name} of pod ${pod.metadata!.name}`
  try {
    const text = await cluster.log(
      pod.metadata!.namespace!,
      pod.metadata!.name!,
      { container: name, limitBytes },
    )
    return { heading, text }
  } catch (error) {
    return {
      heading,
      text: `Unable to query logs of container: ${(error as Error).message}`,
    }
  }
}
