import type { Kind } from '../cluster.ts'
import { isClusterError } from '../cluster.ts'
import { type ApiServer, type Propagation, release } from './api-server.ts'
import type { Change, Stored } from './store.ts'
import { WorkQueue } from './work-queue.ts'

type Owner = NonNullable<
  NonNullable<Stored['metadata']>['ownerReferences']
>[number]

const KINDS: Kind[] = ['Job', 'Pod', 'ConfigMap', 'Event']

/**
 * Deletes objects whose owners are gone, and finishes deletions in the
 * foreground and those that orphan. An owner is looked for in the object's
 * own namespace only: one in another namespace counts as gone.
 */
export class GarbageCollector {
  readonly #api: ApiServer
  readonly #queue: WorkQueue
  readonly #delay: number
  readonly #keys = new Map<string, [Kind, string, string]>()

  constructor(api: ApiServer, delay: number) {
    this.#api = api
    this.#delay = delay
    this.#queue = new WorkQueue(api.clock, (key) => this.#collect(key))
    api.store.listen((change) => this.#observe(change))
  }

  #observe({ type, kind, object, previous }: Change): void {
    if (type === 'DELETED') this.#forEachDependent(object, this.#add)
    if (type === 'DELETED') this.#addOwners(object)
    else if (hasOtherOwners(object, previous) || isHeld(object))
      this.#add(kind, object)
    if (object.metadata?.deletionTimestamp) this.#addOwners(object)
  }

  readonly #add = (kind: Kind, object: Stored): void => {
    const { uid = '', namespace = '', name = '' } = object.metadata ?? {}
    this.#keys.set(uid, [kind, namespace, name])
    this.#queue.add(uid, this.#delay)
  }

  #addOwners(object: Stored): void {
    for (const owner of object.metadata?.ownerReferences ?? []) {
      const found = this.#find(object, owner)
      if (found && isHeld(found)) this.#add(owner.kind as Kind, found)
    }
  }

  #forEachDependent(
    owner: Stored,
    act: (kind: Kind, dependent: Stored) => void,
  ): void {
    for (const kind of KINDS)
      for (const object of this.#api.store.all(kind, owner.metadata?.namespace))
        if (
          object.metadata?.ownerReferences?.some(
            ({ uid }) => uid === owner.metadata?.uid,
          )
        )
          act(kind, object)
  }

  #find(object: Stored, owner: Owner): Stored | undefined {
    if (!KINDS.includes(owner.kind as Kind)) return undefined
    const found = this.#api.store.find(
      owner.kind as Kind,
      object.metadata?.namespace ?? '',
      owner.name,
    )
    return found?.metadata?.uid === owner.uid ? found : undefined
  }

  #collect(uid: string): void {
    const [kind, namespace, name] = this.#keys.get(uid) ?? ['Job', '', '']
    this.#keys.delete(uid)
    const object = this.#api.store.find(kind, namespace, name)
    if (!object || object.metadata?.uid !== uid) return
    const { deletionTimestamp, finalizers } = object.metadata
    if (!deletionTimestamp) return this.#judge(kind, object)
    if (finalizers?.includes('orphan')) this.#orphan(kind, object)
    if (finalizers?.includes('foregroundDeletion'))
      this.#waitForDependents(kind, object)
  }

  /** Without an owner that stays, it goes; with one, dead ones are dropped. */
  #judge(kind: Kind, object: Stored): void {
    const owners = object.metadata?.ownerReferences ?? []
    if (owners.length === 0) return
    const alive = owners.filter((owner) => this.#find(object, owner))
    const staying = alive.filter((owner) => {
      const found = this.#find(object, owner)
      return !found?.metadata?.finalizers?.includes('foregroundDeletion')
    })
    if (staying.length > 0) {
      if (staying.length < owners.length)
        this.#api.modify(kind, object, (changed) => {
          changed.metadata!.ownerReferences = staying
        })
      return
    }
    this.#delete(kind, object, alive.length > 0 ? 'Foreground' : 'Background')
  }

  #delete(kind: Kind, object: Stored, propagationPolicy: Propagation): void {
    const { namespace = '', name = '', uid = '' } = object.metadata ?? {}
    try {
      this.#api.delete(kind, namespace, name, { uid, propagationPolicy })
    } catch (error) {
      if (!isClusterError(error, 'NotFound', 'Conflict')) throw error
    }
  }

  #orphan(kind: Kind, owner: Stored): void {
    this.#forEachDependent(owner, (dependentKind, dependent) => {
      this.#api.modify(dependentKind, dependent, (changed) => {
        const rest = changed.metadata?.ownerReferences?.filter(
          ({ uid }) => uid !== owner.metadata?.uid,
        )
        if (rest?.length) changed.metadata!.ownerReferences = rest
        else delete changed.metadata?.ownerReferences
      })
    })
    this.#release(kind, owner, 'orphan')
  }

  #waitForDependents(kind: Kind, owner: Stored): void {
    let blocked = false
    this.#forEachDependent(owner, (dependentKind, dependent) => {
      const reference = dependent.metadata?.ownerReferences?.find(
        ({ uid }) => uid === owner.metadata?.uid,
      )
      if (reference?.blockOwnerDeletion) blocked = true
      if (!dependent.metadata?.deletionTimestamp)
        this.#add(dependentKind, dependent)
    })
    if (!blocked) this.#release(kind, owner, 'foregroundDeletion')
  }

  #release(kind: Kind, object: Stored, finalizer: string): void {
    this.#api.modify(kind, object, (held) => release(held, finalizer))
  }
}

const isHeld = (object: Stored): boolean =>
  object.metadata?.deletionTimestamp !== undefined &&
  (object.metadata.finalizers ?? []).some(
    (finalizer) => finalizer === 'orphan' || finalizer === 'foregroundDeletion',
  )

/** What happens to its owners is seen at them. */
const hasOtherOwners = (object: Stored, previous?: Stored): boolean => {
  const owners = object.metadata?.ownerReferences
  return owners !== previous?.metadata?.ownerReferences && !!owners?.length
}
