import { type Cluster, isClusterError, type Job } from '../cluster/cluster.ts'
import { LABEL, ofRole, selectOwn } from '../labels.ts'
import type { Instance } from '../names.ts'

/**
 * The job watch's own Job, as the watch itself sees and ends it. That no run
 * is left alone follows from three things. A head that is accepted was poked
 * after its creation: a poke changes the version of one of the job watches.
 * Only that version is deleted that was there before a look at the heads, by
 * the watch itself, or when a newer one saw the runs. And no watch leaves
 * while an older one is there, not even late: what it takes over from that
 * one it looks at after that.
 */
export interface OwnJob {
  /**
   * Deletes older job watches of the installation, which had other settings
   * or another image. True when none is left; false: ask again. To be called
   * when the runs are seen, as nobody else may see them then.
   */
  succeed(): Promise<boolean>
  /**
   * The watch's last act: deletes its own Job, unless a head or an older watch
   * is there, or the function poked it in the meantime. True when it is gone.
   */
  leave(): Promise<boolean>
}

/**
 * The Job that this process is the job watch of, by its uid: its name comes
 * back when versions alternate.
 */
export const ownJob = (
  cluster: Cluster,
  args: { instance: Instance; namespace: string; uid: string },
): OwnJob => {
  const { instance, namespace, uid } = args
  /** Itself, if it is there and not being deleted, and those before it. */
  const watches = async (): Promise<{ own?: Job; older: Job[] }> => {
    const { items } = await cluster.list('Job', namespace, {
      labelSelector: selectOwn(instance, ofRole('watch')),
    })
    const live = items.filter(({ metadata }) => !metadata!.deletionTimestamp)
    const own = live.find(({ metadata }) => metadata!.uid === uid)
    return own
      ? { own, older: live.filter((watch) => isOlder(watch, own)) }
      : { older: [] }
  }
  /** False when it has changed since it was listed. */
  const remove = async ({ metadata }: Job): Promise<boolean> => {
    try {
      await cluster.delete('Job', namespace, metadata!.name!, {
        uid: metadata!.uid!,
        resourceVersion: metadata!.resourceVersion!,
        propagationPolicy: 'Background',
      })
      return true
    } catch (error) {
      if (isClusterError(error, 'NotFound')) return true
      if (isClusterError(error, 'Conflict')) return false
      throw error
    }
  }
  return {
    succeed: async () => {
      const { older } = await watches()
      const removed = await Promise.all(older.map(remove))
      return removed.every(Boolean)
    },
    leave: async () => {
      const { own, older } = await watches()
      if (!own) return true
      if (older.length > 0) return false
      const { items } = await cluster.list('Job', namespace, {
        labelSelector: selectOwn(instance, ofRole('head'), LABEL.unsettled),
      })
      return items.length === 0 && remove(own)
    },
  }
}

/** Of any two one is older: two watches never delete each other. */
const isOlder = ({ metadata: a }: Job, { metadata: b }: Job): boolean =>
  a!.creationTimestamp === b!.creationTimestamp
    ? a!.uid! < b!.uid!
    : Date.parse(a!.creationTimestamp!) < Date.parse(b!.creationTimestamp!)
