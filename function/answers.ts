import { isClusterError } from './cluster/cluster.ts'
import { FormatError } from './head.ts'
import { StoreError } from './resource-store.ts'

/** An HTTP answer; a reason only where the sender can do something about it. */
export interface Answer {
  status: 202 | 400 | 401 | 403 | 413 | 415 | 500 | 503
  reason?: string
}

/** Taken, known, not ours: 2xx with an empty body, as a Broker wants it. */
export const ACCEPTED: Answer = { status: 202 }

/**
 * The answer for what went wrong. 503 asks for the event again; 500 is our
 * own defect. Never 404, 409, 425 or a redirect, which a Broker reads in its
 * own way.
 */
export const answerFor = (error: unknown): Answer => {
  if (isClusterError(error, 'Invalid'))
    return { status: 500, reason: 'internal error' }
  if (isClusterError(error) || error instanceof FormatError)
    return { status: 503, reason: 'try again later' }
  if (error instanceof StoreError)
    return { status: 503, reason: 'try again later' }
  return { status: 500, reason: 'internal error' }
}
