import { ClusterError } from '../cluster.ts'
import type { ClusterErrorCode, JsonPatch } from '../cluster.ts'

/** Kubernetes' `Status`, as far as it is read. */
export interface Status {
  reason?: string
  message?: string
  code?: number
  details?: { name?: string }
}

/**
 * The API server's words for every JSON Patch that cannot be applied: it does
 * not say which operation failed, nor why.
 */
const PATCH_FAILED =
  'the server rejected our request due to an error in our request'

/** The ClusterError for an answer that is no success. */
export const errorOf = (
  httpStatus: number,
  text: string,
  patch?: JsonPatch,
): ClusterError => {
  const status = parseStatus(text)
  const code = codeOf(httpStatus, status, patch)
  return new ClusterError(code, status.message ?? `HTTP ${httpStatus}`)
}

const parseStatus = (text: string): Status => {
  try {
    const body = JSON.parse(text) as unknown
    return typeof body === 'object' && body !== null ? body : {}
  } catch {
    return { message: text.slice(0, 500) }
  }
}

/** Full, or so new that nobody has counted yet. */
const QUOTA = /exceeded quota|status unknown for quota/

const codeOf = (
  httpStatus: number,
  { reason, message = '' }: Status,
  patch?: JsonPatch,
): ClusterErrorCode => {
  switch (httpStatus) {
    // Of our own token, not of what was asked: it may be a good one again.
    case 401:
      return 'Unavailable'
    case 403:
      return QUOTA.test(message) ? 'QuotaExceeded' : 'Forbidden'
    case 404:
      return 'NotFound'
    case 409:
      return reason === 'AlreadyExists' ? 'AlreadyExists' : 'Conflict'
    case 410:
      return 'Gone'
    case 422:
      return message === PATCH_FAILED && hasTest(patch) ? 'Conflict' : 'Invalid'
    case 429:
      return 'Unavailable'
    default:
      return httpStatus >= 400 && httpStatus < 500 ? 'Invalid' : 'Unavailable'
  }
}

const hasTest = (patch: JsonPatch | undefined): boolean =>
  patch?.some(({ op }) => op === 'test') ?? false

/** No answer: no connection, a broken one, or none in time. */
export const unavailable = (
  error: unknown,
  timeoutMs: number,
): ClusterError => {
  if (error instanceof ClusterError) return error
  const timedOut = isTimeout(error)
  const detail = error instanceof Error ? error.message : String(error)
  return new ClusterError(
    'Unavailable',
    timedOut
      ? `no answer from the API server within ${timeoutMs} ms`
      : `no answer from the API server: ${detail}`,
    error,
  )
}

const isTimeout = (error: unknown): boolean => {
  const { name, cause } = error as { name?: string; cause?: unknown }
  return (
    name === 'TimeoutError' ||
    (cause as { name?: string } | undefined)?.name === 'TimeoutError'
  )
}
