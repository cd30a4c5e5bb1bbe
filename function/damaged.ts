import {
  ifReadable,
  ifThere,
  isClusterError,
  type Job,
} from './cluster/cluster.ts'
import { MIN_HEAD_TTL, settlePatch } from './head.ts'
import { tellUser } from './kubernetes-event.ts'
import { LABEL, ofRole } from './labels.ts'
import { headName } from './names.ts'
import { taskOutcome } from './outcome.ts'
import type { Ports } from './ports.ts'
import { expire } from './settle.ts'
import { stopTask } from './stop-task.ts'

/**
 * Ends a run whose head somebody damaged, so that nobody can tell any more
 * what is to be done: its tasks are stopped, whoever looks is told, and the
 * head is settled, so that a repeat of its event is still known. Rejects with
 * `ClusterError`.
 */
export const giveUpDamaged = async (
  ports: Ports,
  run: string,
  damage: string,
): Promise<void> => {
  const { cluster, settings, log } = ports
  const head = await ifThere(
    cluster.get('Job', settings.jobNamespace, headName(run)),
  )
  const { namespace, name, uid, labels } = head?.metadata ?? {}
  if (!head || labels?.[LABEL.unsettled] === undefined) return
  const message = `${damage}: its run is ended and not reported`
  log('error', message, { run })
  await tellUser(
    ports,
    { namespace: namespace!, name: name!, uid: uid! },
    { reason: 'Damaged', message },
  )
  for (const job of await tasksOf(ports, head)) {
    const outcome = taskOutcome({ job, pods: [], now: cluster.time() })
    if (outcome.state === 'running')
      await ifThere(stopTask(cluster, job, damage))
    await expire(cluster, job, MIN_HEAD_TTL)
  }
  try {
    const patch = settlePatch(bare(head), { time: cluster.time() })
    await cluster.patch('Job', namespace!, name!, patch)
  } catch (error) {
    // Settled or deleted by somebody else meanwhile.
    if (!isClusterError(error, 'Conflict', 'NotFound')) throw error
  }
}

const tasksOf = async (
  { cluster, settings }: Ports,
  { metadata }: Job,
): Promise<Job[]> => {
  const namespaces = new Set([settings.jobNamespace, ...settings.jobNamespaces])
  const lists = await Promise.all(
    [...namespaces].map((namespace) =>
      ifReadable(
        cluster.list('Job', namespace, {
          labelSelector: `${LABEL.head}=${metadata!.uid},${ofRole('task')}`,
        }),
      ),
    ),
  )
  return lists.flatMap((list) => list?.items ?? [])
}

/** What is needed to settle it, from what its annotations do not say. */
const bare = ({ metadata }: Job): Parameters<typeof settlePatch>[0] => ({
  uid: metadata!.uid!,
  unsettledText: metadata!.labels![LABEL.unsettled]!,
  finalizers: metadata!.finalizers ?? [],
  created: Date.parse(metadata!.creationTimestamp!),
  plan: { actions: [], bundles: [] },
})
