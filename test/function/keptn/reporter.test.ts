import t from 'tap'
import { RUN_LABEL } from '../../../function/envelope.ts'
import { keptnAuth } from '../../../function/keptn/auth.ts'
import { HttpError } from '../../../function/keptn/http.ts'
import type { Http, HttpRequest } from '../../../function/keptn/http.ts'
import { keptnReporter } from '../../../function/keptn/reporter.ts'
import type { Report, Sent } from '../../../function/reporter.ts'
import type { Fault } from '../../keptn/faults.ts'
import { inProcessKeptn } from '../../keptn/in-process.ts'
import { VirtualClock } from '../../virtual-clock.ts'

const CONTEXT = 'a3e5f16d-8888-4720-82c7-6995062905c1'
const { signal } = new AbortController()

const report = (
  change: Record<string, unknown> = {},
  data: Record<string, unknown> = {},
): Report => ({
  specversion: '1.0',
  id: 'run.started',
  source: 'job-executor-service',
  type: 'sh.keptn.event.test.started',
  time: '2026-01-01T00:00:00Z',
  datacontenttype: 'application/json',
  shkeptncontext: CONTEXT,
  triggeredid: 'e1',
  gitcommitid: 'c0ffee',
  data: {
    project: 'p',
    stage: 'dev',
    service: 'svc',
    labels: { buildId: '17', [RUN_LABEL]: 'run' },
    ...data,
  },
  ...change,
})

const setUp = (options: { token?: string } = {}) =>
  inProcessKeptn({ clock: new VirtualClock(), ...options })

/** A reporter whose requests are answered, or fail, as told. */
const answering = (answer: () => Promise<[number, string]>) => {
  const requests: HttpRequest[] = []
  const http: Http = async (request) => {
    requests.push(request)
    const [status, body] = await answer()
    return { status, headers: {}, body: Buffer.from(body) }
  }
  const auth = keptnAuth({ token: 'token' })
  const endpoint = 'http://keptn/api/'
  return { reporter: keptnReporter({ endpoint, auth, http }), requests }
}

t.test('a report arrives at Keptn as it takes it', async (t) => {
  const { engine, reporter } = setUp()
  t.strictSame(await reporter.send(report(), signal), { state: 'sent' })
  t.match(engine.history(), [
    {
      from: 'api',
      event: {
        type: 'sh.keptn.event.test.started',
        source: 'job-executor-service',
        contenttype: 'application/json',
        shkeptncontext: CONTEXT,
        triggeredid: 'e1',
        gitcommitid: 'c0ffee',
        data: report().data,
      },
    },
  ])
})

t.test('the request: structured, with the token and the trace', async (t) => {
  const { reporter, requests } = answering(async () => [200, '{}'])
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  await reporter.send(report({ traceparent, tracestate: 'ü' }), signal)
  const [request] = requests
  t.equal(request?.url, 'http://keptn/api/v1/event')
  t.strictSame(request?.headers, {
    'x-token': 'token',
    'content-type': 'application/json',
    traceparent,
  })
  const body = JSON.parse(String(request?.body)) as object
  t.notOk('datacontenttype' in body)
})

t.test('labels become strings', async (t) => {
  const { engine, reporter } = setUp()
  const labels = { n: 5, b: true, nothing: null, list: [1] }
  await reporter.send(report({}, { labels }), signal)
  t.strictSame(engine.history()[0]?.event.data['labels'], {
    n: '5',
    b: 'true',
    nothing: '',
    list: '[1]',
  })
})

t.test('what could only do harm is not sent', async (t) => {
  const { engine, reporter } = setUp()
  const cases: [string, Report][] = [
    ['triggeredid', report({ triggeredid: '' })],
    ['triggeredid', report({ triggeredid: undefined })],
    ['shkeptncontext', report({ shkeptncontext: undefined })],
    ['project', report({}, { project: '' })],
    ['stage', report({}, { stage: undefined })],
    ['service', report({}, { service: undefined })],
  ]
  for (const [name, event] of cases)
    t.match(
      await reporter.send(event, signal),
      { state: 'refused', reason: name },
      name,
    )
  t.strictSame(engine.history(), [])
})

const keptns = (code: number, message = 'x') =>
  JSON.stringify({ code, message })

/** Answer to a send -> what the sender may do next. */
const ANSWERS: [string, number, string, Sent['state']][] = [
  ['', 200, '{}', 'sent'],
  ['', 202, '', 'sent'],
  ['not the JSON it wants', 400, keptns(400), 'refused'],
  ['too large', 413, '<html>', 'refused'],
  ['media type', 415, keptns(415), 'refused'],
  ['a field is missing', 422, keptns(602), 'refused'],
  ['no token', 401, keptns(401), 'unsent'],
  ['not allowed', 403, '', 'unsent'],
  ['wrong address', 404, '404 page not found', 'unsent'],
  ['moved', 301, '', 'unsent'],
  ['too many', 429, keptns(429), 'unsent'],
  ['Keptn could not', 500, keptns(500, 'could not publish'), 'unsent'],
  [
    'too large for NATS',
    500,
    keptns(
      500,
      'could not publish message to NATS: nats: maximum payload exceeded',
    ),
    'refused',
  ],
  ['a gateway could not', 502, '<html>', 'unknown'],
  ['a gateway gave up', 504, '', 'unknown'],
  ['time-out', 408, '', 'unknown'],
]
for (const [name, status, body, state] of ANSWERS)
  t.test(`send, answer ${status} ${name}`, async (t) => {
    const { reporter } = answering(async () => [status, body])
    const sent = await reporter.send(report(), signal)
    t.equal(sent.state, state)
    if (sent.state !== 'sent') t.match(sent.reason, String(status))
  })

/** No answer to a send -> what the sender may do next. */
const FAILURES: [string, Error, Sent['state']][] = [
  ['not connected', new HttpError('x', false), 'unsent'],
  ['written', new HttpError('x', true), 'unknown'],
  ['an answer of 200 broke off', new HttpError('x', true, 200), 'sent'],
  ['an answer of 500 broke off', new HttpError('x', true, 500), 'unknown'],
  ['anything else', new Error('x'), 'unknown'],
]
for (const [name, error, state] of FAILURES)
  t.test(`send, no answer: ${name}`, async (t) => {
    const { reporter } = answering(() => Promise.reject(error))
    t.match(await reporter.send(report(), signal), { state })
  })

t.test('send, no OAuth token: unsent', async (t) => {
  const http: Http = () => Promise.reject(new HttpError('away', true))
  const oauth = { clientId: 'c', clientSecret: 's', scopes: [], tokenUrl: 'x' }
  const auth = keptnAuth({ oauth, http })
  const reporter = keptnReporter({ endpoint: 'http://keptn', auth, http })
  t.match(await reporter.send(report(), signal), { state: 'unsent' })
})

t.test('a refused bearer token is not used again', async (t) => {
  let tokens = 0
  const used: (string | undefined)[] = []
  const http: Http = async ({ url, headers }) => {
    if (url !== 'http://login') used.push(headers?.['authorization'])
    const body =
      url === 'http://login' ? `{"access_token":"t${(tokens += 1)}"}` : '{}'
    const status = url === 'http://login' ? 200 : 401
    return { status, headers: {}, body: Buffer.from(body) }
  }
  const tokenUrl = 'http://login'
  const oauth = { clientId: 'c', clientSecret: 's', scopes: [], tokenUrl }
  const auth = keptnAuth({ oauth, http, clock: new VirtualClock() })
  const reporter = keptnReporter({ endpoint: 'http://keptn', auth, http })
  await reporter.send(report(), signal)
  await reporter.arrived(report(), signal)
  await reporter.open({ type: 't', id: 'i', project: 'p' }, signal)
  t.strictSame(used, ['Bearer t1', 'Bearer t2', 'Bearer t3'])
})

t.test('a signal ends every method', async (t) => {
  const { reporter } = setUp()
  const reason = new Error('enough')
  const ended = AbortSignal.abort(reason)
  await t.rejects(reporter.send(report(), ended), reason)
  await t.rejects(reporter.arrived(report(), ended), reason)
  const triggered = { type: 't', id: 'i', project: 'p' }
  await t.rejects(reporter.open(triggered, ended), reason)
})

t.test('arrived: what was published, though the answer was lost', async (t) => {
  const { faults, reporter } = setUp()
  const lost: Fault = { path: '/v1/event', answer: 'reset' }
  t.equal(await reporter.arrived(report(), signal), false)
  faults.add({ ...lost, effect: false })
  t.match(await reporter.send(report(), signal), { state: 'unknown' })
  t.equal(await reporter.arrived(report(), signal), false)
  faults.add(lost)
  t.match(await reporter.send(report(), signal), { state: 'unknown' })
  t.equal(await reporter.arrived(report(), signal), true)
})

/** One event that is stored, and whether it is the report. */
const STORED: [string, Report, boolean][] = [
  ['the same', report(), true],
  ['another task', report({ triggeredid: 'e2' }), false],
  ['another kind', report({ type: 'sh.keptn.event.test.finished' }), false],
  ['another source', report({ source: 'other' }), false],
  ['another run', report({}, { labels: { [RUN_LABEL]: 'other' } }), false],
  ['no run', report({}, { labels: {} }), false],
  [
    'another context',
    report({ shkeptncontext: CONTEXT.replace('a3e5', 'b3e5') }),
    false,
  ],
]
for (const [name, event, arrived] of STORED)
  t.test(`arrived: ${name}`, async (t) => {
    const { reporter } = setUp()
    await reporter.send(event, signal)
    t.equal(await reporter.arrived(report(), signal), arrived)
  })

t.test('arrived: on a later page', async (t) => {
  const { reporter } = setUp()
  await reporter.send(report(), signal)
  for (let other = 0; other < 150; other += 1)
    await reporter.send(report({ triggeredid: `other-${other}` }), signal)
  t.equal(await reporter.arrived(report(), signal), true)
})

t.test('arrived and open: cannot be told', async (t) => {
  const cases: [string, () => Promise<[number, string]>][] = [
    ['away', () => Promise.reject(new HttpError('x', false))],
    ['429', async () => [429, keptns(429)]],
    ['500', async () => [500, keptns(500)]],
    ['wrong address', async () => [404, '404 page not found']],
    ['not JSON', async () => [200, '<html>']],
    ['no events', async () => [200, '{"events":1}']],
    ['pages in a circle', async () => [200, '{"events":[],"nextPageKey":"7"}']],
  ]
  for (const [name, answer] of cases) {
    const { reporter } = answering(answer)
    t.equal(await reporter.arrived(report(), signal), undefined, name)
    const triggered = { type: 't', id: 'i', project: 'p' }
    t.equal(await reporter.open(triggered, signal), undefined, name)
  }
})

t.test('open: until the task is complete', async (t) => {
  const { engine, reporter } = setUp()
  const type = 'sh.keptn.event.test.triggered'
  const data = { project: 'p', stage: 'dev', service: 'svc' }
  const { id, shkeptncontext } = engine.trigger({ type, data })
  const to = { shkeptncontext, triggeredid: id }
  const open = () => reporter.open({ type, id, project: 'p' }, signal)
  t.equal(await open(), true)
  await reporter.send(report(to), signal)
  t.equal(await open(), true)
  const finished = { ...to, type: 'sh.keptn.event.test.finished' }
  await reporter.send(
    report(finished, { status: 'succeeded', result: 'pass' }),
    signal,
  )
  t.equal(await open(), false)
  t.strictSame(engine.counts(id), { started: 1, finished: 1 })
})

t.test('open: of a project that is gone', async (t) => {
  const { reporter } = answering(async () => [
    404,
    keptns(404, 'Project not found'),
  ])
  const triggered = { type: 't', id: 'i', project: 'p' }
  t.equal(await reporter.open(triggered, signal), false)
})
