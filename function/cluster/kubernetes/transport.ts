import { Agent, request as httpRequest } from 'node:http'
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { Readable } from 'node:stream'
import { urlToHttpOptions } from 'node:url'
import { ClusterError } from '../cluster.ts'
import type { Connection } from '../connection.ts'
import { atMost } from '../../at-most.ts'
import { wholeBody } from '../../whole-body.ts'
import { unavailable } from './errors.ts'

/** A request as the generated factories make it. */
export interface ApiRequest {
  method: string
  /** Whole URL, with its query. */
  url: string
  headers: Record<string, string>
  /** What is sent as JSON. */
  body?: unknown
}

/** Sockets that were idle for longer are closed before the server does it. */
const IDLE_SOCKET_MS = 30_000

/**
 * Requests at once: as many as an API server is fastest with. Of hundreds,
 * each on a connection of its own, many would be over their time.
 */
const AT_ONCE = 32

/** What requests are sent with, and where to. */
interface Client {
  agent: Agent
  request: typeof httpRequest
  place: Pick<RequestOptions, 'protocol' | 'hostname' | 'port'>
}

/** How a request is ended: by a signal, or by who is handed it. */
interface Watched {
  signal?: AbortSignal
  begun?: (request: ClientRequest) => void
}

/**
 * One pool of connections to the API server. What it rejects with is a
 * `ClusterError` (`Unavailable`) or the abort reason of a given signal.
 */
export class Transport {
  readonly #connection: Connection
  readonly #timeoutMs: number
  readonly #inTurn = atMost(AT_ONCE)
  #client: Promise<Client> | undefined
  #serverTime: { at: number; ms: number } | undefined

  constructor(connection: Connection, timeoutMs: number) {
    this.#connection = connection
    this.#timeoutMs = timeoutMs
  }

  /** The `Date` of the last answer, carried on; `undefined` before one. */
  time(): number | undefined {
    if (!this.#serverTime) return undefined
    return this.#serverTime.ms + performance.now() - this.#serverTime.at
  }

  /** Sends, and reads the whole answer; its time begins with its turn. */
  send(request: ApiRequest): Promise<{ status: number; text: string }> {
    return this.#inTurn(() => this.#send(request))
  }

  async #send(request: ApiRequest): Promise<{ status: number; text: string }> {
    const until = performance.now() + this.#timeoutMs
    const answer = await this.#exchange(request, until)
    if (answer.status !== 401) return answer
    await this.#connection.authorization(true)
    return this.#exchange(request, until)
  }

  /** `until`: milliseconds of `performance.now()`. */
  async #exchange(
    request: ApiRequest,
    until: number,
  ): Promise<{ status: number; text: string }> {
    // A signal and an iterator would do, for a quarter of a request's CPU time.
    let late: Error | undefined
    let underWay: Readable | ClientRequest | undefined
    const mind = (what: Readable | ClientRequest): void => {
      underWay = what
      if (late) what.destroy(late)
    }
    const left = until - performance.now()
    if (left <= 0) throw unavailable(tooLate(), this.#timeoutMs)
    const timer = setTimeout(() => {
      late = tooLate()
      underWay?.destroy(late)
    }, left)
    try {
      const response = await this.#open(request, { begun: mind })
      mind(response)
      const text = (await wholeBody(response)).toString()
      return { status: response.statusCode ?? 0, text }
    } catch (error) {
      throw unavailable(late ?? error, this.#timeoutMs)
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * Sends, and gives the answer while it arrives. The time-out is for the
   * head of the answer only.
   */
  async stream(
    request: ApiRequest,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(tooLate()), this.#timeoutMs)
    try {
      return await this.#open(request, {
        signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
      })
    } catch (error) {
      signal?.throwIfAborted()
      throw unavailable(error, this.#timeoutMs)
    } finally {
      clearTimeout(timer)
    }
  }

  async #open(
    request: ApiRequest,
    { signal, begun }: Watched,
  ): Promise<IncomingMessage> {
    this.#client ??= makeClient(this.#connection)
    const client = await this.#client
    const authorization = await this.#connection.authorization()
    const body =
      request.body === undefined
        ? undefined
        : Buffer.from(JSON.stringify(request.body))
    const options: RequestOptions = {
      ...client.place,
      path: pathOf(request.url),
      method: request.method,
      agent: client.agent,
      ...(signal && { signal }),
      headers: {
        ...request.headers,
        ...(authorization === undefined ? {} : { authorization }),
        // Node sends no length with a DELETE unless it is told.
        ...(body ? { 'content-length': body.length } : {}),
      },
    }
    const once = (): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const sent = client.request(options, (response) => {
          this.#note(response.headers.date)
          resolve(response)
        })
        sent.on('error', (error) =>
          reject(Object.assign(error, { reused: sent.reusedSocket })),
        )
        begun?.(sent)
        sent.end(body)
      })
    try {
      return await once()
    } catch (error) {
      if (request.method !== 'GET' || !isStale(error)) throw error
      return once()
    }
  }

  #note(date: string | undefined): void {
    const ms = Date.parse(date ?? '')
    if (Number.isNaN(ms)) return
    this.#serverTime = { at: performance.now(), ms }
  }

  close(): void {
    this.#client?.then(({ agent }) => agent.destroy()).catch(() => undefined)
  }
}

/** TLS is loaded with the first request, as a server listens without it. */
const makeClient = async ({ server, tls }: Connection): Promise<Client> => {
  const options = { keepAlive: true, timeout: IDLE_SOCKET_MS }
  const { protocol, hostname, port } = urlToHttpOptions(new URL(server))
  const place = { protocol, hostname, ...(port && { port }) }
  if (protocol !== 'https:')
    return { agent: new Agent(options), request: httpRequest, place }
  const https = await import('node:https')
  const { createSecureContext } = await import('node:tls')
  // Made once: else each connection reads the certificates.
  const agent = new https.Agent({
    ...{ ...options, ...tls },
    secureContext: createSecureContext(tls),
  })
  // All its connections are alike: else each request reads the certificates.
  agent.getName = () => server
  return { agent, request: https.request, place }
}

/** Path and query of a whole URL. */
const pathOf = (url: string): string =>
  url.slice(url.indexOf('/', url.indexOf('//') + 2))

const tooLate = (): Error => new DOMException('', 'TimeoutError')

/** The server closed a kept connection just as it was used again. */
const isStale = (error: unknown): boolean => {
  const { code, reused } = error as { code?: string; reused?: boolean }
  return reused === true && (code === 'ECONNRESET' || code === 'EPIPE')
}

/** The JSON of an answer; one that is none is as good as no answer. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new ClusterError(
      'Unavailable',
      `the API server's answer is not JSON: ${text.slice(0, 80)}`,
      error,
    )
  }
}
