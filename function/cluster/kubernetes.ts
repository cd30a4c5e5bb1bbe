import { ClusterError, isClusterError } from './cluster.ts'
import type {
  Cluster,
  JsonPatch,
  Kind,
  Kinds,
  Selection,
  WatchEvent,
} from './cluster.ts'
import type { Connection } from './connection.ts'
import { errorOf, unavailable } from './kubernetes/errors.ts'
import type { Status } from './kubernetes/errors.ts'
import { lines } from './kubernetes/lines.ts'
import { Requests } from './kubernetes/requests.ts'
import { parseJson, Transport } from './kubernetes/transport.ts'
import type { ApiRequest } from './kubernetes/transport.ts'
import { lastBytesOf } from './last-bytes.ts'

export interface KubernetesOptions {
  /** Milliseconds for one request, its answer included; default 10 s. */
  timeoutMs?: number
  /** Objects in one page of a list; default 500. */
  pageSize?: number
  /** What is kept of the objects of lists and watches; default: all. */
  keep?: <K extends Kind>(object: Kinds[K]) => Kinds[K]
}

interface Page<T> {
  metadata?: { resourceVersion?: string; continue?: string }
  items?: T[]
}

const API_VERSION: Record<Kind, string> = {
  Job: 'batch/v1',
  Pod: 'v1',
  ConfigMap: 'v1',
  Event: 'v1',
}

/** Of 1 MiB each: more of them in one answer would not fit into memory. */
const FEW_LARGE = 10

/** A watch brings a bookmark about each minute; after this it is dead. */
const SILENCE_MS = 150_000

/** Enough for the API server's reason why not. */
const STATUS_BYTES = 65_536

/** A line of a log has seldom fewer: so many lines are asked for at first. */
const LINE_BYTES = 64

/** A cut before a whole character leaves out less than that. */
const UTF8_BYTES = 4

/** The port to a Kubernetes API server. */
export class KubernetesCluster implements Cluster {
  readonly #transport: Transport
  readonly #requests: Requests
  readonly #timeoutMs: number
  readonly #pageSize: number
  readonly #keep: NonNullable<KubernetesOptions['keep']>

  constructor(connection: Connection, options: KubernetesOptions = {}) {
    this.#timeoutMs = options.timeoutMs ?? 10_000
    this.#pageSize = options.pageSize ?? 500
    this.#keep = options.keep ?? ((object) => object)
    this.#transport = new Transport(connection, this.#timeoutMs)
    this.#requests = new Requests(connection.server)
  }

  time(): number {
    return this.#transport.time() ?? Date.now()
  }

  async create<K extends Kind>(
    kind: K,
    object: Kinds[K],
    options: { dryRun?: boolean } = {},
  ): Promise<Kinds[K]> {
    const namespace = object.metadata?.namespace
    if (!namespace)
      throw new ClusterError('Invalid', `${kind} without metadata.namespace`)
    // The API server answers this mistake with 500, as if it would pass.
    if (object.metadata?.resourceVersion)
      throw new ClusterError('Invalid', `a new ${kind} with a resourceVersion`)
    const dryRun = options.dryRun ?? false
    const body = { ...object, apiVersion: API_VERSION[kind], kind }
    const request = await this.#requests.create(kind, namespace, body, dryRun)
    if (!dryRun) return (await this.#send(request)) as Kinds[K]
    await this.#answer(request)
    return object
  }

  async get<K extends Kind>(
    kind: K,
    namespace: string,
    name: string,
  ): Promise<Kinds[K]> {
    return (await this.#send(
      await this.#requests.read(kind, namespace, name),
    )) as Kinds[K]
  }

  async list<K extends Kind>(
    kind: K,
    namespace: string,
    selection: Selection = {},
  ): Promise<{ items: Kinds[K][]; resourceVersion: string }> {
    try {
      return await this.#list(kind, namespace, selection)
    } catch (error) {
      // The version of the first page was compacted before the last was read.
      if (!isClusterError(error, 'Gone')) throw error
      return this.#list(kind, namespace, selection)
    }
  }

  async #list<K extends Kind>(
    kind: K,
    namespace: string,
    selection: Selection,
  ): Promise<{ items: Kinds[K][]; resourceVersion: string }> {
    const items: Kinds[K][] = []
    let next: string | undefined
    let resourceVersion: string | undefined
    do {
      const request = await this.#requests.list(kind, namespace, {
        ...selection,
        limit:
          kind === 'ConfigMap'
            ? Math.min(this.#pageSize, FEW_LARGE)
            : this.#pageSize,
        ...(next ? { continue: next } : {}),
      })
      const page = (await this.#send(request)) as Page<Kinds[K]>
      // Of a list, the API server leaves out the type of each object.
      for (const item of page.items ?? [])
        items.push(this.#keep({ ...item, apiVersion: API_VERSION[kind], kind }))
      resourceVersion ??= page.metadata?.resourceVersion
      next = page.metadata?.continue
    } while (next)
    return { items, resourceVersion: resourceVersion ?? '' }
  }

  async patch<K extends Kind>(
    kind: K,
    namespace: string,
    name: string,
    patch: JsonPatch,
  ): Promise<Kinds[K]> {
    const request = await this.#requests.patch(kind, namespace, name, patch)
    return (await this.#send(request, patch)) as Kinds[K]
  }

  async delete(
    kind: Kind,
    namespace: string,
    name: string,
    options: Parameters<Cluster['delete']>[3] = {},
  ): Promise<void> {
    const { uid, resourceVersion, propagationPolicy = 'Background' } = options
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy,
      preconditions: { uid, resourceVersion },
    }
    await this.#send(await this.#requests.delete(kind, namespace, name, body))
  }

  async #send(request: ApiRequest, patch?: JsonPatch): Promise<unknown> {
    return parseJson(await this.#answer(request, patch))
  }

  /** The text of an answer that is no error. */
  async #answer(request: ApiRequest, patch?: JsonPatch): Promise<string> {
    const { status, text } = await this.#transport.send(request)
    if (status < 200 || status >= 300) throw errorOf(status, text, patch)
    return text
  }

  async *watch<K extends Kind>(
    kind: K,
    namespace: string,
    options: Selection & { resourceVersion: string; signal: AbortSignal },
  ): AsyncGenerator<WatchEvent<Kinds[K]>> {
    const { signal, ...listing } = options
    signal.throwIfAborted()
    const request = await this.#requests.list(kind, namespace, {
      ...listing,
      allowWatchBookmarks: true,
      watch: true,
    })
    const silence = new AbortController()
    const stop = AbortSignal.any([signal, silence.signal])
    const timer = setTimeout(() => silence.abort(), SILENCE_MS)
    try {
      for await (const line of this.#lines(request, stop)) {
        timer.refresh()
        yield watchEvent<K>(line, this.#keep)
      }
    } catch (error) {
      signal.throwIfAborted()
      throw unavailable(error, SILENCE_MS)
    } finally {
      clearTimeout(timer)
      silence.abort()
    }
    signal.throwIfAborted()
  }

  async *#lines(
    request: ApiRequest,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    const response = await this.#transport.stream(request, signal)
    const { statusCode = 0 } = response
    if (statusCode !== 200)
      throw errorOf(
        statusCode,
        (await lastBytesOf(response, STATUS_BYTES)).toString(),
      )
    yield* lines(response)
  }

  async log(
    namespace: string,
    pod: string,
    options: { container: string; limitBytes: number },
  ): Promise<string> {
    const { container, limitBytes } = options
    // The API's own limit keeps the oldest bytes: the last lines are asked for,
    // more of them if they were too short. A line is a byte at least.
    for (
      let lines = Math.ceil(limitBytes / LINE_BYTES);
      ;
      lines = Math.min(8 * lines, limitBytes)
    ) {
      const request = this.#requests.log(namespace, pod, container, lines)
      const bytes = await this.#tail(await request, limitBytes)
      const all = lines >= limitBytes || linesIn(bytes) < lines
      if (all || bytes.length > limitBytes - UTF8_BYTES) return bytes.toString()
    }
  }

  /** The last bytes of a log; none when its container has not started. */
  async #tail(request: ApiRequest, limitBytes: number): Promise<Buffer> {
    const response = await this.#transport.stream(
      request,
      AbortSignal.timeout(this.#timeoutMs),
    )
    const { statusCode = 0 } = response
    const succeeded = statusCode >= 200 && statusCode < 300
    const bytes = await lastBytesOf(
      response,
      succeeded ? limitBytes : STATUS_BYTES,
    ).catch((error) => {
      throw unavailable(error, this.#timeoutMs)
    })
    if (succeeded) return bytes
    const error = errorOf(statusCode, bytes.toString())
    if (error.message.includes('is waiting to start')) return Buffer.alloc(0)
    throw error
  }

  /** Closes idle connections. */
  close(): void {
    this.#transport.close()
  }
}

const NEWLINE = 10

/** The last one may have no end yet. */
const linesIn = (bytes: Buffer): number =>
  bytes.reduce((count, byte) => (byte === NEWLINE ? count + 1 : count), 0) +
  (bytes.length > 0 && bytes.at(-1) !== NEWLINE ? 1 : 0)

const watchEvent = <K extends Kind>(
  line: string,
  keep: (object: Kinds[K]) => Kinds[K],
): WatchEvent<Kinds[K]> => {
  const { type, object } = parseJson(line) as {
    type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
    object: Kinds[K] & Status
  }
  if (type === 'ERROR')
    throw errorOf(object.code ?? 500, JSON.stringify(object))
  if (type === 'BOOKMARK')
    return { type, resourceVersion: object.metadata?.resourceVersion ?? '' }
  return { type, object: keep(object) }
}
