import { Agent, request as httpRequest } from 'node:http'
import type { IncomingMessage, RequestOptions } from 'node:http'
import { ClusterError } from '../cluster.ts'
import type { Connection } from '../connection.ts'
import { atMost } from '../../at-most.ts'
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

/** What requests are sent with. */
interface Client {
  agent: Agent
  request: typeof httpRequest
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
    const signal = AbortSignal.timeout(this.#timeoutMs)
    const answer = await this.#exchange(request, signal)
    if (answer.status !== 401) return answer
    await this.#connection.authorization(true)
    return this.#exchange(request, signal)
  }

  async #exchange(
    request: ApiRequest,
    signal: AbortSignal,
  ): Promise<{ status: number; text: string }> {
    try {
      const response = await this.#open(request, signal)
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      const text = Buffer.concat(chunks).toString()
      return { status: response.statusCode ?? 0, text }
    } catch (error) {
      throw unavailable(error, this.#timeoutMs)
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
    const timer = setTimeout(
      () => late.abort(new DOMException('', 'TimeoutError')),
      this.#timeoutMs,
    )
    try {
      return await this.#open(
        request,
        signal ? AbortSignal.any([signal, late.signal]) : late.signal,
      )
    } catch (error) {
      signal?.throwIfAborted()
      throw unavailable(error, this.#timeoutMs)
    } finally {
      clearTimeout(timer)
    }
  }

  async #open(
    request: ApiRequest,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    this.#client ??= makeClient(this.#connection)
    const client = await this.#client
    const authorization = await this.#connection.authorization()
    const body =
      request.body === undefined
        ? undefined
        : Buffer.from(JSON.stringify(request.body))
    const options: RequestOptions = {
      method: request.method,
      agent: client.agent,
      signal,
      headers: {
        ...request.headers,
        ...(authorization === undefined ? {} : { authorization }),
        // Node sends no length with a DELETE unless it is told.
        ...(body ? { 'content-length': body.length } : {}),
      },
    }
    try {
      return await this.#once(client, request.url, options, body)
    } catch (error) {
      if (request.method !== 'GET' || !isStale(error)) throw error
      return this.#once(client, request.url, options, body)
    }
  }

  #once(
    client: Client,
    url: string,
    options: RequestOptions,
    body: Buffer | undefined,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = client.request(url, options, (response) => {
        this.#note(response.headers.date)
        resolve(response)
      })
      sent.on('error', (error) =>
        reject(Object.assign(error, { reused: sent.reusedSocket })),
      )
      sent.end(body)
    })
  }

  #note(date: string | undefined): void {
    const ms = Date.parse(date ?? '')
    if (Number.isNaN(ms)) return
    this.#serverTime = { at: performance.now(), ms }
  }

  close(): void {
    void this.#client?.then(({ agent }) => agent.destroy())
  }
}

/** TLS is loaded with the first request, as a server listens without it. */
const makeClient = async ({ server, tls }: Connection): Promise<Client> => {
  const options = { keepAlive: true, timeout: IDLE_SOCKET_MS }
  if (!server.startsWith('https:'))
    return { agent: new Agent(options), request: httpRequest }
  const https = await import('node:https')
  const agent = new https.Agent({ ...options, ...tls })
  return { agent, request: https.request }
}

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
