import { randomUUID } from 'node:crypto'
import type { Http } from '../keptn/http.ts'
import type { Log } from '../log.ts'
import { RING_TYPE } from '../rings.ts'
import type { JobWatchOptions } from './job-watch.ts'

/** A cold start of the function is waited for. Milliseconds. */
const RING_TIMEOUT = 60_000

/**
 * Calls the function's callback route with a CloudEvent. `token`: read before
 * each call, as tokens are short-lived. Never rejects.
 */
export const ringAt =
  (args: {
    url: string
    source: string
    http: Http
    log: Log
    token?: () => Promise<string>
  }): JobWatchOptions['ring'] =>
  async (about) => {
    const { url, source, http, log, token } = args
    try {
      const { status } = await http({
        method: 'POST',
        url,
        timeoutMs: RING_TIMEOUT,
        headers: {
          'content-type': 'application/json',
          'ce-specversion': '1.0',
          'ce-id': randomUUID(),
          'ce-source': source,
          'ce-type': RING_TYPE,
          ...(token && { authorization: `Bearer ${(await token()).trim()}` }),
        },
        body: JSON.stringify(about),
      })
      log(status < 300 ? 'info' : 'warn', 'rang', { ...about, status })
    } catch (error) {
      log('warn', 'the function could not be called', {
        ...about,
        error: String(error),
      })
    }
  }
