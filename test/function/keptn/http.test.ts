import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { http, HttpError, TooLargeError } from '../../../function/keptn/http.ts'

const listen = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const serve = async (t: Test, listener: RequestListener) => {
  const server = createServer(listener)
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, url: await listen(server) }
}
const failure = async (answer: Promise<unknown>): Promise<HttpError> => {
  const error: unknown = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof HttpError)) throw error
  return error
}

t.test('any status is an answer', async (t) => {
  const { url } = await serve(t, (request, answer) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      answer.writeHead(503, { 'x-said': request.headers['x-say'] })
      answer.end(Buffer.concat(chunks))
    })
  })
  const answer = await http({
    method: 'POST',
    url: `${url}/a?b=c`,
    headers: { 'x-say': 'hi' },
    body: 'body',
    timeoutMs: 5000,
  })
  t.equal(answer.status, 503)
  t.equal(answer.headers['x-said'], 'hi')
  t.equal(answer.body.toString(), 'body')
})

t.test('nothing is written where nobody listens', async (t) => {
  const server = createTcpServer()
  const url = await listen(server)
  server.close()
  const error = await failure(
    http({ method: 'POST', url, body: 'x', timeoutMs: 5000 }),
  )
  t.equal(error.written, false)
  t.match(error.message, /POST http:.*ECONNREFUSED/)
})

t.test('nothing is written to a name that does not exist', async (t) => {
  const url = 'http://keptn.invalid/api'
  const error = await failure(http({ method: 'GET', url, timeoutMs: 5000 }))
  t.equal(error.written, false)
})

t.test('a time-out after the request: it may have been taken', async (t) => {
  const { url } = await serve(t, () => {})
  const error = await failure(http({ method: 'POST', url, timeoutMs: 50 }))
  t.equal(error.written, true)
  t.match(error.message, /no answer within 50 ms/)
})

t.test('a reset after the request: it may have been taken', async (t) => {
  const { url } = await serve(t, (request) => request.socket.resetAndDestroy())
  const error = await failure(http({ method: 'POST', url, timeoutMs: 5000 }))
  t.equal(error.written, true)
  t.equal(error.status, undefined)
})

t.test('an answer that breaks off tells its status', async (t) => {
  const { url } = await serve(t, (request, answer) => {
    answer.writeHead(200, { 'content-length': '10' })
    answer.write('12345', () => request.socket.destroy())
  })
  const error = await failure(http({ method: 'POST', url, timeoutMs: 5000 }))
  t.equal(error.status, 200)
})

t.test('an answer that is too large is not read', async (t) => {
  const { url } = await serve(t, (_, answer) => answer.end('x'.repeat(11)))
  const get = (maxBytes: number) =>
    http({ method: 'GET', url, timeoutMs: 5000, maxBytes })
  t.equal((await get(11)).body.length, 11)
  const error = await failure(get(10))
  t.match(error.message, /larger than 10 bytes/)
  t.type(error, TooLargeError)
})

t.test('a signal ends it with its reason', async (t) => {
  const { url } = await serve(t, () => {})
  const reason = new Error('enough')
  const stop = new AbortController()
  const { signal } = stop
  const answer = http({ method: 'GET', url, timeoutMs: 5000, signal })
  setTimeout(() => stop.abort(reason), 20)
  await t.rejects(answer, reason)
  await t.rejects(
    http({ method: 'GET', url, timeoutMs: 5000, signal }),
    reason,
    'also before it starts',
  )
})

t.test('GETs share a connection, a POST has its own', async (t) => {
  const ports: (number | undefined)[] = []
  const { url } = await serve(t, (request, answer) => {
    ports.push(request.socket.remotePort)
    answer.end()
  })
  for (const method of ['GET', 'GET', 'POST', 'GET'] as const)
    await http({ method, url, timeoutMs: 5000 })
  const [first, second, post, fourth] = ports
  t.equal(second, first)
  t.not(post, first)
  t.equal(fourth, first)
})

t.test('a GET on a connection that was closed is repeated', async (t) => {
  let requests = 0
  const { url } = await serve(t, (request, answer) => {
    requests += 1
    if (requests === 2) request.socket.resetAndDestroy()
    else answer.end('ok')
  })
  const get = () => http({ method: 'GET', url, timeoutMs: 5000 })
  await get()
  t.equal((await get()).body.toString(), 'ok')
  t.equal(requests, 3)
})

/** What can never be sent: URL, headers, reason. */
const IMPOSSIBLE: [string, Record<string, string>, RegExp][] = [
  ['file:///etc/hostname', {}, /file: is not supported/],
  ['no url', {}, /Invalid URL/],
  ['http://127.0.0.1:1', { 'x-token': 'a\nb' }, /Invalid character/],
]
for (const [url, headers, reason] of IMPOSSIBLE)
  t.test(`never sent: ${url}`, async (t) => {
    const sent = http({ method: 'POST', url, headers, timeoutMs: 5000 })
    const error = await failure(sent)
    t.equal(error.written, false)
    t.match(error.message, reason)
  })

t.test('an error tells no password and no query', async (t) => {
  const url = 'http://user:secret@127.0.0.1:1/path?key=secret'
  const error = await failure(http({ method: 'GET', url, timeoutMs: 5000 }))
  t.match(error.message, 'GET http://127.0.0.1:1/path')
  t.notMatch(error.message, 'secret')
})
