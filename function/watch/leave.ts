import { type Cluster, isClusterError } from '../cluster/cluster.ts'
import { LABEL } from '../labels.ts'
import { type Instance, instanceId, watchName } from '../names.ts'

/** Selects what is not settled of an installation. */
export const unsettled = (instance: Instance): string =>
  `${LABEL.instance}=${instanceId(instance)},${LABEL.unsettled}`

/**
 * The watch's last act: deletes its own Job, unless a head appeared or the
 * function poked it in the meantime. True when it is gone.
 *
 * The order is the proof that no run is left alone: own version first, then
 * the heads, then the delete with that version as its precondition. A head
 * that the LIST did not see is followed by a poke, which changes the version
 * or finds no watch and makes a new one.
 */
export const leave = async (
  cluster: Cluster,
  { instance, namespace }: { instance: Instance; namespace: string },
): Promise<boolean> => {
  try {
    const own = await cluster.get('Job', namespace, watchName(instance))
    const { items } = await cluster.list('Job', namespace, {
      labelSelector: `${unsettled(instance)},${LABEL.role}=head`,
    })
    if (items.length > 0) return false
    await cluster.delete('Job', namespace, own.metadata!.name!, {
      uid: own.metadata!.uid!,
      resourceVersion: own.metadata!.resourceVersion!,
      propagationPolicy: 'Background',
    })
    return true
  } catch (error) {
    if (isClusterError(error, 'NotFound')) return true
    if (isClusterError(error, 'Conflict')) return false
    throw error
  }
}
