import type {
  CoreV1Event,
  V1ConfigMap,
  V1Job,
  V1Pod,
} from '@kubernetes/client-node'

/**
 * A Kubernetes object as it is on the wire: timestamps are RFC 3339 strings.
 * (The client's own types say `Date`, which its serializer makes of them.)
 */
export type Wire<T> = T extends Date
  ? string
  : T extends (infer U)[]
    ? Wire<U>[]
    : T extends object
      ? { [K in keyof T]: Wire<T[K]> }
      : T

export type Job = Wire<V1Job>
export type Pod = Wire<V1Pod>
export type ConfigMap = Wire<V1ConfigMap>
export type Event = Wire<CoreV1Event>

/** The kinds that the function and the job watch touch, and no other. */
export interface Kinds {
  Job: Job
  Pod: Pod
  ConfigMap: ConfigMap
  Event: Event
}
export type Kind = keyof Kinds

/** RFC 6902; a failed `test` is `ClusterError` with code `Conflict`. */
export type JsonPatch = (
  | { op: 'add' | 'replace' | 'test'; path: string; value: unknown }
  | { op: 'remove'; path: string }
)[]

export interface Selection {
  /** Kubernetes label selector, `a=b,c,!d,e in (f,g)`. */
  labelSelector?: string
  /** Kubernetes field selector, `status.phase!=Succeeded`. */
  fieldSelector?: string
}

export type WatchEvent<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T }
  | { type: 'BOOKMARK'; resourceVersion: string }

/**
 * What went wrong, by what can be done about it.
 *
 * | code | Kubernetes | meaning |
 * |---|---|---|
 * | NotFound | 404 | no such object |
 * | AlreadyExists | 409 on create | an object of that name is there |
 * | Conflict | 409 else; 422 of a failed JSON Patch `test` | a precondition did not hold |
 * | Invalid | 400, 413, 422 | the object can never be accepted as it is |
 * | Forbidden | 403 | not allowed (policy, RBAC, admission) |
 * | QuotaExceeded | 403 with `exceeded quota` | allowed again when something ends |
 * | Gone | 410 | the resourceVersion is too old: list again |
 * | Unavailable | 401, 429, 5xx, no connection, time-out | try again later |
 */
export type ClusterErrorCode =
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Invalid'
  | 'Forbidden'
  | 'QuotaExceeded'
  | 'Gone'
  | 'Unavailable'

export class ClusterError extends Error {
  readonly code: ClusterErrorCode
  constructor(code: ClusterErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'ClusterError'
    this.code = code
  }
}

/** True for a ClusterError with one of `codes`. */
export const isClusterError = (
  error: unknown,
  ...codes: ClusterErrorCode[]
): error is ClusterError =>
  error instanceof ClusterError &&
  (codes.length === 0 || codes.includes(error.code))

/**
 * True when a right of ours is missing, or not known yet to an API server that
 * has just begun: nobody has refused what was asked for.
 */
export const lacksRight = (error: unknown): error is ClusterError =>
  isClusterError(error, 'Forbidden') &&
  /: User "[^"]*" cannot \w+ resource /.test(error.message)

/** True when a policy refuses what we have the right to. */
export const isDenied = (error: unknown): error is ClusterError =>
  isClusterError(error, 'Forbidden') && !lacksRight(error)

/**
 * The port to Kubernetes. Every method rejects with `ClusterError` and with
 * nothing else, except the abort reason of a given signal.
 */
export interface Cluster {
  /**
   * The API server's clock in epoch milliseconds: the `Date` of its last
   * answer plus the monotonic time since. Falls back on the local clock
   * before the first answer. Whole seconds are exact; compare with slack.
   */
  time(): number

  /** Resolves with what is stored; of a dry run with what was given. */
  create<K extends Kind>(
    kind: K,
    object: Kinds[K],
    options?: { dryRun?: boolean },
  ): Promise<Kinds[K]>

  get<K extends Kind>(
    kind: K,
    namespace: string,
    name: string,
  ): Promise<Kinds[K]>

  /** A consistent read (quorum), all pages; `resourceVersion` to watch from. */
  list<K extends Kind>(
    kind: K,
    namespace: string,
    selection?: Selection,
  ): Promise<{ items: Kinds[K][]; resourceVersion: string }>

  patch<K extends Kind>(
    kind: K,
    namespace: string,
    name: string,
    patch: JsonPatch,
  ): Promise<Kinds[K]>

  /** Propagation is `Background` unless told: the default would orphan. */
  delete(
    kind: Kind,
    namespace: string,
    name: string,
    options?: {
      uid?: string
      resourceVersion?: string
      propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
    },
  ): Promise<void>

  /**
   * Changes after `resourceVersion`. Ends (returns) when the server closes
   * the watch; throws `Gone` when the version is too old. An object that
   * leaves the selection is `DELETED`.
   */
  watch<K extends Kind>(
    kind: K,
    namespace: string,
    options: Selection & { resourceVersion: string; signal: AbortSignal },
  ): AsyncIterable<WatchEvent<Kinds[K]>>

  /** The newest part of a container's log; `''` when there is none yet. */
  log(
    namespace: string,
    pod: string,
    options: { container: string; limitBytes: number },
  ): Promise<string>
}

/** What a call gives; `undefined` when it fails with one of these codes. */
const unless = async <T>(
  promise: Promise<T>,
  ...codes: ClusterErrorCode[]
): Promise<T | undefined> => {
  try {
    return await promise
  } catch (error) {
    if (isClusterError(error, ...codes)) return undefined
    throw error
  }
}

/** What a call gives; `undefined` when its object is not there. */
export const ifThere = <T>(promise: Promise<T>): Promise<T | undefined> =>
  unless(promise, 'NotFound')

/** As `ifThere`; `undefined` also when it is not ours to see. */
export const ifReadable = <T>(promise: Promise<T>): Promise<T | undefined> =>
  unless(promise, 'NotFound', 'Forbidden')
