import { type Cluster, isClusterError, type Job } from '../cluster/cluster.ts'
import { LABEL } from '../labels.ts'
import { type Instance, instanceId } from '../names.ts'

/** The job watch's own Job, as the watch itself sees and ends it. */
export interface OwnJob {
  /**
   * Deletes older job watches of the installation, which had other settings
   * or another image. True when none is left; false: ask again. To be called
   * by a watch that sees the runs, and before its last look at them: what was
   * poked there is seen here.
   */
  succeed(): Promise<boolean>
  /**
   * The watch's last act: deletes its own Job, unless a head appeared or the
   * function poked it in the meantime. True when it is gone.
   *
   * The order is the proof that no run is left alone: own version first, then
   * the heads, then the delete with that version as its precondition. A head
   * that the LIST did not see is followed by a poke, which changes the version
   * or finds no watch and makes a new one.
   */
  leave(): Promise<boolean>
}

/** Selects what is not settled of an installation. */
export const unsettled = (instance: Instance): string =>
  `${LABEL.instance}=${instanceId(instance)},${LABEL.unsettled}`

/** The Job `name` that this process is the job watch of. */
export const ownJob = (
  cluster: Cluster,
  args: { instance: Instance; namespace: string; name: string },
): OwnJob => {
  const { instance, namespace, name } = args
  const remove = async ({ metadata }: Job): Promise<void> =>
    cluster.delete('Job', namespace, metadata!.name!, {
      uid: metadata!.uid!,
      resourceVersion: metadata!.resourceVersion!,
      propagationPolicy: 'Background',
    })
  return {
    succeed: async () => {
      const { items } = await cluster.list('Job', namespace, {
        labelSelector: `${LABEL.instance}=${instanceId(instance)},${LABEL.role}=watch`,
      })
      const own = items.find(({ metadata }) => metadata!.name === name)
      // Who goes itself leaves the others where they are.
      if (!own || own.metadata!.deletionTimestamp) return true
      const older = items.filter((watch) => isOlder(watch, own))
      const removed = await Promise.all(
        older.map((watch) =>
          remove(watch).then(
            () => true,
            (error: unknown) => {
              if (isClusterError(error, 'NotFound')) return true
              // Poked, or its status was written, since it was listed.
              if (isClusterError(error, 'Conflict')) return false
              throw error
            },
          ),
        ),
      )
      return removed.every(Boolean)
    },
    leave: async () => {
      try {
        const own = await cluster.get('Job', namespace, name)
        const { items } = await cluster.list('Job', namespace, {
          labelSelector: `${unsettled(instance)},${LABEL.role}=head`,
        })
        if (items.length > 0) return false
        await remove(own)
        return true
      } catch (error) {
        if (isClusterError(error, 'NotFound')) return true
        if (isClusterError(error, 'Conflict')) return false
        throw error
      }
    },
  }
}

/** Of any two one is older: two watches never delete each other. */
const isOlder = ({ metadata: a }: Job, { metadata: b }: Job): boolean =>
  a!.creationTimestamp === b!.creationTimestamp
    ? a!.uid! < b!.uid!
    : Date.parse(a!.creationTimestamp!) < Date.parse(b!.creationTimestamp!)
