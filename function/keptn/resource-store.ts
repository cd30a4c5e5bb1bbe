import { boundedCache } from '../bounded-cache.ts'
import type { ResourceStore, Scope } from '../resource-store.ts'
import { StoreError, TooLargeStoreError } from '../resource-store.ts'
import type { Auth } from './auth.ts'
import { http as systemHttp, placeOf, TooLargeError } from './http.ts'
import type { Http, HttpAnswer } from './http.ts'
import { messageOf, nextPageOf, objectOf } from './answer.ts'

export interface KeptnResourceStoreOptions {
  /** `KEPTN_API_ENDPOINT`, like `https://keptn.example/api`. */
  endpoint: string
  auth: Auth
  http?: Http
  /** Milliseconds for one request; default 20 000: a read may pull first. */
  timeoutMs?: number
  /** Bytes of pinned resources kept in memory; default 16 MiB. */
  cacheBytes?: number
}

/**
 * Resources from Keptn's resource service (1.x) or configuration service,
 * through the API gateway. Identical reads at the same time share a request;
 * what is pinned to a commit is kept while the process lives.
 *
 * An unknown project is `StoreError` without `retry`, not *not found*: the
 * answer says nothing about a resource.
 */
export const keptnResourceStore = (
  options: KeptnResourceStoreOptions,
): ResourceStore => {
  const { auth, http = systemHttp, timeoutMs = 20_000 } = options
  const base = `${options.endpoint.replace(/\/+$/, '')}/resource-service/v1`
  const pinned = boundedCache<{ content: Buffer | undefined }>(
    options.cacheBytes ?? 16 * 1024 * 1024,
  )
  const inFlight = new Map<string, Promise<unknown>>()

  const ask = async (url: string): Promise<HttpAnswer> => {
    try {
      const headers = await auth.headers()
      const answer = await http({ method: 'GET', url, headers, timeoutMs })
      if (answer.status === 401) auth.refused(headers)
      return answer
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw error instanceof TooLargeError
        ? new TooLargeStoreError(reason, error)
        : new StoreError(`Keptn cannot be read: ${reason}`, true, error)
    }
  }

  const shared = <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const running = inFlight.get(key)
    if (running) return running as Promise<T>
    const promise = read().finally(() => inFlight.delete(key))
    inFlight.set(key, promise)
    return promise
  }

  const readPinned = async (url: string, commit: string) => {
    const at = `${url}?gitCommitID=${encodeURIComponent(commit)}`
    const known = pinned.get(at)
    if (known) return known.content
    let answer = await ask(at)
    if (answer.status === 500) {
      // Keptn may not have pulled this commit yet: a read of the head does.
      await ask(url)
      answer = await ask(at)
    }
    const content = contentOf(answer, url)
    // A missing service or stage is looked for at the head, not the commit.
    const final = content ?? /resource not found/i.test(messageOf(answer))
    if (final && /^[0-9a-f]{40,64}$/.test(commit))
      pinned.set(at, { content }, content?.length ?? 0)
    return content
  }

  const readList = async (url: string): Promise<string[]> => {
    const uris: string[] = []
    const seen = new Set<string>()
    for (let key = ''; !seen.has(key);) {
      seen.add(key)
      const page = `pageSize=50${key && `&nextPageKey=${encodeURIComponent(key)}`}`
      const answer = await ask(`${url}?${page}`)
      if (isNotFound(answer)) return []
      const body = accepted(answer, url)
      const rows = body['resources'] ?? []
      if (!Array.isArray(rows)) throw unreadable(url)
      uris.push(...rows.map((row) => uriOf(row, url)))
      const next = nextPageOf(body)
      if (next === undefined) return uris
      key = next
    }
    throw unreadable(url)
  }

  return {
    get: async (scope, uri, commit) => {
      const path = pathOf(scope)
      if (path === undefined) return undefined
      const url = `${base}${path}/resource/${twice(uri.replace(/^\//, ''))}`
      if (commit === undefined || scope.stage === undefined)
        return shared(url, async () => contentOf(await ask(url), url))
      return shared(`${url}@${commit}`, () => readPinned(url, commit))
    },
    list: async (scope) => {
      const path = pathOf(scope)
      if (path === undefined) return []
      const url = `${base}${path}/resource`
      return shared(`${url}/`, () => readList(url))
    },
  }
}

/** `undefined`: a part has no name, so that nothing can be there. */
const pathOf = (scope: Scope): string | undefined => {
  const parts = [['project', scope.project]]
  if (scope.stage !== undefined) parts.push(['stage', scope.stage])
  if (scope.service !== undefined) parts.push(['service', scope.service])
  if (parts.some(([, name]) => !name)) return undefined
  return parts
    .map(([kind, name]) => `/${kind}/${encodeURIComponent(name ?? '')}`)
    .join('')
}

/** The gateway decodes once, the resource service once more. */
const twice = (uri: string): string =>
  encodeURIComponent(encodeURIComponent(uri))

/**
 * Texts of the resource service (`Resource not found`, …) and of the older
 * configuration service (`Service resource not found`, …).
 */
const isNotFound = (answer: HttpAnswer): boolean =>
  answer.status === 404 &&
  /^(?:(?:project |stage |service )?resource|service|stage) (?:not found|does not exist)/i.test(
    messageOf(answer),
  )

const contentOf = (answer: HttpAnswer, url: string): Buffer | undefined => {
  if (isNotFound(answer)) return undefined
  const content = accepted(answer, url)['resourceContent'] ?? ''
  if (typeof content !== 'string') throw unreadable(url)
  return Buffer.from(content, 'base64')
}

const uriOf = (row: unknown, url: string): string => {
  const uri = (row as { resourceURI?: unknown } | null)?.resourceURI
  if (typeof uri !== 'string') throw unreadable(url)
  return uri.replace(/^\//, '')
}

const accepted = (answer: HttpAnswer, url: string): Record<string, unknown> => {
  if (answer.status === 200) {
    const body = objectOf(answer)
    if (!body) throw unreadable(url)
    return body
  }
  const said = messageOf(answer)
  throw new StoreError(
    `Keptn answered ${answer.status}${said && ` (${said})`} to GET ${placeOf(url)}`,
    mayWorkLater(answer.status, said),
  )
}

/** A 404 without a text of Keptn's is a gateway without its backend. */
const mayWorkLater = (status: number, said: string): boolean =>
  status === 404
    ? !/project|credentials|upstream repository/i.test(said)
    : ![400, 413, 414, 422].includes(status)

const unreadable = (url: string): StoreError =>
  new StoreError(
    `Keptn's answer to GET ${placeOf(url)} is not understood`,
    true,
  )
