import type { Clock } from '../clock.ts'
import { ClusterError } from './cluster.ts'
import type {
  Cluster,
  JsonPatch,
  Kind,
  Kinds,
  Pod,
  Selection,
  WatchEvent,
} from './cluster.ts'
import { ApiServer } from './memory/api-server.ts'
import type { Admit } from './memory/api-server.ts'
import { recordEvent } from './memory/events.ts'
import { GarbageCollector } from './memory/garbage-collector.ts'
import { JobController } from './memory/job-controller.ts'
import { Kubelet } from './memory/kubelet.ts'
import type { Secrets } from './memory/kubelet.ts'
import { containerStatus, setWaiting } from './memory/pod-status.ts'
import type { PodStatus } from './memory/pod-status.ts'
import { seededRandom } from './memory/random.ts'
import { selects } from './memory/selector.ts'
import { stoppableClock } from './memory/stoppable-clock.ts'
import { Store } from './memory/store.ts'
import type { Change, Stored } from './memory/store.ts'
import { TtlController } from './memory/ttl-controller.ts'
import { watch } from './memory/watch.ts'
import { plain } from './memory/wire.ts'
import type { ContainerRunner } from './runner.ts'

export type Verb =
  'create' | 'get' | 'list' | 'patch' | 'delete' | 'watch' | 'log'

/** One call of the port, as faults and counts see it. */
export interface Call {
  verb: Verb
  kind: Kind
  namespace: string
  /** Absent for lists, watches and generated names. */
  name?: string
  dryRun?: boolean
  object?: Stored
  patch?: JsonPatch
}

/** Milliseconds that the parts of a real cluster take, about. */
export interface Delays {
  /** From a change of a Job or pod to the Job controller's act. */
  job: number
  /** From a change to the garbage collector's act. */
  collect: number
  /** From a change to the TTL controller's look. */
  ttl: number
  schedule: number
  start: number
  /** From a container's end to the pod's phase. */
  phase: number
  /** From a change to a watch's bookmark. */
  bookmark: number
}

export const DELAYS: Delays = {
  job: 5,
  collect: 5,
  ttl: 5,
  schedule: 2,
  start: 2,
  phase: 5,
  bookmark: 60_000,
}

export interface MemoryClusterOptions {
  clock: Clock
  /** Absent: nothing schedules pods, they stay Pending. */
  runner?: ContainerRunner
  /** Absent: every namespace exists. */
  namespaces?: Iterable<string>
  /** For uids and generated names; absent: the same on every start. */
  random?: () => number
  /** Data of the Secrets; absent: there are none. */
  secrets?: Secrets
  delays?: Partial<Delays>
  /**
   * Default true: who changes what was handed out fails. Without that check all
   * is quicker by a tenth, and who does it changes what is stored.
   */
  immutable?: boolean
}

/**
 * A cluster in this process: the API server's rules, the Job, TTL and garbage
 * controllers, and a kubelet that runs containers with a `ContainerRunner`.
 * All that it does by itself goes through the clock. What it hands out is its
 * own: who wants to change it takes a copy.
 */
export class MemoryCluster implements Cluster {
  /**
   * Called before and after the effect of each call. What it throws the
   * caller gets; what it waits for is the call's latency.
   */
  fault: ((call: Call, phase: 'before' | 'after') => unknown) | undefined

  /** Refuses new objects, pods of the Job controller too, by throwing. */
  admit: Admit | undefined

  readonly #clock: Clock
  readonly #api: ApiServer
  readonly #store: Store
  readonly #kubelet: Kubelet | undefined
  readonly #bookmarkDelay: number
  readonly #stop: () => void
  readonly #counts = new Map<string, number>()
  #watches = new AbortController()

  constructor(options: MemoryClusterOptions) {
    const { runner } = options
    const { clock, stop } = stoppableClock(options.clock)
    const delays = { ...DELAYS, ...options.delays }
    this.#clock = clock
    this.#stop = stop
    this.#bookmarkDelay = delays.bookmark
    this.#store = new Store({ immutable: options.immutable ?? true })
    this.#api = new ApiServer({
      store: this.#store,
      clock,
      random: options.random ?? seededRandom(1),
      ...(options.namespaces
        ? { namespaces: new Set(options.namespaces) }
        : {}),
      admit: (kind, object) => this.admit?.(kind, object),
    })
    new JobController(this.#api, delays.job)
    new GarbageCollector(this.#api, delays.collect)
    new TtlController(this.#api, delays.ttl)
    if (runner)
      this.#kubelet = new Kubelet({
        api: this.#api,
        runner,
        secrets: options.secrets ?? (() => undefined),
        scheduleDelay: delays.schedule,
        startDelay: delays.start,
        phaseDelay: delays.phase,
      })
  }

  time(): number {
    return this.#clock.now()
  }

  create<K extends Kind>(
    kind: K,
    object: Kinds[K],
    options: { dryRun?: boolean } = {},
  ): Promise<Kinds[K]> {
    const { namespace = '', name } = object.metadata ?? {}
    const call: Call = {
      verb: 'create',
      kind,
      namespace,
      object,
      ...(name === undefined ? {} : { name }),
      ...(options.dryRun ? { dryRun: true } : {}),
    }
    return this.#call(call, () =>
      this.#api.create(kind, object, options.dryRun),
    )
  }

  get<K extends Kind>(
    kind: K,
    namespace: string,
    name: string,
  ): Promise<Kinds[K]> {
    return this.#call({ verb: 'get', kind, namespace, name }, () =>
      this.#api.get(kind, namespace, name),
    )
  }

  list<K extends Kind>(
    kind: K,
    namespace: string,
    selection: Selection = {},
  ): Promise<{ items: Kinds[K][]; resourceVersion: string }> {
    return this.#call({ verb: 'list', kind, namespace }, () => ({
      items: this.#store.all(kind, namespace).filter(selects(kind, selection)),
      resourceVersion: String(this.#store.version),
    }))
  }

  patch<K extends Kind>(
    kind: K,
    namespace: string,
    name: string,
    patch: JsonPatch,
  ): Promise<Kinds[K]> {
    return this.#call({ verb: 'patch', kind, namespace, name, patch }, () =>
      this.#api.patch(kind, namespace, name, patch),
    )
  }

  delete(
    kind: Kind,
    namespace: string,
    name: string,
    options: Parameters<Cluster['delete']>[3] = {},
  ): Promise<void> {
    return this.#call({ verb: 'delete', kind, namespace, name }, () =>
      this.#api.delete(kind, namespace, name, {
        propagationPolicy: 'Background',
        ...options,
      }),
    )
  }

  async *watch<K extends Kind>(
    kind: K,
    namespace: string,
    options: Selection & { resourceVersion: string; signal: AbortSignal },
  ): AsyncGenerator<WatchEvent<Kinds[K]>> {
    const { resourceVersion, signal, ...selection } = options
    const closed = this.#watches.signal
    await this.#call({ verb: 'watch', kind, namespace }, () => undefined)
    yield* watch({
      store: this.#store,
      clock: this.#clock,
      kind,
      namespace,
      selection,
      version: Number(resourceVersion),
      bookmarkDelay: this.#bookmarkDelay,
      closed,
      signal,
    })
  }

  log(
    namespace: string,
    pod: string,
    options: { container: string; limitBytes: number },
  ): Promise<string> {
    const { container, limitBytes } = options
    return this.#call(
      { verb: 'log', kind: 'Pod', namespace, name: pod },
      () => {
        const { metadata, spec } = this.#api.get('Pod', namespace, pod)
        const containers = [
          ...(spec?.initContainers ?? []),
          ...(spec?.containers ?? []),
        ]
        if (!containers.some(({ name }) => name === container))
          throw new ClusterError(
            'Invalid',
            `container ${container} is not valid for pod ${pod}`,
          )
        const log = this.#kubelet?.log(metadata?.uid ?? '', container)
        return log?.tail(limitBytes) ?? ''
      },
    )
  }

  async #call<T>(call: Call, effect: () => T): Promise<T> {
    const key = `${call.verb} ${call.kind}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    if (this.fault) await this.fault(call, 'before')
    const result = effect()
    if (this.fault) await this.fault(call, 'after')
    return result
  }

  /** How often the port was called, by `verb Kind`, since the last reset. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts)
  }

  resetCounts(): void {
    this.#counts.clear()
  }

  /** All objects of a kind at this moment, uncounted; `''`: everywhere. */
  objects<K extends Kind>(kind: K, namespace = ''): Kinds[K][] {
    return this.#store.all(kind, namespace)
  }

  /** Calls `listener` on every change, at once; gives what ends that. */
  observe(listener: (change: Change) => void): () => void {
    return this.#store.listen(listener)
  }

  /** Changes a pod's status, as a kubelet would. */
  setPodStatus(namespace: string, name: string, status: PodStatus): Pod {
    const pod = this.#api.get('Pod', namespace, name)
    return this.#api.modify('Pod', pod, (changed) => {
      changed.status = { ...changed.status, ...plain(status) }
    })
  }

  /** Changes a Job's status, as a controller would. */
  setJobStatus(
    namespace: string,
    name: string,
    status: NonNullable<Kinds['Job']['status']>,
  ): void {
    const job = this.#api.get('Job', namespace, name)
    this.#api.modify('Job', job, (changed) => {
      changed.status = { ...changed.status, ...plain(status) }
    })
  }

  /** Makes a container wait: `ImagePullBackOff`, for one. */
  setWaiting(
    namespace: string,
    name: string,
    container: string,
    reason: string,
    message?: string,
  ): void {
    const pod = this.#api.get('Pod', namespace, name)
    this.#api.modify('Pod', pod, (changed) => {
      const found = containerStatus(changed, container)
      if (found) return setWaiting(found, reason, message)
      const status = (changed.status ??= {})
      const entry = {
        name: container,
        image: '',
        imageID: '',
        ready: false,
        restartCount: 0,
      }
      setWaiting(entry, reason, message)
      status.containerStatuses = [...(status.containerStatuses ?? []), entry]
    })
  }

  /** Records an Event about an object. */
  record(
    kind: Kind,
    namespace: string,
    name: string,
    event: { type: 'Normal' | 'Warning'; reason: string; message: string },
  ): void {
    recordEvent(this.#api, kind, this.#api.get(kind, namespace, name), event)
  }

  /** Takes an object away, whatever finalizers it has; as etcd would. */
  remove(kind: Kind, namespace: string, name: string): void {
    this.#store.remove(kind, namespace, name)
  }

  /** Forgets old changes: watches from versions so far are `Gone`. */
  compact(): void {
    this.#store.compact()
  }

  /**
   * Stops the cluster: its controllers act no more, its timers keep no
   * process alive. Containers that run are not stopped.
   */
  close(): void {
    this.closeWatches()
    this.#stop()
  }

  /** Ends all open watches, as a server that closes its connections. */
  closeWatches(): void {
    this.#watches.abort()
    this.#watches = new AbortController()
  }
}
