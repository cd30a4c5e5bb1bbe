import type { InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import type { JobEvent } from '../../config/event.ts'
import { buildApp } from '../../function/app.ts'
import { ClusterError } from '../../function/cluster/cluster.ts'
import { lostEvent } from '../../function/dead-letter.ts'
import type { JobExecutor } from '../../function/job-executor.ts'
import { ANNOTATION, LABEL } from '../../function/labels.ts'
import { noLog } from '../../function/log.ts'
import type { Ring } from '../../function/rings.ts'
import { StoreError } from '../../function/resource-store.ts'
import { makeWorld, type World } from '../world.ts'
import { RUN } from './given.ts'

const LIMIT = 1000

const TRIGGERED = {
  specversion: '1.0',
  id: 'id-1',
  source: 'shipyard-controller',
  type: 'sh.keptn.event.test.triggered',
  data: { project: 'sockshop' },
}

type Event = Record<string, unknown> & { data?: unknown }

const binary = ({ data, ...attributes }: Event): InjectOptions => ({
  headers: {
    'content-type': 'application/json',
    ...Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [
        `ce-${name}`,
        Buffer.from(String(value)).toString('latin1'),
      ]),
    ),
  },
  payload: JSON.stringify(data),
})

const structured = (event: Event): InjectOptions => ({
  headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' },
  payload: JSON.stringify(event),
})

/** The HTTP side alone: what reaches the function, and what it answers. */
const alone = (t: Test, failure?: Error) => {
  const events: JobEvent[] = []
  const rings: Ring[] = []
  const lost: JobEvent[] = []
  const take = async <T>(seen: T[], one: T): Promise<void> => {
    seen.push(one)
    if (failure !== undefined) throw failure
  }
  const executor: JobExecutor = {
    event: (event) => take(events, event),
    ring: (ring) => take(rings, ring),
    idle: async () => {},
  }
  const app = buildApp({
    executor,
    lost: (event) => take(lost, event),
    log: noLog,
    bodyLimit: LIMIT,
  })
  t.teardown(() => app.close())
  const post = async (url: string, request: InjectOptions) => {
    const { statusCode, body, headers } = await app.inject({
      method: 'POST',
      url,
      ...request,
    })
    return { status: statusCode, body, headers }
  }
  return { app, post, events, rings, lost }
}

for (const url of ['/', '/events'])
  for (const [mode, request] of [
    ['binary', binary(TRIGGERED)],
    ['structured', structured(TRIGGERED)],
  ] as const)
    t.test(`POST ${url}, ${mode}: 202 without a body`, async (t) => {
      const { post, events } = alone(t)
      const { status, body, headers } = await post(url, request)
      t.equal(status, 202)
      t.equal(body, '')
      t.equal(headers['content-length'], '0')
      t.strictSame(events, [TRIGGERED])
    })

t.test("what func's invoke sends by default gets a 202", async (t) => {
  const { post } = alone(t)
  const { status, body } = await post(
    '/',
    binary({
      ...TRIGGERED,
      type: 'boson.fn',
      source: '/boson/fn',
      data: { message: 'Hello World' },
    }),
  )
  t.equal(status, 202)
  t.equal(body, '')
})

t.test('UTF-8 in headers, empty extensions', async (t) => {
  const { post, events } = alone(t)
  await post(
    '/',
    binary({ ...TRIGGERED, subject: 'Büro 日本', triggeredid: '' }),
  )
  t.strictSame(events, [{ ...TRIGGERED, subject: 'Büro 日本' }])
})

const json = (payload: string): InjectOptions => ({
  headers: { ...binary(TRIGGERED).headers },
  payload,
})
const ofType = (type: string | undefined, payload = '{}'): InjectOptions => {
  const { 'content-type': _json, ...headers } = binary(TRIGGERED)
    .headers as Record<string, string>
  return {
    headers: {
      ...headers,
      ...(type !== undefined && { 'content-type': type }),
    },
    payload,
  }
}

const REFUSED: [
  name: string,
  request: InjectOptions,
  status: number,
  reason: RegExp,
][] = [
  [
    'no event',
    { headers: { 'content-type': 'application/json' }, payload: '{}' },
    400,
    /specversion is missing/,
  ],
  ['no body, no headers', {}, 400, /body is not JSON/],
  [
    'no body, binary',
    { headers: binary(TRIGGERED).headers ?? {} },
    400,
    /data is not JSON/,
  ],
  ['no id', binary({ ...TRIGGERED, id: '' }), 400, /id is missing/],
  [
    'no source',
    structured({ ...TRIGGERED, source: undefined }),
    400,
    /source is missing/,
  ],
  ['no type', structured({ ...TRIGGERED, type: '' }), 400, /type is missing/],
  [
    'data that is no object',
    binary({ ...TRIGGERED, data: [1] }),
    400,
    /not a JSON object/,
  ],
  ['data that is no JSON', json('{'), 400, /not JSON/],
  [
    'a time that is none',
    binary({ ...TRIGGERED, time: 'now' }),
    400,
    /RFC 3339/,
  ],
  [
    'a batch',
    {
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      payload: '[]',
    },
    415,
    /send one each/,
  ],
  ['a media type that is not JSON', ofType('text/plain'), 415, /text\/plain/],
  ['an image', ofType('image/png'), 415, /image\/png/],
  ['a media type that is none', ofType('nonsense'), 415, /./],
  [
    'a body above the limit',
    json(`"${'x'.repeat(LIMIT)}"`),
    413,
    /larger than 1000 bytes/,
  ],
]

for (const [name, request, status, reason] of REFUSED)
  t.test(`${name}: ${status} and why`, async (t) => {
    const { post, events } = alone(t)
    const answer = await post('/', request)
    t.equal(answer.status, status)
    t.match(answer.body, reason)
    t.ok(answer.body.length < 200, 'shortly')
    t.strictSame(events, [])
  })

t.test('a body of exactly the limit is read', async (t) => {
  const { post } = alone(t)
  const payload = `{"a":"${'x'.repeat(LIMIT - 8)}"}`
  t.equal(Buffer.byteLength(payload), LIMIT)
  t.equal((await post('/', json(payload))).status, 202)
})

t.test('no media type is JSON', async (t) => {
  const { post } = alone(t)
  t.equal((await post('/', ofType(undefined))).status, 202)
})

const FAILURES: [name: string, failure: Error, status: number][] = [
  ['the API server is away', new ClusterError('Unavailable', 'x'), 503],
  ['Keptn is away', new StoreError('x', true), 503],
  ['a defect', new Error('x'), 500],
]
for (const [name, failure, status] of FAILURES)
  for (const url of ['/', '/events', '/callbacks/job', '/dead-letter'])
    t.test(`${name}: ${url} answers ${status}`, async (t) => {
      const { post } = alone(t, failure)
      const answer = await post(url, binary(TRIGGERED))
      t.equal(answer.status, status)
      t.notMatch(answer.body, 'x')
    })

const job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  namespace: 'jobs',
  name: `a-${RUN}-1-1`,
}
const callback = (type: string, data: object): InjectOptions =>
  binary({ ...TRIGGERED, source: 'https://10.0.0.1:443', type, data })

const CALLBACKS: [name: string, request: InjectOptions, ring: Ring][] = [
  [
    'the job watch',
    callback('job-executor.run.changed', { run: RUN, reason: 'x' }),
    { run: RUN },
  ],
  [
    'the heartbeat',
    callback('job-executor.run.changed', { all: true }),
    { all: true },
  ],
  [
    'ApiServerSource, reference',
    callback('dev.knative.apiserver.ref.update', job),
    { run: RUN },
  ],
  [
    'ApiServerSource, resource',
    callback('dev.knative.apiserver.resource.update', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: `run-${RUN}`, namespace: 'jobs', managedFields: [] },
      status: {},
    }),
    { run: RUN },
  ],
  [
    'PingSource',
    callback('dev.knative.sources.ping', { message: 'sweep' }),
    { all: true },
  ],
  [
    'structured',
    structured({ ...TRIGGERED, data: { run: RUN } }),
    { run: RUN },
  ],
]
for (const [name, request, ring] of CALLBACKS)
  t.test(`callback of ${name}`, async (t) => {
    const { post, rings, events } = alone(t)
    const { status, body } = await post('/callbacks/job', request)
    t.equal(status, 202)
    t.equal(body, '')
    t.strictSame(rings, [ring])
    t.strictSame(events, [], 'it is no event')
  })

t.test('the dead letter', async (t) => {
  const { post, lost, events } = alone(t)
  const event = { ...TRIGGERED, knativeerrorcode: '503' }
  t.equal((await post('/dead-letter', binary(event))).status, 202)
  t.strictSame(lost, [{ ...event, data: {} }])
  t.strictSame(events, [])
})

const UNREADABLE: [name: string, type: string | undefined, body: string][] = [
  ['text', 'text/plain', 'hello'],
  ['a list', 'application/json', '[1]'],
  ['broken JSON', 'application/json', '{'],
  ['nothing', undefined, ''],
]
for (const [name, type, body] of UNREADABLE)
  t.test(`the dead letter of an event whose data is ${name}`, async (t) => {
    const { post, lost } = alone(t)
    const { headers } = binary(TRIGGERED)
    const { 'content-type': _json, ...rest } = headers as Record<string, string>
    const typed = type === undefined ? rest : { ...rest, 'content-type': type }
    const answer = await post('/dead-letter', { headers: typed, body })
    t.equal(answer.status, 202)
    t.match(lost, [{ id: TRIGGERED.id, type: TRIGGERED.type }])
  })

t.test('the dead letter of an event that is too large is told', async (t) => {
  const { post, lost } = alone(t)
  const { headers } = binary(TRIGGERED)
  const body = `"${'x'.repeat(LIMIT)}"`
  t.equal((await post('/dead-letter', { headers: headers!, body })).status, 413)
  t.match(lost, [{ id: TRIGGERED.id, type: TRIGGERED.type }])
})

t.test('a structured dead letter whose data is a list', async (t) => {
  const { post, lost } = alone(t)
  const body = JSON.stringify({ ...TRIGGERED, data: [1] })
  const headers = { 'content-type': 'application/cloudevents+json' }
  t.equal((await post('/dead-letter', { headers, body })).status, 202)
  t.match(lost, [{ id: TRIGGERED.id }])
})

t.test('a dead letter that is no CloudEvent', async (t) => {
  const { post, lost } = alone(t)
  const request = { headers: { 'ce-type': 'a.b' }, body: '{}' }
  t.equal((await post('/dead-letter', request)).status, 400)
  t.strictSame(lost, [])
})

for (const [url, body] of [
  ['/health/liveness', 'alive'],
  ['/health/readiness', 'ready'],
] as const)
  t.test(`GET ${url}`, async (t) => {
    const { app } = alone(t)
    t.match(await app.inject(url), { statusCode: 200, body })
  })

/** The whole function behind the HTTP side. */
const whole = (t: Test, config?: string, env: Record<string, string> = {}) => {
  const world: World = makeWorld({
    ...(config !== undefined && { config }),
    env,
  })
  const { executor } = world
  const app = buildApp({
    executor,
    lost: (event) =>
      lostEvent(
        {
          cluster: world.cluster,
          settings: world.settings,
          log: noLog,
          replica: 'me',
        } as unknown as Parameters<typeof lostEvent>[0],
        event,
      ),
    log: noLog,
    bodyLimit: 1_000_000,
  })
  t.teardown(() => app.close())
  const post = async (event: object, url = '/') => {
    let answer: { statusCode: number; body: string } | undefined
    void app
      .inject({ method: 'POST', url, ...binary(event as Event) })
      .then((got) => (answer = got))
    await world.clock.run(() => answer !== undefined, 120_000)
    return answer!
  }
  return { world, post }
}

const config = (image = 'busybox', more = '') => `apiVersion: v2
actions:
- name: Deploy
  events: [{name: sh.keptn.event.deployment.triggered}]
  tasks:
  - {name: one, image: ${image}, cmd: [run]${more}}
`

const accepted = (t: Test, answer: { statusCode: number; body: string }) => {
  t.equal(answer.statusCode, 202)
  t.equal(answer.body, '')
}

t.test('committed, known, settled', async (t) => {
  const { world, post } = whole(t, config())
  const event = world.trigger()
  accepted(t, await post(event))
  t.equal(world.jobs('head').length, 1)
  t.equal(world.jobs('watch').length, 1, 'the job watch was poked')
  accepted(t, await post(event))
  await world.settle()
  accepted(t, await post(event))
  t.equal(world.jobs('head').length, 1)
  t.equal(world.jobs('watch').length, 0, 'nothing to watch')
})

t.test('nothing matches, no config, not ours', async (t) => {
  const { world, post } = whole(t, config())
  accepted(t, await post(world.trigger('test')))
  accepted(t, await post({ ...TRIGGERED, type: 'com.example', data: {} }))
  const none = whole(t)
  accepted(t, await none.post(none.world.trigger()))
  t.strictSame(world.cluster.objects('Job'), [])
  t.strictSame(none.world.cluster.objects('Job'), [])
})

const MISTAKES: [name: string, config: string, env?: Record<string, string>][] =
  [
    ['the config', 'apiVersion: v2\nactions: 3\n'],
    [
      'an env path',
      config('busybox', ', env: [{name: A, value: $.no, valueFrom: event}]'),
    ],
    [
      'an image that is not allowed',
      config('evil/x'),
      { ALLOWED_IMAGE_LIST: 'good/*' },
    ],
    ['a namespace that is not allowed', config('busybox', ', namespace: far')],
    [
      'a Job that the API server refuses',
      config(
        'busybox',
        ', resources: {limits: {cpu: "1"}, requests: {cpu: "2"}}',
      ),
    ],
  ]
for (const [name, config, env] of MISTAKES)
  t.test(`the team's mistake: ${name}: a run with a verdict`, async (t) => {
    const { world, post } = whole(t, config, env)
    const event = world.trigger()
    accepted(t, await post(event))
    await world.settle()
    t.match(world.reports(event).at(-1)?.data, {
      status: 'errored',
      result: 'fail',
    })
    t.strictSame(world.runs, [])
  })

const again = async (
  t: Test,
  { world, post }: ReturnType<typeof whole>,
  event: object,
  heal: () => void,
): Promise<void> => {
  t.equal((await post(event)).statusCode, 503)
  heal()
  accepted(t, await post(event))
  await world.settle()
  t.strictSame(world.kinds(event as JobEvent), ['started', 'finished'])
}

for (const [port, failure] of [
  ['cluster', new ClusterError('Unavailable', 'x')],
  ['store', new StoreError('x', true)],
] as const)
  t.test(`${port} is away: 503, and taken when it is back`, async (t) => {
    const it = whole(t, config())
    it.world.fault = async (call) => {
      if (call.port === port) throw failure
    }
    await again(t, it, it.world.trigger(), () => (it.world.fault = undefined))
  })

for (const role of ['head', 'watch'])
  t.test(`quota for the ${role} is exceeded: 503`, async (t) => {
    const it = whole(t, config())
    it.world.cluster.admit = (kind, object) => {
      if (kind === 'Job' && object.metadata?.labels?.[LABEL.role] === role)
        throw new ClusterError('QuotaExceeded', 'exceeded quota')
    }
    const heal = () => (it.world.cluster.admit = undefined)
    await again(t, it, it.world.trigger(), heal)
  })

t.test('a head of a newer version: 503, and it is left alone', async (t) => {
  const { world, post } = whole(t, config())
  const event = world.trigger()
  await post(event)
  const { name } = world.jobs('head')[0]!.metadata!
  await world.cluster.patch('Job', 'jobs', name!, [
    {
      op: 'replace',
      path: `/metadata/annotations/${ANNOTATION.format.replace('/', '~1')}`,
      value: '2',
    },
  ])
  const before = world.jobs('head')
  t.equal((await post(event)).statusCode, 503)
  const ring = { ...TRIGGERED, data: { run: name!.slice(4) } }
  t.equal((await post(ring, '/callbacks/job')).statusCode, 503)
  t.strictSame(world.jobs('head'), before)
})

t.test('a callback about nothing, and one that fails', async (t) => {
  const { world, post } = whole(t, config())
  const ring = { ...TRIGGERED, data: { run: RUN } }
  accepted(t, await post(ring, '/callbacks/job'))
  accepted(t, await post({ ...ring, data: {} }, '/callbacks/job'))
  world.fault = async ({ port }) => {
    if (port === 'cluster') throw new ClusterError('Unavailable', 'x')
  }
  t.equal((await post(ring, '/callbacks/job')).statusCode, 503)
  t.equal((await post({ ...ring, data: {} }, '/callbacks/job')).statusCode, 503)
})

t.test('a lost event becomes a Kubernetes Event', async (t) => {
  const { world, post } = whole(t)
  accepted(
    t,
    await post({ ...TRIGGERED, knativeerrorcode: '503' }, '/dead-letter'),
  )
  t.match(world.cluster.objects('Event'), [{ reason: 'EventLost' }])
})
