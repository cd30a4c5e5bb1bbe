import { ClusterError } from '../cluster.ts'
import type { Kind, Kinds } from '../cluster.ts'

export type Stored = Kinds[Kind]

/** Some kinds have none. */
export const specOf = (object: Stored): unknown =>
  (object as { spec?: unknown }).spec

/** One change of one object, as watches and controllers see it. */
export interface Change {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  kind: Kind
  /** After the change; for `DELETED` the last state. */
  object: Stored
  previous?: Stored
  version: number
}

/** The objects of one kind in one namespace. */
interface Shelf<T> {
  objects: Map<string, T>
  /** Their names in order; absent: they have changed. */
  names?: string[] | undefined
}

/**
 * The objects, their versions and the last changes: what etcd is to the API
 * server. It judges nothing, and hands out what it has: nobody may change it.
 */
export class Store {
  /** By kind and namespace. */
  readonly #shelves: { [K in Kind]: Map<string, Shelf<Kinds[K]>> } = {
    Job: new Map(),
    Pod: new Map(),
    ConfigMap: new Map(),
    Event: new Map(),
  }
  readonly #listeners = new Set<(change: Change) => void>()
  readonly #immutable: boolean
  readonly #keep: number
  #history: Change[] = []
  #compacted = 0
  #version = 1

  /**
   * `immutable`: who changes what is stored fails, and who stores what would not
   * be the same on the wire. `keep`: how many changes a watch may lie behind.
   */
  constructor({ immutable = true, keep = 10_000 } = {}) {
    this.#immutable = immutable
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
    return this.#shelves[kind].get(namespace)?.objects.get(name)
  }

  /** All of a kind, ordered by namespace and name; `''`: every namespace. */
  all<K extends Kind>(kind: K, namespace = ''): Kinds[K][] {
    const shelves = this.#shelves[kind]
    if (namespace === '')
      return [...shelves.keys()]
        .sort((a, b) => (`${a}/` < `${b}/` ? -1 : 1))
        .flatMap((each) => this.all(kind, each))
    const shelf = shelves.get(namespace)
    if (!shelf) return []
    shelf.names ??= [...shelf.objects.keys()].sort()
    return shelf.names.map((name) => shelf.objects.get(name)!)
  }

  /** Stores a new or changed object, which is ours now, as the next version. */
  put<K extends Kind>(kind: K, object: Kinds[K]): Kinds[K] {
    const { namespace = '', name = '' } = object.metadata ?? {}
    const previous = this.find(kind, namespace, name)
    return this.#record(previous ? 'MODIFIED' : 'ADDED', kind, object, previous)
  }

  remove(kind: Kind, namespace: string, name: string): void {
    const previous = this.find(kind, namespace, name)
    if (!previous) return
    const last = { ...previous, metadata: { ...previous.metadata } }
    this.#record('DELETED', kind, last, previous)
  }

  #record<K extends Kind>(
    type: Change['type'],
    kind: K,
    object: Kinds[K],
    previous?: Kinds[K],
  ): Kinds[K] {
    const version = ++this.#version
    const metadata = (object.metadata ??= {})
    metadata.resourceVersion = String(version)
    const stored = this.#immutable ? freeze(object) : object
    const { namespace = '', name = '' } = metadata
    const shelf = this.#shelf(kind, namespace)
    if (type !== 'MODIFIED') shelf.names = undefined
    if (type === 'DELETED') shelf.objects.delete(name)
    else shelf.objects.set(name, stored)
    this.#tell({
      type,
      kind,
      object: stored,
      version,
      ...(previous ? { previous } : {}),
    })
    return stored
  }

  #shelf<K extends Kind>(kind: K, namespace: string): Shelf<Kinds[K]> {
    const shelves = this.#shelves[kind]
    let shelf = shelves.get(namespace)
    if (!shelf) shelves.set(namespace, (shelf = { objects: new Map() }))
    return shelf
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

/** For plain objects, in half the time that a list of their keys takes. */
const freeze = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value))
    return value
  for (const key in value) {
    if (value[key] === undefined)
      throw new Error(`${key} is undefined: it would not be on the wire`)
    freeze(value[key])
  }
  return Object.freeze(value)
}
