import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { ClusterError } from '../../../function/cluster/cluster.ts'
import type {
  ClusterErrorCode,
  JsonPatch,
} from '../../../function/cluster/cluster.ts'
import { KubernetesCluster } from '../../../function/cluster/kubernetes.ts'
import type { KubernetesOptions } from '../../../function/cluster/kubernetes.ts'

type Answer = (request: Received, response: ServerResponse) => void

interface Received {
  method: string
  path: string
  query: Record<string, string>
  headers: IncomingMessage['headers']
  body: string
  socket: IncomingMessage['socket']
}

/** A server that answers with `answer`, the cluster on it, what it received. */
const served = async (
  t: Test,
  answer: Answer,
  options: KubernetesOptions & { tokenAfterMs?: number } = {},
) => {
  const received: Received[] = []
  const server = createServer((request, response) => {
    void read(request).then((got) => {
      received.push(got)
      answer(got, response)
    })
  })
  const address = await listen(server)
  const tokens = ['old', 'new']
  const connection = {
    server: address,
    tls: {},
    authorization: async (fresh?: boolean) => {
      if (fresh) {
        await pause(options.tokenAfterMs)
        tokens.shift()
      }
      return `Bearer ${tokens[0]}`
    },
    namespace: undefined,
  }
  const cluster = new KubernetesCluster(connection, options)
  t.teardown(() => {
    cluster.close()
    server.closeAllConnections()
    server.close()
  })
  return { cluster, received, server }
}

const listen = (server: Server): Promise<string> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      resolve(`http://127.0.0.1:${port}`)
    }),
  )

const read = async (request: IncomingMessage): Promise<Received> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const url = new URL(request.url ?? '', 'http://x')
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body: Buffer.concat(chunks).toString(),
    socket: request.socket,
  }
}

const json =
  (status: number, body: unknown): Answer =>
  (_, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify(body))

const failure = (code: number, reason: string, message = 'no'): Answer =>
  json(code, { kind: 'Status', status: 'Failure', code, reason, message })

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'none',
    (error: unknown) =>
      error instanceof ClusterError ? error.code : String(error),
  )

const JOB = { metadata: { name: 'a', namespace: 'ns' } }
const PATCH_FAILED =
  'the server rejected our request due to an error in our request'

const CODES: [string, Answer, ClusterErrorCode][] = [
  ['400', failure(400, 'BadRequest'), 'Invalid'],
  ['401', failure(401, 'Unauthorized'), 'Unavailable'],
  ['403', failure(403, 'Forbidden'), 'Forbidden'],
  [
    '403 of a quota',
    failure(403, 'Forbidden', 'jobs "a" is forbidden: exceeded quota: q'),
    'QuotaExceeded',
  ],
  [
    '403 of a quota that is not counted yet',
    failure(403, 'Forbidden', 'is forbidden: status unknown for quota: q'),
    'QuotaExceeded',
  ],
  ['404', failure(404, 'NotFound'), 'NotFound'],
  ['409 of a name', failure(409, 'AlreadyExists'), 'AlreadyExists'],
  ['410', failure(410, 'Expired'), 'Gone'],
  ['413', failure(413, 'RequestEntityTooLarge'), 'Invalid'],
  ['422', failure(422, 'Invalid'), 'Invalid'],
  ['422 without a test', failure(422, 'Invalid', PATCH_FAILED), 'Invalid'],
  ['429', failure(429, 'TooManyRequests'), 'Unavailable'],
  ['500', failure(500, 'InternalError'), 'Unavailable'],
  ['503 that is no JSON', (_, r) => r.writeHead(503).end('x'), 'Unavailable'],
  ['504', failure(504, 'Timeout'), 'Unavailable'],
  ['302', (_, r) => r.writeHead(302).end(), 'Unavailable'],
  ['200 that is no JSON', (_, r) => r.end('<html>'), 'Unavailable'],
  ['a cut answer', (_, r) => cut(r), 'Unavailable'],
  ['no answer at all', (_, r) => r.destroy(), 'Unavailable'],
]

const cut = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-length': 100 })
  response.write('{')
  setTimeout(() => response.destroy(), 20)
}

for (const [name, answer, code] of CODES)
  void t.test(`an answer as a code: ${name}`, async (t) => {
    const { cluster } = await served(t, answer)
    t.equal(await codeOf(cluster.create('Job', JOB)), code)
  })

void t.test(
  'a create that meets the quota controller is no name',
  async (t) => {
    const { cluster } = await served(t, failure(409, 'Conflict'))
    t.equal(await codeOf(cluster.create('Job', JOB)), 'Conflict')
  },
)

void t.test('a failed patch with a test is a Conflict', async (t) => {
  const { cluster } = await served(t, failure(422, 'Invalid', PATCH_FAILED))
  const patch: JsonPatch = [{ op: 'test', path: '/a', value: 1 }]
  t.equal(await codeOf(cluster.patch('Job', 'ns', 'a', patch)), 'Conflict')
})

void t.test('an invalid object is Invalid, also with a test', async (t) => {
  const { cluster } = await served(
    t,
    failure(422, 'Invalid', 'Job.batch "a" is invalid: spec.template: no'),
  )
  const patch: JsonPatch = [{ op: 'test', path: '/a', value: 1 }]
  t.equal(await codeOf(cluster.patch('Job', 'ns', 'a', patch)), 'Invalid')
})

void t.test('no server is Unavailable, with the cause', async (t) => {
  const { cluster, server } = await served(t, json(200, {}))
  await new Promise((resolve) => server.close(resolve))
  await t.rejects(cluster.get('Job', 'ns', 'a'), {
    code: 'Unavailable',
    message: /ECONNREFUSED/,
  })
})

void t.test('no answer in time is Unavailable', async (t) => {
  const { cluster } = await served(t, () => undefined, { timeoutMs: 50 })
  await t.rejects(cluster.get('Job', 'ns', 'a'), {
    code: 'Unavailable',
    message: 'no answer from the API server within 50 ms',
  })
})

void t.test('half an answer in time is Unavailable', async (t) => {
  const { cluster } = await served(t, (_, r) => void r.write('{'), {
    timeoutMs: 50,
  })
  await t.rejects(cluster.get('Job', 'ns', 'a'), {
    code: 'Unavailable',
    message: 'no answer from the API server within 50 ms',
  })
})

void t.test('a refused token is read again, once', async (t) => {
  const { cluster, received } = await served(t, (request, response) =>
    request.headers.authorization === 'Bearer new'
      ? json(200, JOB)(request, response)
      : failure(401, 'Unauthorized')(request, response),
  )
  t.same(await cluster.get('Job', 'ns', 'a'), JOB)
  t.equal(received.length, 2)
})

void t.test('a token that comes too late is sent no more', async (t) => {
  const answer = failure(401, 'Unauthorized')
  const { cluster, received } = await served(t, answer, {
    timeoutMs: 100,
    tokenAfterMs: 150,
  })
  await t.rejects(cluster.create('Job', JOB), {
    code: 'Unavailable',
    message: 'no answer from the API server within 100 ms',
  })
  t.equal(received.length, 1)
})

void t.test(
  'a read on a connection that just closed is repeated',
  async (t) => {
    const used = new WeakSet<object>()
    const { cluster, received } = await served(t, (request, response) => {
      if (used.has(request.socket)) return void request.socket.destroy()
      used.add(request.socket)
      json(200, JOB)(request, response)
    })
    await cluster.get('Job', 'ns', 'a')
    t.same(await cluster.get('Job', 'ns', 'a'), JOB)
    t.equal(received.length, 3)
    t.equal(
      await codeOf(cluster.create('Job', JOB)),
      'Unavailable',
      'a write not',
    )
  },
)

void t.test('an object goes out as it is', async (t) => {
  const { cluster, received } = await served(t, json(201, JOB))
  const object = {
    ...JOB,
    status: { startTime: '2026-01-01T00:00:00Z' },
    unknownField: 'kept: ü',
  }
  await cluster.create('Job', object, { dryRun: true })
  const [sent] = received
  t.match(sent, {
    method: 'POST',
    path: '/apis/batch/v1/namespaces/ns/jobs',
    query: { dryRun: 'All' },
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer old',
      'user-agent': 'job-executor-function',
    },
  })
  t.same(JSON.parse(sent?.body ?? ''), {
    ...object,
    apiVersion: 'batch/v1',
    kind: 'Job',
  })
})

void t.test('a patch goes out as JSON Patch', async (t) => {
  const { cluster, received } = await served(t, json(200, JOB))
  const patch: JsonPatch = [
    { op: 'add', path: '/a', value: '2026-01-01T00:00:00Z' },
  ]
  await cluster.patch('ConfigMap', 'ns', 'a', patch)
  t.match(received, [
    {
      method: 'PATCH',
      path: '/api/v1/namespaces/ns/configmaps/a',
      headers: { 'content-type': 'application/json-patch+json' },
      body: JSON.stringify(patch),
    },
  ])
})

void t.test('a delete names its policy and preconditions', async (t) => {
  const { cluster, received } = await served(t, json(200, {}))
  await cluster.delete('Pod', 'ns', 'a')
  await cluster.delete('Pod', 'ns', 'a', {
    uid: 'u',
    resourceVersion: '7',
    propagationPolicy: 'Orphan',
  })
  t.same(
    received.map(({ body }) => JSON.parse(body) as unknown),
    [
      {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        preconditions: {},
      },
      {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Orphan',
        preconditions: { uid: 'u', resourceVersion: '7' },
      },
    ],
  )
})

void t.test('a list is read page by page', async (t) => {
  const page = (name: string, next: string) => ({
    metadata: { resourceVersion: '7', continue: next },
    items: [{ metadata: { name } }],
  })
  const { cluster, received } = await served(t, (request, response) =>
    json(200, request.query['continue'] ? page('b', '') : page('a', 'token'))(
      request,
      response,
    ),
  )
  const selection = { labelSelector: 'a in (b,c)', fieldSelector: 'd!=e' }
  t.same(await cluster.list('Pod', 'ns', selection), {
    resourceVersion: '7',
    items: [
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } },
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'b' } },
    ],
  })
  t.same(
    received.map(({ query }) => query),
    [
      { ...selection, limit: '500' },
      { ...selection, limit: '500', continue: 'token' },
    ],
  )
})

void t.test('a list whose pages became too old is begun again', async (t) => {
  const answers = [
    json(200, { metadata: { continue: 'x' }, items: [JOB] }),
    failure(410, 'Expired'),
    json(200, { metadata: { resourceVersion: '9' }, items: [JOB] }),
  ]
  const { cluster } = await served(t, (request, response) =>
    answers.shift()?.(request, response),
  )
  const { items, resourceVersion } = await cluster.list('Job', 'ns')
  t.equal(items.length, 1)
  t.equal(resourceVersion, '9')
})

void t.test('without a namespace it is every namespace', async (t) => {
  const { cluster, received } = await served(t, json(200, { items: null }))
  const selection = { labelSelector: 'a=b', fieldSelector: 'c=d' }
  t.same((await cluster.list('Job', '', selection)).items, [])
  t.match(received, [
    { path: '/apis/batch/v1/jobs', query: { ...selection, limit: '500' } },
  ])
})

const gather = async <T>(iterable: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const one of iterable) all.push(one)
  return all
}

const watched = async (t: Test, answer: Answer) => {
  const { cluster, received } = await served(t, answer)
  const { signal } = new AbortController()
  const watch = cluster.watch('Job', 'ns', {
    resourceVersion: '7',
    labelSelector: 'a=b',
    signal,
  })
  const events = await gather(watch).catch((error: unknown) => error)
  return { events, received }
}

void t.test('a watch reads events as they come, and returns', async (t) => {
  const event = (type: string, object: unknown) =>
    Buffer.from(`${JSON.stringify({ type, object })}\n`)
  const umlaut = event('ADDED', { metadata: { name: 'ü' } })
  const half = umlaut.indexOf(0xc3) + 1
  const { events, received } = await watched(t, (_, response) => {
    response.write(umlaut.subarray(0, half))
    setTimeout(() => {
      response.write(umlaut.subarray(half))
      response.end(event('BOOKMARK', { metadata: { resourceVersion: '9' } }))
    }, 20)
  })
  t.same(events, [
    { type: 'ADDED', object: { metadata: { name: 'ü' } } },
    { type: 'BOOKMARK', resourceVersion: '9' },
  ])
  t.match(received, [
    {
      path: '/apis/batch/v1/namespaces/ns/jobs',
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: '7',
        labelSelector: 'a=b',
      },
    },
  ])
})

void t.test('how a watch fails', async (t) => {
  const error = { type: 'ERROR', object: { code: 410, message: 'too old' } }
  for (const [name, answer, code] of [
    ['too old, in the stream', json(200, error), 'Gone'],
    ['too old, at once', failure(410, 'Expired'), 'Gone'],
    ['forbidden', failure(403, 'Forbidden'), 'Forbidden'],
    ['broken off', (_, response) => cut(response), 'Unavailable'],
    ['not JSON', (_, response) => response.end('x\n'), 'Unavailable'],
  ] as [string, Answer, ClusterErrorCode][]) {
    const { events } = await watched(t, answer)
    t.match(events, { code }, name)
  }
})

void t.test('of a log the newest bytes are read', async (t) => {
  const { cluster, received } = await served(t, (_, response) => {
    response.write('x'.repeat(1000))
    response.end('ääää')
  })
  const options = { container: 'main', limitBytes: 7 }
  t.equal(await cluster.log('ns', 'pod', options), 'äää')
  t.match(received, [
    {
      path: '/api/v1/namespaces/ns/pods/pod/log',
      query: { container: 'main', tailLines: '1' },
    },
  ])
})

const lastLines =
  (log: string): Answer =>
  ({ query }, response) => {
    const lines = log.split(/(?<=\n)/)
    response.end(lines.slice(-Number(query['tailLines'])).join(''))
  }

void t.test('more lines are asked for when they are short', async (t) => {
  const log = 'a\n'.repeat(700) + 'b'
  for (const [limitBytes, asked] of [
    [1000, ['16', '128', '1000']],
    [100, ['2', '16', '100']],
    [20, ['1', '8', '20']],
  ] as const) {
    const { cluster, received } = await served(t, lastLines(log))
    t.equal(
      await cluster.log('ns', 'pod', { container: 'main', limitBytes }),
      log.slice(-limitBytes),
    )
    t.same(
      received.map(({ query }) => query['tailLines']),
      asked,
    )
  }
})

void t.test('a whole log is asked for once', async (t) => {
  for (const log of ['', 'a line\n', 'one\ntwo\nthree']) {
    const { cluster, received } = await served(t, lastLines(log))
    const options = { container: 'main', limitBytes: 1000 }
    t.equal(await cluster.log('ns', 'pod', options), log)
    t.equal(received.length, 1)
  }
})

void t.test('a container that did not start has no log', async (t) => {
  const { cluster } = await served(
    t,
    failure(
      400,
      'BadRequest',
      'container "main" in pod "a" is waiting to start: ContainerCreating',
    ),
  )
  t.equal(
    await cluster.log('ns', 'a', { container: 'main', limitBytes: 9 }),
    '',
  )
})

void t.test('the time is that of the API server', async (t) => {
  const { cluster } = await served(t, (_, response) => {
    response.setHeader('date', 'Thu, 01 Jan 2026 00:00:00 GMT')
    response.end('{}')
  })
  t.ok(Math.abs(cluster.time() - Date.now()) < 1000, 'local, before an answer')
  await cluster.get('Job', 'ns', 'a')
  const since = cluster.time() - Date.UTC(2026, 0, 1)
  t.ok(since >= 0 && since < 5000, 'after it')
})
