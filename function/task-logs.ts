import type { Cluster, Pod } from './cluster/cluster.ts'
import type { TaskLog } from './message.ts'
import { TASK_CONTAINER } from './names.ts'

/**
 * What the pods of a task's Job printed: the task, what else ended badly, and
 * the init containers of a pod that failed. Never rejects: a log that cannot be
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
    const failed = [...main, ...init].some(endedBadly)
    const told = main.filter(
      (status) => status.name === TASK_CONTAINER || endedBadly(status),
    )
    return [...(failed ? init : []), ...told].flatMap((status) =>
      status.state?.terminated || status.state?.running
        ? [readLog(cluster, pod, status, limitBytes)]
        : [],
    )
  })
  return (await Promise.all(logs)).filter(({ text }) => text !== '')
}

type Status = NonNullable<
  NonNullable<Pod['status']>['containerStatuses']
>[number]

const endedBadly = ({ state }: Status): boolean =>
  state?.terminated !== undefined && state.terminated.exitCode !== 0

const readLog = async (
  cluster: Cluster,
  pod: Pod,
  status: Status,
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
