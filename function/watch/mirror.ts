import { type Clock, sleep } from '../clock.ts'
import {
  type Cluster,
  isClusterError,
  type Kind,
  type Kinds,
  type Selection,
} from '../cluster/cluster.ts'
import type { Log } from '../log.ts'

const PAUSE = 1_000

/**
 * Keeps a selection of objects in step with the cluster until `signal`
 * aborts: lists, watches, and lists again whenever the watch cannot go on,
 * so that no change is missed. `changed` is called after every change, `left`
 * with the last state of an object that left the selection.
 */
export const mirror = async <K extends Kind>(args: {
  cluster: Cluster
  clock: Clock
  log: Log
  kind: K
  namespace: string
  selection: Selection
  left?: (object: Kinds[K]) => void
  changed: (objects: ReadonlyMap<string, Kinds[K]>) => void
  signal: AbortSignal
}): Promise<void> => {
  const { cluster, clock, kind, namespace, selection, signal } = args
  const objects = new Map<string, Kinds[K]>()
  const relist = async (): Promise<string> => {
    const { items, resourceVersion } = await cluster.list(
      kind,
      namespace,
      selection,
    )
    objects.clear()
    for (const item of items) objects.set(item.metadata!.uid!, item)
    args.changed(objects)
    return resourceVersion
  }
  let version: string | undefined
  while (!signal.aborted) {
    try {
      version ??= await relist()
      const events = cluster.watch(kind, namespace, {
        ...selection,
        resourceVersion: version,
        signal,
      })
      for await (const event of events) {
        if (event.type === 'BOOKMARK') {
          version = event.resourceVersion
          continue
        }
        const { object } = event
        version = object.metadata!.resourceVersion!
        if (event.type === 'DELETED') {
          objects.delete(object.metadata!.uid!)
          args.left?.(object)
        } else objects.set(object.metadata!.uid!, object)
        args.changed(objects)
      }
    } catch (error) {
      if (signal.aborted) return
      version = undefined
      if (isClusterError(error, 'Gone')) continue
      args.log('warn', `watching ${kind}s in ${namespace} was interrupted`, {
        error: String(error),
      })
      await sleep(clock, PAUSE, signal).catch(() => {})
    }
  }
}
