import { RUN_LABEL } from '../envelope.ts'
import { isObject, text } from '../json.ts'
import type { Report, Reporter, Sent } from '../reporter.ts'
import type { Auth } from './auth.ts'
import { messageOf, nextPageOf, objectOf } from './answer.ts'
import { failedSend } from './failed-send.ts'
import { http as systemHttp } from './http.ts'
import type { Http, HttpAnswer } from './http.ts'

export interface KeptnReporterOptions {
  /** `KEPTN_API_ENDPOINT`, like `https://keptn.example/api`. */
  endpoint: string
  auth: Auth
  http?: Http
  /** Milliseconds for one request; default 10 000. */
  timeoutMs?: number
}

/**
 * Reports to Keptn's event API and asks its datastore and its list of open
 * events. Keptn gives every event an id of its own and de-duplicates nothing,
 * so every doubt is told as `unknown`.
 */
export const keptnReporter = (options: KeptnReporterOptions): Reporter => {
  const { auth, http = systemHttp, timeoutMs = 10_000 } = options
  const api = options.endpoint.replace(/\/+$/, '')

  const get = async (url: string, signal: AbortSignal): Promise<HttpAnswer> => {
    const headers = await auth.headers(signal)
    const answer = await http({
      method: 'GET',
      url,
      headers,
      timeoutMs,
      signal,
    })
    if (answer.status === 401) auth.refused(headers)
    return answer
  }

  /** All events of a paged answer; `undefined` when it cannot be told. */
  const events = async (
    url: string,
    query: Record<string, string>,
    signal: AbortSignal,
  ): Promise<unknown[] | undefined> => {
    const found: unknown[] = []
    const seen = new Set<string>()
    for (let key = ''; !seen.has(key);) {
      seen.add(key)
      const search = new URLSearchParams({ ...query, pageSize: '100' })
      if (key) search.set('nextPageKey', key)
      const answer = await get(`${url}?${search.toString()}`, signal)
      if (answer.status === 404 && /project/i.test(messageOf(answer))) return []
      const body = answer.status === 200 ? objectOf(answer) : undefined
      if (!body) return undefined
      const page = body['events'] ?? []
      if (!Array.isArray(page)) return undefined
      found.push(...(page as unknown[]))
      const next = nextPageOf(body)
      if (next === undefined) return found
      key = next
    }
    return undefined
  }

  /** `undefined` for every failure but the signal's. */
  const ifKnown = async <T>(
    answer: Promise<T>,
    signal: AbortSignal,
  ): Promise<T | undefined> => {
    try {
      return await answer
    } catch (error) {
      if (signal.aborted) throw error
      return undefined
    }
  }

  return {
    send: async (report, signal) => {
      const flaw = flawOf(report)
      if (flaw) return { state: 'refused', reason: flaw }
      try {
        const credentials = await auth.headers(signal)
        const answer = await http({
          method: 'POST',
          url: `${api}/v1/event`,
          headers: { ...credentials, ...headersOf(report) },
          body: JSON.stringify(keptnEvent(report)),
          timeoutMs,
          signal,
        })
        if (answer.status === 401) auth.refused(credentials)
        return judge(answer)
      } catch (error) {
        if (signal.aborted) throw error
        return failedSend(error)
      }
    },

    arrived: async (report, signal) => {
      const query = {
        keptnContext: text(report['shkeptncontext']),
        type: report.type,
        source: report.source,
      }
      const asked = events(`${api}/mongodb-datastore/event`, query, signal)
      const published = await ifKnown(asked, signal)
      return published?.some((event) => isLike(event, report))
    },

    open: async ({ type, id, project }, signal) => {
      const url = `${api}/controlPlane/v1/event/triggered/${encodeURIComponent(type)}`
      const asked = events(url, { project, eventID: id }, signal)
      const waiting = await ifKnown(asked, signal)
      return waiting?.some((event) => attribute(event, 'id') === id)
    },
  }
}

const headersOf = (report: Report): Record<string, string> => {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  for (const name of ['traceparent', 'tracestate']) {
    const value = text(report[name])
    if (/^[\x20-\x7e]+$/.test(value)) headers[name] = value
  }
  return headers
}

/**
 * Keptn's form of an event: its `contenttype` instead of `datacontenttype`,
 * and labels as strings, since Keptn drops an event with other labels after
 * it has answered 200.
 */
const keptnEvent = (report: Report): Record<string, unknown> => {
  const { datacontenttype, data, ...attributes } = report
  const labels = data?.['labels']
  return {
    ...attributes,
    contenttype: datacontenttype ?? 'application/json',
    data: isObject(labels) ? { ...data, labels: asStrings(labels) } : data,
  }
}

const asStrings = (labels: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [key, text(value)]),
  )

/**
 * What Keptn would answer with 200 and then drop, or book on another task:
 * sending it can only do harm.
 */
const flawOf = (report: Report): string | undefined => {
  if (!text(report['triggeredid'])) return 'the event has no triggeredid'
  if (!text(report['shkeptncontext'])) return 'the event has no shkeptncontext'
  for (const name of ['project', 'stage', 'service'])
    if (!text(report.data?.[name])) return `the event's data has no ${name}`
  return undefined
}

const judge = (answer: HttpAnswer): Sent => {
  const { status } = answer
  if (status >= 200 && status < 300) return { state: 'sent' }
  const said = messageOf(answer)
  const reason = `Keptn answered ${status}${said && `: ${said}`}`
  if ([400, 413, 415, 422].includes(status)) return { state: 'refused', reason }
  if (/maximum payload/i.test(said)) return { state: 'refused', reason }
  // Without a text of Keptn's own a gateway may have lost Keptn's answer.
  const lost = status === 408 || (status >= 500 && !said)
  return { state: lost ? 'unknown' : 'unsent', reason }
}

const isLike = (event: unknown, report: Report): boolean => {
  const labels = (data: unknown) =>
    isObject(data) ? data['labels'] : undefined
  const run = (data: unknown) => {
    const all = labels(data)
    return isObject(all) ? text(all[RUN_LABEL]) : ''
  }
  return (
    attribute(event, 'triggeredid') === text(report['triggeredid']) &&
    run(attribute(event, 'data')) === run(report.data)
  )
}

const attribute = (event: unknown, name: string): unknown =>
  isObject(event) ? event[name] : undefined
