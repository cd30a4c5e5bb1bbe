import type { Sent } from '../reporter.ts'
import { AuthError } from './auth.ts'
import { HttpError } from './http.ts'

/** What a send that got no complete answer means for who sent. */
export const failedSend = (error: unknown): Sent => {
  const reason = error instanceof Error ? error.message : String(error)
  if (error instanceof AuthError) return { state: 'unsent', reason }
  if (!(error instanceof HttpError)) return { state: 'unknown', reason }
  const { status, written } = error
  if (status !== undefined && status >= 200 && status < 300)
    return { state: 'sent' }
  return { state: written ? 'unknown' : 'unsent', reason }
}
