/** Requests that a real Keptn 1.4.5 was sent, and what it answered. */
import t from 'tap'
import { VirtualClock } from '../virtual-clock.ts'
import { keptnApi } from './api.ts'
import type { ApiOptions } from './api.ts'
import type { Fault } from './faults.ts'

const CONTEXT = 'a3e5f16d-8888-4720-82c7-6995062905c1'
const TRIGGERED = '5c3f6c1e-0a3b-4d63-9f0e-6b0a7f0f1a11'
const STARTED = {
  specversion: '1.0',
  id: 'mine',
  source: 'job-executor-service',
  type: 'sh.keptn.event.test.started',
  time: '2020-01-01T00:00:00Z',
  datacontenttype: 'application/json',
  shkeptncontext: CONTEXT,
  triggeredid: TRIGGERED,
  gitcommitid: '5217',
  shkeptnspecversion: '0.2.4',
  data: { project: 'p', stage: 'dev', service: 'svc' },
}
const FINISHED = {
  ...STARTED,
  type: 'sh.keptn.event.test.finished',
  data: { ...STARTED.data, status: 'succeeded', result: 'pass' },
}
const without = (object: Record<string, unknown>, name: string) =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name))

const setUp = (options: Partial<ApiOptions> = {}) => {
  const clock = new VirtualClock()
  const api = keptnApi({ clock, ...options })
  const send = async (
    method: string,
    url: string,
    body: string,
    headers: Record<string, string> = {},
  ) => {
    const answer = await api.handle({ method, url, headers, body })
    if (answer === 'reset') return answer
    const json = answer.type === 'application/json' && answer.body !== ''
    const said: unknown = json ? JSON.parse(answer.body) : answer.body
    return [answer.status, said] as const
  }
  return { clock, api, send }
}

const GOOD = { 'x-token': 'token', 'content-type': 'application/json' }
const TAKEN = [200, { keptnContext: CONTEXT }]
const failed = (code: number, message: string, status = code) => [
  status,
  { code, message },
]
const unreadable = (why: string) =>
  failed(400, `parsing body body from "" failed, because ${why}`)
const media = (type: string) =>
  failed(
    415,
    `unsupported media type "${type}", only [application/cloudevents+json application/json] are allowed`,
  )

/** name, body, headers, answer with validation off, with it on (if other). */
const EVENTS: [string, unknown, Record<string, string>, unknown, unknown?][] = [
  ['started', STARTED, GOOD, TAKEN],
  ['finished', FINISHED, GOOD, TAKEN],
  [
    'cloudevents+json; charset',
    STARTED,
    {
      ...GOOD,
      'content-type': 'application/cloudevents+json; charset=UTF-8',
    },
    TAKEN,
  ],
  [
    'no token',
    STARTED,
    { 'content-type': 'application/json' },
    failed(401, 'unauthenticated for invalid credentials'),
  ],
  [
    'wrong token',
    STARTED,
    { ...GOOD, 'x-token': 'wrong' },
    failed(401, 'incorrect api key auth'),
  ],
  [
    'text/plain',
    STARTED,
    { ...GOOD, 'content-type': 'text/plain' },
    media('text/plain'),
  ],
  [
    'no content type',
    STARTED,
    { 'x-token': 'token' },
    media('application/octet-stream'),
  ],
  ['bad json', '{', GOOD, unreadable('unexpected EOF')],
  ['empty body', '', GOOD, 'reset'],
  [
    'no source',
    without(STARTED, 'source'),
    GOOD,
    failed(602, 'source in body is required', 422),
  ],
  [
    'no type',
    without(STARTED, 'type'),
    GOOD,
    failed(602, 'type in body is required', 422),
  ],
  [
    'no data',
    without(STARTED, 'data'),
    GOOD,
    failed(602, 'data in body is required', 422),
  ],
  [
    'binary mode',
    STARTED.data,
    { ...GOOD, 'ce-id': '1' },
    failed(602, 'data in body is required', 422),
  ],
  [
    'bad time',
    { ...STARTED, time: 'yesterday' },
    GOOD,
    unreadable(
      'parsing time "yesterday" as "2006-01-02 15:04:05": cannot parse "yesterday" as "2006"',
    ),
  ],
  [
    'empty triggeredid',
    { ...STARTED, triggeredid: '' },
    GOOD,
    TAKEN,
    failed(400, "mandatory field 'triggeredid' missing"),
  ],
  [
    'no stage',
    { ...STARTED, data: without(STARTED.data, 'stage') },
    GOOD,
    TAKEN,
    failed(400, "mandatory field(s) 'project', 'stage' or 'service' missing"),
  ],
  [
    'finished without status',
    { ...FINISHED, data: without(FINISHED.data, 'status') },
    GOOD,
    TAKEN,
    failed(400, 'status field is not set'),
  ],
  [
    'finished without result',
    { ...FINISHED, data: without(FINISHED.data, 'result') },
    GOOD,
    TAKEN,
    failed(400, 'result field is not set'),
  ],
  [
    'status.changed',
    { ...STARTED, type: 'sh.keptn.event.test.status.changed' },
    GOOD,
    TAKEN,
    failed(400, 'unknown event type action: changed'),
  ],
  [
    'task triggered',
    { ...STARTED, type: 'sh.keptn.event.test.triggered' },
    GOOD,
    TAKEN,
    failed(400, 'unknown event type action: triggered'),
  ],
  [
    'sequence triggered',
    { ...STARTED, type: 'sh.keptn.event.dev.delivery.triggered' },
    GOOD,
    TAKEN,
  ],
  ['log.error', { ...STARTED, type: 'sh.keptn.log.error' }, GOOD, TAKEN],
  [
    'a context that is no UUID',
    { ...STARTED, shkeptncontext: 'abc' },
    GOOD,
    [200, { keptnContext: '61626320-2020-4020-a020-202020202020' }],
  ],
  [
    '70 KB',
    { ...FINISHED, data: { ...FINISHED.data, message: 'x'.repeat(70_000) } },
    GOOD,
    TAKEN,
    unreadable('http: request body too large'),
  ],
  [
    '1.1 MB',
    { ...FINISHED, data: { ...FINISHED.data, message: 'x'.repeat(1.1e6) } },
    GOOD,
    failed(
      500,
      'could not publish message to NATS: nats: maximum payload exceeded',
    ),
    unreadable('http: request body too large'),
  ],
]

for (const validation of [false, true])
  t.test(`events, validation ${validation ? 'on' : 'off'}`, async (t) => {
    for (const [name, event, headers, off, on = off] of EVENTS) {
      const { api, send } = setUp({ validation })
      const body = typeof event === 'string' ? event : JSON.stringify(event)
      const want = validation ? on : off
      const got = await send('POST', '/api/v1/event', body, headers)
      t.strictSame(got, want, name)
      const published = api.engine.history().length > 0
      t.equal(published, Array.isArray(want) && want[0] === 200, name)
    }
  })

t.test('Keptn gives an event its own id and time', async (t) => {
  const { api, send } = setUp()
  await send('POST', '/api/v1/event', JSON.stringify(STARTED), GOOD)
  const { id, time, ...event } = api.engine.history()[0]?.event ?? {}
  t.match(id, /^[0-9a-f-]{36}$/)
  t.equal(time, '2026-01-01T00:00:00.000Z')
  t.strictSame(event, {
    specversion: '1.0',
    source: 'job-executor-service',
    type: 'sh.keptn.event.test.started',
    contenttype: 'application/json',
    shkeptncontext: CONTEXT,
    triggeredid: TRIGGERED,
    gitcommitid: '5217',
    data: { project: 'p', stage: 'dev', service: 'svc' },
  })
})

t.test(
  'at the gateway wrong tokens lock everybody out for a while',
  async (t) => {
    const { clock, send } = setUp()
    const url = '/api/controlPlane/v1/sequence/p'
    const codes = []
    for (const token of ['wrong', 'wrong', 'wrong', 'token'])
      codes.push(await send('GET', url, '', { 'x-token': token }))
    const denied = failed(401, 'unauthenticated or invalid credentials')
    const busy = failed(429, 'too many requests')
    t.strictSame(codes, [denied, denied, busy, busy])
    await clock.advance(1000)
    t.match(await send('GET', url, '', GOOD), [200])
  },
)

t.test('the control of a sequence answers 200 to anything', async (t) => {
  const { send } = setUp()
  for (const state of ['abort', 'nonsense'])
    t.strictSame(
      await send(
        'POST',
        '/api/controlPlane/v1/sequence/p/unknown/control',
        JSON.stringify({ state }),
        GOOD,
      ),
      [200, {}],
    )
})

t.test('open events are listed by pages, newest first', async (t) => {
  const { api, send } = setUp()
  const type = 'sh.keptn.event.test.triggered'
  for (const id of ['1', '2', '3'])
    api.engine.trigger({ id, type, data: { project: 'p' } })
  const url = `/api/controlPlane/v1/event/triggered/${type}?pageSize=2`
  t.match(await send('GET', url, '', GOOD), [
    200,
    { events: [{ id: '3' }, { id: '2' }], nextPageKey: '2', totalCount: 3 },
  ])
  t.match(await send('GET', `${url}&nextPageKey=2`, '', GOOD), [
    200,
    { events: [{ id: '1' }], nextPageKey: '0' },
  ])
})

t.test('an event past NATS is booked and not stored', async (t) => {
  const { api, send } = setUp()
  const { id, shkeptncontext } = api.engine.trigger({
    type: 'sh.keptn.event.test.triggered',
    data: STARTED.data,
  })
  const body = { ...STARTED, shkeptncontext, triggeredid: id }
  t.match(
    await send(
      'POST',
      '/api/controlPlane/v1/event',
      JSON.stringify({ ...body, shkeptncontext: CONTEXT }),
      GOOD,
    ),
    [200, ''],
  )
  t.match(api.engine.history().at(-1), { from: 'past-nats' })
  t.strictSame(api.engine.stored({ keptnContext: CONTEXT }), [])
})

t.test('faults', async (t) => {
  const { api, clock, send } = setUp()
  const event = JSON.stringify(STARTED)
  const post = () => send('POST', '/api/v1/event', event, GOOD)
  const cases: [string, Fault, unknown, number][] = [
    ['instead', { effect: false, answer: { status: 503 } }, 503, 0],
    ['after', { answer: { status: 503, body: 'no' } }, 503, 1],
    ['reset before', { effect: false, answer: 'reset' }, 'reset', 0],
    ['reset after', { answer: 'reset' }, 'reset', 1],
    ['for others', { path: '/other', answer: 'reset' }, 200, 1],
  ]
  for (const [name, fault, want, published] of cases) {
    const before = api.engine.history().length
    api.faults.add(fault)
    const got = await post()
    t.equal(got === 'reset' ? got : got[0], want, name)
    t.equal(api.engine.history().length - before, published, name)
    api.faults.clear()
  }
  api.faults.add({ times: 2, answerMs: 1000 })
  const slow = post()
  let done = false
  void slow.then(() => (done = true))
  await clock.advance(999)
  t.notOk(done)
  await clock.advance(1)
  t.ok(done)
})

t.test(
  'a burst of reads is answered at once, then five a second',
  async (t) => {
    const { api, clock, send } = setUp({ readsPerSecond: 5 })
    api.resources.set({ project: 'p' }, { a: '1' })
    let done = 0
    for (let i = 0; i < 15; i += 1)
      void send('GET', '/v1/project/p/resource/a', '').then(() => (done += 1))
    await clock.advance(0)
    t.equal(done, 10)
    await clock.advance(600)
    t.equal(done, 13)
    await clock.advance(400)
    t.equal(done, 15)
  },
)
