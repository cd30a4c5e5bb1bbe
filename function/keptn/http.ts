import { Agent, request as httpRequest } from 'node:http'
import type { ClientRequest, IncomingHttpHeaders } from 'node:http'
import type * as Https from 'node:https'
import { wholeBody } from '../whole-body.ts'

export interface HttpRequest {
  method: 'GET' | 'POST'
  url: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** Milliseconds for the whole exchange, connecting included. */
  timeoutMs: number
  /** Bytes of the answer's body that are accepted; default 8 MiB. */
  maxBytes?: number
  signal?: AbortSignal | undefined
  /** False: the server's certificate is not verified; default true. */
  tlsVerify?: boolean
}

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/**
 * Sends one request, follows no redirect. Any status is an answer; no answer
 * rejects with `HttpError`, an aborted signal with the signal's reason.
 */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>

/** No complete answer came. */
export class HttpError extends Error {
  /** False: nothing of the request can have reached the receiver. */
  readonly written: boolean
  /** Status of an answer whose body did not come whole. */
  readonly status: number | undefined
  constructor(message: string, written: boolean, status?: number) {
    super(message)
    this.name = 'HttpError'
    this.written = written
    this.status = status
  }
}

/** The answer's body has more bytes than are accepted: it will have again. */
export class TooLargeError extends HttpError {}

const MAX_BYTES = 8 * 1024 * 1024

const POOL = { keepAlive: true, maxSockets: 16 }
const plain = { agent: new Agent(POOL), request: httpRequest }
let secure: { agent: Https.Agent; request: typeof Https.request } | undefined

/** TLS is loaded when it is needed: in the cluster, Keptn speaks plain HTTP. */
const loadTls = async (): Promise<void> => {
  const https = await import('node:https')
  secure ??= { agent: new https.Agent(POOL), request: https.request }
}

/**
 * The system's HTTP client. Connections are kept for GETs only: a request
 * on a kept connection can meet the server's close of it, and what is not
 * a GET could then neither be repeated nor be known to have failed.
 */
export const http: Http = async (request) => {
  if (/^https:/i.test(request.url)) await loadTls()
  if (request.method !== 'GET') return exchange(request, false)
  try {
    return await exchange(request, true)
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error
    return exchange(request, false)
  }
}

/** The receiver had closed a kept connection when the request was written. */
class StaleConnection extends HttpError {}

const exchange = (request: HttpRequest, keep: boolean): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const { signal } = request
    if (signal?.aborted) return reject(signal.reason as Error)
    let written = false
    let status: number | undefined
    const fail = (reason: string, Kind = HttpError): HttpError =>
      new Kind(
        `${request.method} ${placeOf(request.url)}: ${reason}`,
        written,
        status,
      )

    let sending: ClientRequest
    try {
      sending = open(request, keep)
    } catch (error) {
      return reject(fail(reasonOf(error as Error)))
    }
    const end = (error?: Error) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      if (!error) return
      reject(error)
      sending.destroy()
    }
    const abort = () => end(signal?.reason as Error)
    const timer = setTimeout(
      () => end(fail(`no answer within ${request.timeoutMs} ms`)),
      request.timeoutMs,
    )
    signal?.addEventListener('abort', abort, { once: true })

    sending.on('socket', (socket) => {
      if (!socket.connecting) written = true
      else
        socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => {
          written = true
        })
    })
    sending.on('error', (error) => {
      const stale = sending.reusedSocket && status === undefined
      end(fail(reasonOf(error), stale ? StaleConnection : HttpError))
    })
    sending.on('response', (answer) => {
      status = answer.statusCode ?? 0
      wholeBody(answer, request.maxBytes ?? MAX_BYTES).then(
        (body) => {
          end()
          resolve({ status: status ?? 0, headers: answer.headers, body })
        },
        (error: Error) =>
          end(
            error instanceof RangeError
              ? fail(error.message, TooLargeError)
              : fail(error.message),
          ),
      )
    })
    sending.end(request.body)
  })

/** Throws on what can never be sent: a bad URL, a header with a line break. */
const open = (request: HttpRequest, keep: boolean): ClientRequest => {
  const url = new URL(request.url)
  const { protocol } = url
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new Error(`${protocol} is not supported`)
  const client = protocol === 'https:' ? secure! : plain
  const unverified = request.tlsVerify === false
  return client.request(url, {
    method: request.method,
    headers: request.headers ?? {},
    // Kept connections are verified ones.
    agent: keep && !unverified && client.agent,
    ...(unverified && { rejectUnauthorized: false }),
  })
}

/** The URL without what may be private: user, password, query. */
export const placeOf = (url: string): string =>
  url.replace(/\?.*$/, '').replace(/\/\/[^/]*@/, '//')

/** Node gives no message when it tried several addresses in vain. */
const reasonOf = (error: Error & { code?: string }): string =>
  error.message || (error.code ?? error.name)
