import type { Cluster, Job } from './cluster/cluster.ts'
import { ifThere, isClusterError } from './cluster/cluster.ts'
import { decodeHead, type Head } from './head.ts'
import { LABEL } from './labels.ts'
import { isOurs } from './read-run.ts'
import type { Step } from './plan.ts'

/**
 * How long a Job in another namespace, which no head can own there, outlives
 * a run that was never settled. Seconds.
 */
const UNOWNED_TTL = 7 * 24 * 3600

/** A planned task's Job, tied to its head. */
export const ownedJob = (head: Head, step: Step): Job => {
  const { job } = step.task
  const owned = job.metadata!.namespace === head.namespace
  return {
    ...job,
    metadata: {
      ...job.metadata,
      labels: { ...job.metadata!.labels, [LABEL.head]: head.uid },
      // The collector deletes what has an owner in another namespace.
      ...(owned && { ownerReferences: [ownerReference(head)] }),
    },
    spec: {
      ...job.spec!,
      ...(!owned && { ttlSecondsAfterFinished: UNOWNED_TTL }),
    },
  }
}

export const ownerReference = (head: Head) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  name: head.name,
  uid: head.uid,
})

/**
 * Creates a task's Job, or finds that it is there already. A Job of that name
 * that another head made is in the way and is removed.
 */
export const ensureTaskJob = async (
  cluster: Cluster,
  head: Head,
  step: Step,
): Promise<Job> => {
  const wanted = ownedJob(head, step)
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await cluster.create('Job', wanted)
    } catch (error) {
      if (!isClusterError(error, 'AlreadyExists') || attempt === 3) throw error
    }
    const { namespace, name } = wanted.metadata!
    try {
      const found = await cluster.get('Job', namespace!, name!)
      if (isOurs(found.metadata, head)) return found
      await cluster.delete('Job', namespace!, name!, {
        uid: found.metadata!.uid!,
      })
    } catch (error) {
      if (!isClusterError(error, 'NotFound', 'Conflict')) throw error
    }
  }
}

/**
 * Deletes a task's Job that came too late: its run was ended by others, who
 * knew nothing of it, between this process's last look and the Job's creation.
 * Who ends a run gives each Job that it knows its end first.
 */
export const dropStray = async (
  cluster: Cluster,
  head: Head,
  { metadata }: Job,
): Promise<void> => {
  const now = await ifThere(cluster.get('Job', head.namespace, head.name))
  if (now?.metadata?.uid === head.uid && decodeHead(now).unsettled) return
  const { namespace, name, uid } = metadata!
  const job = await ifThere(cluster.get('Job', namespace!, name!))
  if (job?.metadata?.labels?.[LABEL.unsettled] !== undefined)
    await ifThere(cluster.delete('Job', namespace!, name!, { uid: uid! }))
}
