import { HTTP } from 'cloudevents'
import t from 'tap'
import { HttpError } from '../../function/keptn/http.ts'
import type { Http, HttpRequest } from '../../function/keptn/http.ts'
import type { Report, Sent } from '../../function/reporter.ts'
import { sinkReporter } from '../../function/sink-reporter.ts'

const { signal } = new AbortController()

const report: Report = {
  specversion: '1.0',
  id: 'run.started',
  source: 'job-executor-service',
  type: 'sh.keptn.event.test.started',
  time: '2026-01-01T00:00:00.000Z',
  datacontenttype: 'application/json',
  triggeredid: 'e1',
  data: { project: 'p', labels: { a: 'ü' } },
}

const setUp = (
  answer: number | Error,
  options: { ceOverrides?: { extensions?: Record<string, string> } } = {},
) => {
  const requests: HttpRequest[] = []
  const http: Http = async (request) => {
    requests.push(request)
    if (answer instanceof Error) throw answer
    return { status: answer, headers: {}, body: Buffer.alloc(0) }
  }
  const sink = 'http://broker/default'
  return { reporter: sinkReporter({ sink, http, ...options }), requests }
}

t.test('a report is a CloudEvent in binary mode', async (t) => {
  const { reporter, requests } = setUp(202)
  t.strictSame(await reporter.send(report, signal), { state: 'sent' })
  const [request] = requests
  t.equal(request?.url, 'http://broker/default')
  t.match(request?.headers, {
    'ce-id': 'run.started',
    'ce-triggeredid': 'e1',
    'content-type': 'application/json',
  })
  const event = HTTP.toEvent({
    headers: request?.headers ?? {},
    body: request?.body,
  })
  t.strictSame(JSON.parse(JSON.stringify(event)), report)
})

t.test('overrides of the sink binding', async (t) => {
  const { reporter, requests } = setUp(202, {
    ceOverrides: { extensions: { team: 'a', triggeredid: 'theirs' } },
  })
  await reporter.send(report, signal)
  t.match(requests[0]?.headers, { 'ce-team': 'a', 'ce-triggeredid': 'theirs' })
})

t.test('what a header cannot hold is encoded', async (t) => {
  const { reporter, requests } = setUp(202)
  await reporter.send({ ...report, subject: 'a ü\n€😀' }, signal)
  t.equal(
    requests[0]?.headers?.['ce-subject'],
    'a %C3%BC%0A%E2%82%AC%F0%9F%98%80',
  )
})

const ANSWERS: [number | Error, Sent['state']][] = [
  [200, 'sent'],
  [400, 'refused'],
  [413, 'refused'],
  [415, 'refused'],
  [422, 'refused'],
  [404, 'unsent'],
  [429, 'unsent'],
  [503, 'unsent'],
  [new HttpError('away', false), 'unsent'],
  [new HttpError('reset', true), 'unknown'],
]
for (const [answer, state] of ANSWERS)
  t.test(`send: ${String(answer)}`, async (t) => {
    const { reporter } = setUp(answer)
    t.equal((await reporter.send(report, signal)).state, state)
  })

t.test('a signal ends a send', async (t) => {
  const reason = new Error('enough')
  const { reporter } = setUp(reason)
  await t.rejects(reporter.send(report, AbortSignal.abort(reason)), reason)
})

t.test('a sink has no query, but takes a repeat', async (t) => {
  const { reporter } = setUp(500)
  t.equal(await reporter.arrived(report, signal), 'repeatable')
  const triggered = { type: 't', id: 'i', project: 'p' }
  t.equal(await reporter.open(triggered, signal), undefined)
})
