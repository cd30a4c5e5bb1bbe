import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import { objectOf } from './answer.ts'
import { http as systemHttp, placeOf } from './http.ts'
import type { Http, HttpAnswer } from './http.ts'

/** How the function shows Keptn's API who it is. */
export interface Auth {
  /** Headers for a request. Rejects with `AuthError` or the abort reason. */
  headers(signal?: AbortSignal): Promise<Record<string, string>>
  /** A request with these headers was answered 401: do not use them again. */
  refused(headers: Record<string, string>): void
}

/** No token could be had. */
export class AuthError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'AuthError'
  }
}

/** OAuth 2.0 client credentials; `tokenUrl` wins over `discoveryUrl`. */
export interface OAuthClient {
  clientId: string
  clientSecret: string
  scopes: string[]
  /** OpenID discovery document that names the `token_endpoint`. */
  discoveryUrl?: string
  tokenUrl?: string
}

interface AuthOptions {
  /** `KEPTN_API_TOKEN`, sent as `x-token`. */
  token?: string
  oauth?: OAuthClient
  http?: Http
  clock?: Clock
  timeoutMs?: number
}

/** `x-token`, a bearer token, both or none, as the options say. */
export const keptnAuth = (options: AuthOptions): Auth => {
  const fixed: Record<string, string> = options.token
    ? { 'x-token': options.token }
    : {}
  if (!options.oauth) return { headers: async () => fixed, refused: () => {} }

  const tokens = tokenSource(options.oauth, options)
  return {
    headers: async (signal) => ({
      ...fixed,
      authorization: `Bearer ${await unlessAborted(tokens.get(), signal)}`,
    }),
    refused: (headers) =>
      tokens.drop((headers['authorization'] ?? '').replace(/^Bearer /, '')),
  }
}

/** A token is renewed this long before it ends. */
const EARLY_MS = 30_000
/** RFC 6749 5.1: `expires_in` may be missing. */
const DEFAULT_LIFE_S = 300

interface Token {
  value: string
  /** On the monotonic clock. */
  renewAt: number
}

const tokenSource = (client: OAuthClient, options: AuthOptions) => {
  const clock = options.clock ?? systemClock
  const ask = tokenRequest(client, options)
  let token: Token | undefined
  let renewal: Promise<string> | undefined

  const renew = async (): Promise<string> => {
    const asked = clock.monotonic()
    const { value, lifeMs } = await ask()
    const early = Math.min(EARLY_MS, lifeMs / 2)
    token = { value, renewAt: asked + lifeMs - early }
    return value
  }
  return {
    /** Whoever asks during a renewal shares it. */
    get: async (): Promise<string> => {
      if (token && clock.monotonic() < token.renewAt) return token.value
      renewal ??= renew().finally(() => (renewal = undefined))
      return renewal
    },
    drop: (value: string) => {
      if (token?.value === value) token = undefined
    },
  }
}

const tokenRequest = (client: OAuthClient, options: AuthOptions) => {
  const http = options.http ?? systemHttp
  const timeoutMs = options.timeoutMs ?? 10_000
  let tokenUrl = client.tokenUrl
  let inBody = false

  const discover = async (): Promise<string> => {
    const url = client.discoveryUrl
    if (!url) throw new AuthError('OAuth: no token URL and no discovery URL')
    const answer = await asked(url, http({ method: 'GET', url, timeoutMs }))
    const endpoint = objectOf(answer)?.['token_endpoint']
    if (answer.status !== 200 || typeof endpoint !== 'string')
      throw new AuthError(
        `OAuth: ${placeOf(url)} names no token_endpoint (status ${answer.status})`,
      )
    return endpoint
  }
  const post = (url: string) => {
    const form = new URLSearchParams({ grant_type: 'client_credentials' })
    if (client.scopes.length) form.set('scope', client.scopes.join(' '))
    const headers: Record<string, string> = {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    }
    if (inBody) {
      form.set('client_id', client.clientId)
      form.set('client_secret', client.clientSecret)
    } else headers['authorization'] = basic(client)
    const body = form.toString()
    return asked(url, http({ method: 'POST', url, headers, body, timeoutMs }))
  }

  return async (): Promise<{ value: string; lifeMs: number }> => {
    tokenUrl ??= await discover()
    let answer = await post(tokenUrl)
    // Servers must take the header (RFC 6749 2.3.1); some take only the body.
    if (!inBody && (answer.status === 400 || answer.status === 401)) {
      inBody = true
      answer = await post(tokenUrl)
      if (answer.status !== 200) inBody = false
    }
    const { access_token: value, expires_in: life } = objectOf(answer) ?? {}
    if (answer.status !== 200 || typeof value !== 'string')
      throw new AuthError(
        `OAuth: ${tokenUrl} gave no token (status ${answer.status})`,
      )
    const seconds = Number(life ?? DEFAULT_LIFE_S)
    const usable = seconds > 0 ? seconds : DEFAULT_LIFE_S
    return { value, lifeMs: usable * 1000 }
  }
}

const asked = (url: string, answer: Promise<HttpAnswer>): Promise<HttpAnswer> =>
  answer.catch((error: Error) => {
    throw new AuthError(
      `OAuth: ${placeOf(url)} did not answer: ${error.message}`,
      error,
    )
  })

/** Both parts are form-encoded first (RFC 6749 2.3.1). */
const basic = (client: OAuthClient): string => {
  const form = (text: string) => encodeURIComponent(text).replace(/%20/g, '+')
  const pair = `${form(client.clientId)}:${form(client.clientSecret)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

/** Stops waiting for a shared promise without stopping it for the others. */
const unlessAborted = <T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> => {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    promise
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort))
  })
}
