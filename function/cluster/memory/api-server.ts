import type { Clock } from '../../clock.ts'
import { ClusterError } from '../cluster.ts'
import type { JsonPatch, Kind, Kinds } from '../cluster.ts'
import { setDefaults } from './defaults.ts'
import { applyJsonPatch } from './json-patch.ts'
import { nameSuffix, uuid } from './random.ts'
import { specOf, type Store, type Stored } from './store.ts'
import { checkStructure } from './validation/structure.ts'
import { validate } from './validation/validate.ts'
import type { PodStatus } from './pod-status.ts'
import { isSame, measuredCopy, RESOURCE, timestamp, without } from './wire.ts'

export type Propagation = 'Background' | 'Foreground' | 'Orphan'

export interface DeleteOptions {
  uid?: string
  resourceVersion?: string
  propagationPolicy?: Propagation
  gracePeriodSeconds?: number
}

/** Throws a ClusterError (`Forbidden`, `QuotaExceeded`) to refuse. */
export type Admit = (kind: Kind, object: Stored) => void

/** etcd refuses what is larger. */
const OBJECT_LIMIT = 1.5 * 1024 * 1024

/**
 * What the API server does between a request and the store: defaults,
 * validation, admission, preconditions, finalizers. Everything at once, so
 * that each call is one transaction.
 */
export class ApiServer {
  readonly store: Store
  readonly clock: Clock
  readonly random: () => number
  readonly #namespaces: ReadonlySet<string> | undefined
  readonly #admit: Admit
  /** Of what was sent of each object, by its uid: see `checkSize`. */
  readonly #characters = new Map<string, number>()

  constructor(options: {
    store: Store
    clock: Clock
    random: () => number
    /** Absent: every namespace exists. */
    namespaces?: ReadonlySet<string>
    admit: Admit
  }) {
    this.store = options.store
    this.clock = options.clock
    this.random = options.random
    this.#namespaces = options.namespaces
    this.#admit = options.admit
    this.store.listen(({ type, object }) => {
      if (type === 'DELETED')
        this.#characters.delete(object.metadata?.uid ?? '')
    })
  }

  now(): string {
    return timestamp(this.clock.now())
  }

  create<K extends Kind>(kind: K, given: Kinds[K], dryRun = false): Kinds[K] {
    const { copy: object, characters } = measuredCopy(given)
    checkStructure(kind, object)
    const metadata = (object.metadata ??= {})
    this.#checkNamespace(metadata.namespace)
    if (metadata.resourceVersion)
      throw new ClusterError(
        'Invalid',
        'resourceVersion should not be set on objects to be created',
      )
    if (!metadata.name && metadata.generateName)
      metadata.name =
        metadata.generateName.slice(0, 58) + nameSuffix(this.random)
    metadata.uid = uuid(this.random)
    metadata.creationTimestamp = this.now()
    for (const field of [
      'deletionTimestamp',
      'deletionGracePeriodSeconds',
    ] as const)
      if (field in metadata) delete metadata[field]
    if (kind === 'Job' || kind === 'Pod') metadata.generation = 1
    this.#checkSelector(kind, object)
    setDefaults(kind, object)
    this.#admit(kind, object)
    validate(kind, object)
    checkSize(object, characters)
    this.#checkFree(kind, object)
    if (dryRun) return given
    this.#characters.set(metadata.uid, characters)
    return this.store.put(kind, object)
  }

  #checkNamespace(namespace: string | undefined): void {
    if (!namespace)
      throw new ClusterError(
        'Invalid',
        'an empty namespace may not be set during creation',
      )
    if (this.#namespaces && !this.#namespaces.has(namespace))
      throw new ClusterError('NotFound', `namespaces "${namespace}" not found`)
  }

  #checkSelector(kind: Kind, object: Stored): void {
    if (kind !== 'Job') return
    const { spec, metadata } = object as Kinds['Job']
    if (spec?.selector && !spec.manualSelector)
      throw new ClusterError(
        'Invalid',
        `Job.batch "${metadata?.name}" is invalid: spec.selector: Invalid ` +
          'value: `selector` not auto-generated',
      )
  }

  #checkFree(kind: Kind, object: Stored): void {
    const { namespace = '', name = '' } = object.metadata ?? {}
    if (this.store.find(kind, namespace, name))
      throw new ClusterError(
        'AlreadyExists',
        `${RESOURCE[kind].full} "${name}" already exists`,
      )
  }

  get<K extends Kind>(kind: K, namespace: string, name: string): Kinds[K] {
    const object = this.store.find(kind, namespace, name)
    if (object) return object
    throw new ClusterError(
      'NotFound',
      `${RESOURCE[kind].full} "${name}" not found`,
    )
  }

  patch<K extends Kind>(
    kind: K,
    namespace: string,
    name: string,
    patch: JsonPatch,
  ): Kinds[K] {
    const before = this.get(kind, namespace, name)
    const { copy: operations, characters } = measuredCopy(patch)
    const patched = applyJsonPatch(before, operations)
    checkStructure(kind, patched, before)
    const object = draft(patched)
    checkIdentity(kind, object, before)
    restoreSystemFields(object, before)
    validate(kind, object, before)
    this.#checkSizeAfter(object, characters)
    return this.update(kind, object)
  }

  #checkSizeAfter(object: Stored, patched: number): void {
    const { uid = '' } = object.metadata ?? {}
    const characters = (this.#characters.get(uid) ?? 0) + patched
    checkSize(object, characters)
    this.#characters.set(uid, characters)
  }

  /**
   * Stores a changed object without judging it: for what the controllers and
   * the kubelet write. It is the store's from then on. Without a change there is
   * no new version; an object on its way out goes with its last finalizer.
   */
  update<K extends Kind>(kind: K, object: Kinds[K]): Kinds[K] {
    const { namespace = '', name = '' } = object.metadata ?? {}
    const before = this.get(kind, namespace, name)
    if (object.metadata?.generation && !isSame(specOf(object), specOf(before)))
      object.metadata.generation++
    if (isSame(object, before)) return before
    if (!isGone(object)) return this.store.put(kind, object)
    this.store.remove(kind, namespace, name)
    return object
  }

  /** Lets `change` change a draft of the object, and stores it. */
  modify<K extends Kind>(
    kind: K,
    object: Kinds[K],
    change: (object: Kinds[K]) => void,
  ): Kinds[K] {
    const changed = draft(object)
    change(changed)
    return this.update(kind, changed)
  }

  delete(
    kind: Kind,
    namespace: string,
    name: string,
    options: DeleteOptions = {},
  ): void {
    const object = draft<Stored>(this.get(kind, namespace, name))
    checkPreconditions(kind, object, options)
    const metadata = (object.metadata ??= {})
    const finalizers = new Set(metadata.finalizers)
    finalizers.delete('orphan')
    finalizers.delete('foregroundDeletion')
    if (options.propagationPolicy === 'Orphan') finalizers.add('orphan')
    if (options.propagationPolicy === 'Foreground')
      finalizers.add('foregroundDeletion')
    setFinalizers(object, [...finalizers])
    this.#mark(kind, object, options.gracePeriodSeconds)
    if (isGone(object)) this.store.remove(kind, namespace, name)
    else this.update(kind, object)
  }

  /** Sets when it is to be gone; a shorter grace period wins. */
  #mark(kind: Kind, object: Stored, given: number | undefined): void {
    const metadata = (object.metadata ??= {})
    const grace = kind === 'Pod' ? podGrace(object as Kinds['Pod'], given) : 0
    const before = metadata.deletionGracePeriodSeconds
    if (metadata.deletionTimestamp && before !== undefined && before <= grace)
      return
    metadata.deletionTimestamp ??= timestamp(this.clock.now() + grace * 1000)
    metadata.deletionGracePeriodSeconds = grace
    if (metadata.generation) metadata.generation++
  }
}

/**
 * A copy for a change of the fields of metadata, spec, status and of what the
 * status says of each container. What is deeper is shared.
 */
export const draft = <T extends Stored>(object: T): T => {
  const draft = { ...object } as T & Pick<Kinds['Pod'], 'spec' | 'status'>
  const { metadata, spec, status } = draft
  if (metadata) draft.metadata = { ...metadata }
  if (spec) draft.spec = { ...spec }
  if (status) draft.status = draftStatus(status)
  return draft
}

const draftStatus = (status: PodStatus): PodStatus => {
  const draft = { ...status }
  for (const field of ['containerStatuses', 'initContainerStatuses'] as const)
    if (draft[field]) draft[field] = draft[field].map((each) => ({ ...each }))
  return draft
}

/** Of a draft: a finalizer has done its part. */
export const release = (draft: Stored, finalizer: string): void =>
  setFinalizers(
    draft,
    (draft.metadata?.finalizers ?? []).filter((each) => each !== finalizer),
  )

const setFinalizers = (draft: Stored, finalizers: string[]): void => {
  const { metadata } = draft
  if (finalizers.length > 0) metadata!.finalizers = finalizers
  else if (metadata?.finalizers)
    draft.metadata = without(metadata, 'finalizers')
}

const isGone = (object: Stored): boolean =>
  object.metadata?.deletionTimestamp !== undefined &&
  !object.metadata.finalizers?.length &&
  !object.metadata.deletionGracePeriodSeconds

/** A pod that is on no node, or ended, needs no grace. */
const podGrace = (pod: Kinds['Pod'], given: number | undefined): number => {
  const phase = pod.status?.phase
  if (!pod.spec?.nodeName || phase === 'Succeeded' || phase === 'Failed')
    return 0
  return given ?? pod.spec.terminationGracePeriodSeconds ?? 30
}

/** Bytes of one character, escaped: \u001b, for one. */
const LARGEST_CHARACTER = 6

/** `characters`: sent so far; what is added to it here is never as much. */
const checkSize = (object: Stored, characters: number): void => {
  if (characters * LARGEST_CHARACTER < OBJECT_LIMIT / 2) return
  if (Buffer.byteLength(JSON.stringify(object)) > OBJECT_LIMIT)
    throw new ClusterError('Invalid', 'etcdserver: request is too large')
}

const conflict = (kind: Kind, name: string, detail: string): ClusterError =>
  new ClusterError(
    'Conflict',
    `Operation cannot be fulfilled on ${RESOURCE[kind].full} "${name}": ` +
      detail,
  )

const checkPreconditions = (
  kind: Kind,
  object: Stored,
  options: DeleteOptions,
): void => {
  const { uid, resourceVersion, name = '' } = object.metadata ?? {}
  if (options.uid !== undefined && options.uid !== uid)
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${options.uid}, ` +
        `UID in object meta: ${uid}`,
    )
  if (
    options.resourceVersion !== undefined &&
    options.resourceVersion !== resourceVersion
  )
    throw conflict(
      kind,
      name,
      'Precondition failed: ResourceVersion in precondition: ' +
        `${options.resourceVersion}, ResourceVersion in object meta: ` +
        `${resourceVersion}`,
    )
}

/** A patch may name uid and version, but only the ones that are there. */
const checkIdentity = (kind: Kind, object: Stored, before: Stored): void => {
  const { name = '', namespace, uid, resourceVersion } = before.metadata ?? {}
  const after = object.metadata ?? {}
  if (after.name !== name || after.namespace !== namespace)
    throw new ClusterError(
      'Invalid',
      `the name or namespace of the object (${after.namespace}/` +
        `${after.name}) does not match the one on the URL`,
    )
  if (after.uid !== undefined && after.uid !== uid)
    throw new ClusterError(
      'Invalid',
      `${RESOURCE[kind].title} "${name}" is invalid: metadata.uid: ` +
        `Invalid value: "${after.uid}": field is immutable`,
    )
  if (
    after.resourceVersion !== undefined &&
    after.resourceVersion !== resourceVersion
  )
    throw conflict(
      kind,
      name,
      'the object has been modified; please apply your changes to the ' +
        'latest version and try again',
    )
}

const SYSTEM = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'generateName',
] as const

/** What a client cannot change: it is as it was, without an error. */
const restoreSystemFields = (object: Stored, before: Stored): void => {
  const to = (object.metadata ??= {}) as Record<string, unknown>
  const from = (before.metadata ?? {}) as Record<string, unknown>
  for (const field of SYSTEM)
    if (from[field] !== undefined) to[field] = from[field]
    else if (field in to) delete to[field]
  const target = object as { status?: unknown }
  const source = before as { status?: unknown }
  if (source.status === undefined) delete target.status
  else target.status = source.status
}
