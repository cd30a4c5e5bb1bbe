import { HTTP } from 'cloudevents'
import { failedSend } from './keptn/failed-send.ts'
import { http as systemHttp } from './keptn/http.ts'
import type { Http } from './keptn/http.ts'
import type { Report, Reporter, Sent } from './reporter.ts'

export interface SinkReporterOptions {
  /** `K_SINK`, as a SinkBinding sets it. */
  sink: string
  /** `K_CE_OVERRIDES`, parsed. */
  ceOverrides?: { extensions?: Record<string, string> }
  http?: Http
  /** Milliseconds for one request; default 10 000. */
  timeoutMs?: number
}

/**
 * Reports to a Broker or any other sink, as CloudEvents in binary mode. A
 * sink has no query, but de-duplicates by source and id: a repeat is safe.
 */
export const sinkReporter = (options: SinkReporterOptions): Reporter => {
  const { http = systemHttp, timeoutMs = 10_000 } = options
  const send = async (report: Report, signal: AbortSignal): Promise<Sent> => {
    const event = { ...report, ...options.ceOverrides?.extensions } as Report
    const { headers, body } = HTTP.binary(event)
    try {
      const answer = await http({
        method: 'POST',
        url: options.sink,
        headers: encoded(headers),
        body: String(body),
        timeoutMs,
        signal,
      })
      return judge(answer.status)
    } catch (error) {
      if (signal.aborted) throw error
      return failedSend(error)
    }
  }
  return {
    send,
    arrived: async () => 'repeatable',
    open: async () => undefined,
  }
}

const judge = (status: number): Sent => {
  if (status >= 200 && status < 300) return { state: 'sent' }
  const state = [400, 413, 415, 422].includes(status) ? 'refused' : 'unsent'
  return { state, reason: `the sink answered ${status}` }
}

/**
 * What a header cannot hold is percent-encoded (CloudEvents HTTP binding,
 * 3.1.3.2).
 */
const encoded = (headers: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        String(value).replace(/[^\x20-\x7e]+/gu, encodeURIComponent),
      ]),
  )
