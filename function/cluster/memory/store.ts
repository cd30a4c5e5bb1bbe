import { ClusterError } from '../cluster.ts'
import type { Kind, Kinds } from '../cluster.ts'

export type Stored = Kinds[Kind]

/** One change of one object, as watches and controllers see it. */
export interface Change {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  kind: Kind
  /** After the change; for `DELETED` the last state. */
  object: Stored
  previous?: Stored
  version: number
}

const keyOf = (namespace: string, name: string): string =>
  `${namespace}/${name}`

/**
 * The objects, their versions and the last changes: what etcd is to the API
 * server. It judges nothing. What it hands out is frozen.
 */
export class Store {
  readonly #objects: { [K in Kind]: Map<string, Kinds[K]> } = {
    Job: new Map(),
    Pod: new Map(),
    ConfigMap: new Map(),
    Event: new Map(),
  }
  readonly #listeners = new Set<(change: Change) => void>()
  readonly #keep: number
  #history: Change[] = []
  #compacted = 0
  #version = 1

  /** `keep`: how many changes a watch may lie behind. */
  constructor(keep = 10_000) {
    this.#keep = keep
  }

  get version(): number {
    return this.#version
  }

  find<K extends Kind>(
    kind: K,
    namespace: string,
    name: string,
  ): Kinds[K] | undefined {
    return this.#objects[kind].get(keyOf(namespace, name))
  }

  /** All of a kind, ordered by namespace and name; `''`: every namespace. */
  all<K extends Kind>(kind: K, namespace = ''): Kinds[K][] {
    const prefix = namespace === '' ? '' : `${namespace}/`
    return [...this.#objects[kind]]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object)
  }

  /** Stores a new or changed object under the next version. */
  put<K extends Kind>(kind: K, object: Kinds[K]): Kinds[K] {
    const { namespace = '', name = '' } = object.metadata ?? {}
    const previous = this.find(kind, namespace, name)
    return this.#record(previous ? 'MODIFIED' : 'ADDED', kind, object, previous)
  }

  remove(kind: Kind, namespace: string, name: string): void {
    const previous = this.find(kind, namespace, name)
    if (previous) this.#record('DELETED', kind, previous, previous)
  }

  #record<K extends Kind>(
    type: Change['type'],
    kind: K,
    object: Kinds[K],
    previous?: Kinds[K],
  ): Kinds[K] {
    const version = ++this.#version
    const stored = freeze({
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(version) },
    })
    const { namespace = '', name = '' } = stored.metadata ?? {}
    const key = keyOf(namespace, name)
    if (type === 'DELETED') this.#objects[kind].delete(key)
    else this.#objects[kind].set(key, stored)
    this.#tell({
      type,
      kind,
      object: stored,
      version,
      ...(previous ? { previous } : {}),
    })
    return stored
  }

  #tell(change: Change): void {
    this.#history.push(change)
    if (this.#history.length > 2 * this.#keep)
      this.#forget(this.#history.length - this.#keep)
    for (const listener of [...this.#listeners]) listener(change)
  }

  #forget(count: number): void {
    const dropped = this.#history.splice(0, count)
    this.#compacted = dropped.at(-1)?.version ?? this.#compacted
  }

  /** Forgets all changes so far: a watch from an older version is `Gone`. */
  compact(): void {
    this.#forget(this.#history.length)
  }

  /** Changes after `version`; throws `Gone` when they are forgotten. */
  since(version: number): Change[] {
    if (version < this.#compacted)
      throw new ClusterError(
        'Gone',
        `too old resource version: ${version} (${this.#compacted})`,
      )
    return this.#history.filter((change) => change.version > version)
  }

  /** Calls `listener` on every change, at once; gives what ends that. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

const freeze = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value))
    return value
  for (const key of Object.keys(value)) freeze(value[key as keyof T])
  return Object.freeze(value)
}
