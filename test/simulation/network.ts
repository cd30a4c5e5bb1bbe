import { hash } from 'node:crypto'
import type { Clock } from '../../function/clock.ts'
import { sleep } from '../../function/clock.ts'
import {
  type Cluster,
  ClusterError,
  type Job,
} from '../../function/cluster/cluster.ts'
import type { MemoryCluster } from '../../function/cluster/memory.ts'
import type { Reporter } from '../../function/reporter.ts'
import {
  type ResourceStore,
  StoreError,
} from '../../function/resource-store.ts'
import type { Process } from './process.ts'
import { canonical } from './canonical.ts'
import { type Disturbance, FAULTS, type Fault } from './schedule.ts'

/** One call of a port by a process, as it is told and disturbed. */
export interface Call {
  /** Of all calls, from 1. */
  number: number
  /** Milliseconds since the start: when it was begun. */
  since: number
  process: Process
  port: 'cluster' | 'store' | 'reporter'
  method: string
  args: unknown[]
}

/** Who waits for its turn. */
interface Waiting {
  call: Call
  go: () => void
}

/** After that a caller gives up. Milliseconds, as in production. */
const LIMITS = { cluster: 10_000, store: 20_000, reporter: 10_000 }

/** A late effect comes that long after its caller gave up. */
const LATE = 3_000

const isFault = (kind: string): kind is Fault =>
  (FAULTS as readonly string[]).includes(kind)

/** Which faults can befall a call; `conflict` only where there is one. */
export const canHappen = (
  { port, method, args }: Pick<Call, 'port' | 'method' | 'args'>,
  phase: 'before' | 'after',
  kind: Fault,
): boolean => {
  if (method === 'watch')
    return phase === 'before' && ['death', 'error', 'freeze'].includes(kind)
  const writes =
    port === 'cluster' && ['create', 'patch', 'delete'].includes(method)
  if (kind === 'late') return phase === 'before' && writes
  if (kind !== 'conflict') return true
  if (!writes) return false
  return phase === 'before' ? method !== 'create' : !isDryRun(args[2])
}

/** Whether the options of a creation say that it is only tried. */
export const isDryRun = (options: unknown): boolean =>
  (options as { dryRun?: boolean } | undefined)?.dryRun === true

/**
 * What is between the processes and the cluster, the store and Keptn: every
 * call is numbered, can be delayed, disturbed, or held until it is its turn.
 */
export class Network {
  /** Calls so far, for who enumerates what can go wrong with them. */
  readonly calls: Call[] = []
  /** The disturbances that took place. */
  readonly applied: Disturbance[] = []
  readonly waiting: Waiting[] = []
  /** Effects that come after their callers gave up. */
  onTheirWay = 0
  /** With turns: a hash of what each process has done and got to know. */
  readonly histories = new Map<string, string>()
  readonly #clock: Clock
  readonly #random: (() => number) | undefined
  readonly #disturbances: Map<string, Disturbance[]>
  /** The numbers of the calls that something befalls. */
  readonly #disturbed: Set<number>
  readonly #gated: boolean
  readonly #note: ((line: string) => void) | undefined
  readonly #happen: (disturbance: Disturbance) => Promise<void>
  readonly #done: (call: Call) => void
  readonly #begins: (call: Call) => void
  #lagUntil = 0
  readonly #awayUntil = { keptn: 0, cluster: 0 }
  #rightless = { namespace: '', until: 0 }

  constructor(options: {
    clock: Clock
    random: (() => number) | undefined
    disturbances: Disturbance[]
    gated: boolean
    /** Told what happens; absent: nobody reads it. */
    note: ((line: string) => void) | undefined
    /** Something that happens elsewhere. */
    happen: (disturbance: Disturbance) => Promise<void>
    /** A call is about to take effect. */
    begins: (call: Call) => void
    /** A call took effect. */
    done: (call: Call) => void
  }) {
    this.#clock = options.clock
    this.#random = options.random
    this.#gated = options.gated
    this.#note = options.note
    this.#happen = options.happen
    this.#begins = options.begins
    this.#done = options.done
    this.#disturbances = Map.groupBy(
      options.disturbances,
      ({ call, phase }) => `${call} ${phase}`,
    )
    this.#disturbed = new Set(options.disturbances.map(({ call }) => call))
  }

  cluster(process: Process, cluster: MemoryCluster): Cluster {
    const through =
      (method: 'create' | 'get' | 'list' | 'patch' | 'delete' | 'log') =>
      (...args: unknown[]): Promise<unknown> =>
        this.#call({ process, port: 'cluster', method, args }, () =>
          (cluster[method] as (...args: unknown[]) => Promise<unknown>)(
            ...args,
          ),
        )
    return {
      time: () => cluster.time(),
      create: through('create') as Cluster['create'],
      get: through('get') as Cluster['get'],
      list: through('list') as Cluster['list'],
      patch: through('patch') as Cluster['patch'],
      delete: through('delete') as Cluster['delete'],
      log: through('log') as Cluster['log'],
      watch: (kind, namespace, options) =>
        this.#watch(process, cluster, kind, namespace, options),
    }
  }

  store(process: Process, store: ResourceStore): ResourceStore {
    return {
      get: (...args) =>
        this.#call({ process, port: 'store', method: 'get', args }, () =>
          store.get(...args),
        ),
      list: (...args) =>
        this.#call({ process, port: 'store', method: 'list', args }, () =>
          store.list(...args),
        ),
    }
  }

  reporter(process: Process, reporter: Reporter): Reporter {
    const call = <T>(
      method: 'send' | 'arrived' | 'open',
      args: unknown[],
      effect: () => Promise<T>,
    ): Promise<T> =>
      this.#call({ process, port: 'reporter', method, args }, effect)
    return {
      send: (...args) => call('send', args, () => reporter.send(...args)),
      arrived: (...args) =>
        call('arrived', args, () => reporter.arrived(...args)),
      open: (...args) => call('open', args, () => reporter.open(...args)),
    }
  }

  /** What a watch tells comes that much later, from now on for that long. */
  lag(ms: number): void {
    this.#lagUntil = this.#clock.monotonic() + ms
  }

  /** Nobody is connected to it for that long. */
  away(who: 'keptn' | 'cluster', ms: number): void {
    this.#awayUntil[who] = this.#clock.monotonic() + ms
  }

  /** Nobody's rights in that namespace are known for that long. */
  rightless(namespace: string, ms: number): void {
    this.#rightless = { namespace, until: this.#clock.monotonic() + ms }
  }

  #checkRight({ port, method, args }: Call): void {
    const { namespace, until } = this.#rightless
    if (port !== 'cluster' || this.#clock.monotonic() >= until) return
    const [kind, where] = args as [string, string | Job]
    const asked = typeof where === 'string' ? where : where.metadata?.namespace
    if (asked !== namespace) return
    // Only its words tell it from a policy that refuses.
    throw new ClusterError(
      'Forbidden',
      `${kind} is forbidden: User "injected" cannot ${method} resource "${kind}" in the namespace "${namespace}"`,
    )
  }

  /** Who a call cannot reach now. */
  #unreachable({ port }: Call): 'keptn' | 'cluster' | undefined {
    const who = port === 'cluster' ? 'cluster' : 'keptn'
    return this.#clock.monotonic() < this.#awayUntil[who] ? who : undefined
  }

  #begin(given: Omit<Call, 'number' | 'since'>): Call {
    const since = this.#clock.monotonic()
    const call = { number: this.calls.length + 1, since, ...given }
    this.calls.push(call)
    return call
  }

  async *#watch<K extends Parameters<Cluster['watch']>[0]>(
    process: Process,
    cluster: MemoryCluster,
    ...args: [K, string, Parameters<Cluster['watch']>[2]]
  ): ReturnType<typeof cluster.watch<K>> {
    const call = this.#begin({
      process,
      port: 'cluster',
      method: 'watch',
      args,
    })
    await this.#turn(call)
    await this.#before(call)
    if (this.#unreachable(call)) this.#failure(call, 'before')
    this.#checkRight(call)
    for await (const event of cluster.watch(...args)) {
      const lag = this.#lagUntil - this.#clock.monotonic()
      if (lag > 0) await sleep(this.#clock, lag)
      await process.awake()
      yield event
    }
  }

  async #call<T>(
    given: Omit<Call, 'number' | 'since'>,
    effect: () => Promise<T>,
  ): Promise<T> {
    const call = this.#begin(given)
    const { process } = call
    if (this.#gated) await this.#turn(call)
    // Each wait for nothing would take a turn of its own.
    let pause = process.awake()
    if (pause) await pause
    pause = this.#latency(call)
    if (pause) await pause
    if (this.#isDisturbed(call)) {
      const before = await this.#before(call, effect)
      if (before) return before.instead as T
    }
    const answer = await settled(this.#effect(call, effect))
    if (this.#gated) this.#remember(call, answer)
    if (this.#isDisturbed(call)) {
      const after = await this.#after(call)
      if (after) return after.instead as T
    }
    pause = this.#latency(call)
    if (pause) await pause
    pause = process.awake()
    if (pause) await pause
    if ('error' in answer) throw answer.error
    return answer.value
  }

  #remember({ process, method }: Call, answer: unknown): void {
    const { name } = process
    const before = this.histories.get(name) ?? ''
    this.histories.set(
      name,
      hash('sha1', `${before} ${method} ${canonical(answer)}`),
    )
  }

  async #effect<T>(call: Call, effect: () => Promise<T>): Promise<T> {
    const away = this.#unreachable(call)
    if (away) {
      this.#note?.(`${textOf(call)}: ${away} is away`)
      return this.#failure(call, 'before') as T
    }
    this.#note?.(textOf(call))
    this.#checkRight(call)
    this.#begins(call)
    const result = await effect()
    this.#done(call)
    return result
  }

  /** Mostly none or short, seldom long, shorter than any caller's limit. */
  #latency(call: Call): Promise<void> | undefined {
    const random = this.#random
    if (!random) return undefined
    const kind = random()
    if (kind < 0.6) return undefined
    return this.#travel(
      call,
      Math.floor(random() * (kind < 0.9 ? 5 : kind < 0.98 ? 60 : 2_000)),
    )
  }

  /** On its way for a time. */
  #travel(call: Call, ms: number): Promise<void> | undefined {
    return ms > 0 ? sleep(this.#clock, ms, signalOf(call)) : undefined
  }

  #turn(call: Call): Promise<void> | undefined {
    if (!this.#gated) return undefined
    return new Promise((go) => this.waiting.push({ call, go }))
  }

  #isDisturbed({ number }: Call): boolean {
    return this.#disturbed.has(number)
  }

  #take(call: Call, phase: 'before' | 'after'): Disturbance[] {
    return (this.#disturbances.get(`${call.number} ${phase}`) ?? []).filter(
      ({ kind }) => !isFault(kind) || canHappen(call, phase, kind),
    )
  }

  async #before(
    call: Call,
    effect?: () => Promise<unknown>,
  ): Promise<void | { instead: unknown }> {
    for (const disturbance of this.#take(call, 'before')) {
      this.#tell(call, disturbance)
      const { kind, ms = 0 } = disturbance
      if (!isFault(kind)) await this.#happen(disturbance)
      else if (kind === 'death') call.process.kill()
      else if (kind === 'freeze') call.process.freeze(ms)
      else if (kind === 'error')
        return { instead: this.#failure(call, 'before') }
      else if (kind === 'conflict')
        throw new ClusterError('Conflict', 'injected')
      else if (kind === 'timeout') return this.#giveUp(call)
      else if (kind === 'late' || ms > LIMITS[call.port]) {
        const later = kind === 'late' ? LIMITS[call.port] + LATE : ms
        if (effect) this.#takeEffectAfter(later, call, effect)
        return this.#giveUp(call)
      } else await this.#travel(call, ms)
      await call.process.awake()
    }
  }

  #takeEffectAfter(
    ms: number,
    call: Call,
    effect: () => Promise<unknown>,
  ): void {
    this.onTheirWay += 1
    this.#clock.after(ms, () => {
      void settled(this.#effect(call, effect)).then(() => {
        this.onTheirWay -= 1
      })
    })
  }

  async #after(call: Call): Promise<void | { instead: unknown }> {
    for (const disturbance of this.#take(call, 'after')) {
      this.#tell(call, disturbance)
      const { kind, ms = 0 } = disturbance
      if (!isFault(kind)) await this.#happen(disturbance)
      else if (kind === 'death') call.process.kill()
      else if (kind === 'freeze') call.process.freeze(ms)
      else if (kind === 'error')
        return { instead: this.#failure(call, 'after') }
      else if (kind === 'conflict')
        throw new ClusterError(
          call.method === 'create' ? 'AlreadyExists' : 'Conflict',
          'injected',
        )
      else if (kind === 'timeout' || ms > LIMITS[call.port])
        return this.#giveUp(call)
      else await this.#travel(call, ms)
      await call.process.awake()
    }
  }

  #tell(call: Call, disturbance: Disturbance): void {
    this.applied.push(disturbance)
    const { phase, kind, ms } = disturbance
    this.#note?.(
      `${phase} call ${call.number}, ${textOf(call)}: *** ${kind}${ms === undefined ? '' : ` ${ms} ms`}`,
    )
  }

  /** The caller waits until its own limit, or until it is told to stop. */
  async #giveUp(call: Call): Promise<{ instead: unknown }> {
    const { process, port } = call
    await sleep(process.clock, LIMITS[port], signalOf(call))
    await process.awake()
    return { instead: this.#failure(call, 'after') }
  }

  /** What a caller sees when it is not known, or known, what became of it. */
  #failure({ port, method }: Call, phase: 'before' | 'after'): unknown {
    if (port === 'cluster') throw new ClusterError('Unavailable', 'injected')
    if (port === 'store') throw new StoreError('injected', true)
    if (method !== 'send') return undefined
    return {
      state: phase === 'before' ? 'unsent' : 'unknown',
      reason: 'injected',
    }
  }
}

const signalOf = ({ args }: Call): AbortSignal | undefined =>
  args.find((arg) => arg instanceof AbortSignal)

const settled = async <T>(
  promise: Promise<T>,
): Promise<{ value: T } | { error: unknown }> => {
  try {
    return { value: await promise }
  } catch (error) {
    return { error }
  }
}

/** A call in a few words. */
export const textOf = ({
  process,
  method,
  args,
}: Pick<Call, 'process' | 'method' | 'args'>): string =>
  `${process.name} ${method} ${args
    .flatMap((arg) => {
      if (typeof arg === 'string') return [arg]
      if (arg instanceof AbortSignal || typeof arg !== 'object' || !arg)
        return []
      const { metadata, type, dryRun } = arg as {
        metadata?: { name?: string }
        type?: string
        dryRun?: boolean
      }
      return [metadata?.name ?? type ?? (dryRun ? 'dry run' : '')]
    })
    .filter(Boolean)
    .join(' ')}`
