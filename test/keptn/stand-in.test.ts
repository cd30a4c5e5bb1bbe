import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import { keptnAuth } from '../../function/keptn/auth.ts'
import { keptnReporter } from '../../function/keptn/reporter.ts'
import { keptnResourceStore } from '../../function/keptn/resource-store.ts'
import type { KeptnEvent } from './event.ts'
import { startStandIn } from './stand-in.ts'
import type { StandInOptions } from './stand-in.ts'

const SERVICE = { project: 'p', stage: 'dev', service: 'svc' }
const { signal } = new AbortController()

const setUp = async (t: Test, options: StandInOptions = {}) => {
  const keptn = await startStandIn(options)
  t.teardown(() => keptn.close())
  const { endpoint } = keptn
  const auth = keptnAuth({ token: 'token' })
  const reporter = keptnReporter({ endpoint, auth, timeoutMs: 500 })
  const store = keptnResourceStore({ endpoint, auth })
  return { keptn, reporter, store }
}

/** A receiver of events that answers `status` and collects what came. */
const receiver = async (t: Test, statuses: number[] = []) => {
  const got: { type: string | undefined; event: KeptnEvent }[] = []
  const server = createServer((request, answer) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const type = request.headers['content-type']
      got.push({ type, event: JSON.parse(body) as KeptnEvent })
      answer.writeHead(statuses.shift() ?? 202).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const until = async (count: number) => {
    for (let i = 0; got.length < count && i < 250; i += 1)
      await new Promise((resolve) => setTimeout(resolve, 20))
    return got
  }
  return { url: `http://127.0.0.1:${port}/`, until }
}

const answer = (to: KeptnEvent, kind: string, data: object = {}) => ({
  specversion: '1.0',
  id: `${to.id}.${kind}`,
  source: 'executor',
  type: to.type.replace('triggered', kind),
  shkeptncontext: to.shkeptncontext,
  triggeredid: to.id,
  data: { ...SERVICE, ...data },
})
const PASS = { status: 'succeeded', result: 'pass' }

t.test('a sequence over HTTP, with the client of the function', async (t) => {
  const { keptn, reporter, store } = await setUp(t)
  const commit = keptn.resources.set(SERVICE, { 'job/config.yaml': 'a' })
  const { url, until } = await receiver(t)
  keptn.deliver({ url })
  const { context } = keptn.startSequence({
    ...SERVICE,
    tasks: ['deployment', 'test'],
    labels: { a: 'b' },
  })
  for (const count of [1, 2]) {
    const last = (await until(count)).at(-1)
    if (!last) throw new Error('nothing was delivered')
    t.equal(last.type, 'application/cloudevents+json')
    t.match(last.event, { triggeredid: '', gitcommitid: commit })
    const { event } = last
    const config = await store.get(SERVICE, 'job/config.yaml', commit)
    t.equal(config && Buffer.from(config).toString(), 'a')
    t.strictSame(await reporter.send(answer(event, 'started'), signal), {
      state: 'sent',
    })
    await reporter.send(answer(event, 'finished', PASS), signal)
    t.strictSame(keptn.counts(event.id), { started: 1, finished: 1 })
  }
  t.match(await keptn.ended(context, 5000), { state: 'finished' })
  t.match((await until(3)).at(-1)?.event, {
    type: 'sh.keptn.event.dev.delivery.finished',
    data: PASS,
  })
})

t.test('copies of an event, and attempts until a 2xx', async (t) => {
  const { keptn } = await setUp(t)
  const { url, until } = await receiver(t, [503, 503])
  keptn.deliver({ url, copies: 2, pauseMs: 1 })
  keptn.startSequence({ ...SERVICE, tasks: ['deployment'] })
  const got = await until(4)
  t.equal(new Set(got.map(({ event }) => event.id)).size, 1)
  t.equal(got.length, 4)
})

t.test('faults on the wire', async (t) => {
  const { keptn, reporter } = await setUp(t)
  const event = keptn.trigger({
    type: 'sh.keptn.event.test.triggered',
    data: SERVICE,
  })
  const cases: [Parameters<typeof keptn.faults.add>[0], string, number][] = [
    [{ effect: false, answer: 'reset' }, 'unknown', 0],
    [{ answer: 'reset' }, 'unknown', 1],
    [{ answerMs: 1000 }, 'unknown', 1],
    [{ effect: false, answer: { status: 429 } }, 'unsent', 0],
    [{ effect: false, answer: { status: 503 } }, 'unsent', 0],
    [{ answer: { status: 502, body: '<html>' } }, 'unknown', 1],
  ]
  for (const [fault, state, published] of cases) {
    const before = keptn.counts(event.id).started
    keptn.faults.add(fault)
    const sent = await reporter.send(answer(event, 'started'), signal)
    t.equal(sent.state, state, JSON.stringify(fault))
    t.equal(keptn.counts(event.id).started - before, published)
  }
})

t.test('OAuth: the token of the login opens the API', async (t) => {
  const client = { clientId: 'id', clientSecret: 'secret' }
  const { keptn } = await setUp(t, { oauth: client })
  const { endpoint, origin } = keptn
  const discoveryUrl = `${origin}/oauth/.well-known/openid-configuration`
  const event = keptn.trigger({
    type: 'sh.keptn.event.test.triggered',
    data: SERVICE,
  })
  const send = (clientSecret: string) => {
    const oauth = { ...client, clientSecret, scopes: [], discoveryUrl }
    const auth = keptnAuth({ oauth })
    const reporter = keptnReporter({ endpoint, auth })
    return reporter.send(answer(event, 'started'), signal)
  }
  t.match(await send('wrong'), { state: 'unsent', reason: /gave no token/ })
  t.match(await send('secret'), { state: 'sent' })
})

t.test('as a process, controlled over HTTP', async (t) => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {},
  })
  t.teardown(() => child.kill())
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const endpoint = line.toString().trim()
  const { url, until } = await receiver(t)
  const control = async (method: string, path: string, body?: unknown) => {
    const answered = await fetch(endpoint.replace('/api', `/_test/${path}`), {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return (await answered.json()) as Record<string, string>
  }
  const files = { 'job/config.yaml': 'a' }
  t.match(await control('PUT', 'resources', { scope: SERVICE, files }), {
    commit: /^[0-9a-f]{40}$/,
  })
  t.strictSame(await control('PUT', 'deliver', { url }), {})
  const tasks = ['deployment']
  const { context } = await control('POST', 'sequence', { ...SERVICE, tasks })
  const event = (await until(1))[0]?.event
  if (!event) throw new Error('nothing was delivered')
  t.equal(event.shkeptncontext, context)
  t.strictSame(await control('POST', 'fault', { answer: 'reset' }), {})
  const auth = keptnAuth({ token: 'token' })
  const reporter = keptnReporter({ endpoint, auth })
  const started = answer(event, 'started')
  t.match(await reporter.send(started, signal), { state: 'unknown' })
  t.equal(await reporter.arrived(started, signal), true)
  t.match(await control('GET', `counts/${event.id}`), {
    started: 1,
    finished: 0,
  })
  t.match(await control('GET', `sequences/${context}`), [{ state: 'started' }])
  const history = await control('GET', `history/${context}`)
  t.match(history, [{ from: 'keptn' }, { from: 'keptn' }, { from: 'api' }])
  t.match(await control('GET', 'deliveries'), [{ answers: [202] }])
  t.match(await control('GET', 'requests'), [{ method: 'POST' }])
  const { project } = SERVICE
  await control('POST', 'control', { project, context, state: 'abort' })
  t.match(await control('GET', `sequences/${context}`), [{ state: 'aborted' }])
  t.match(await control('DELETE', 'fault'), {})
  t.match(await control('GET', 'nonsense'), { error: /no such control/ })
  child.kill('SIGTERM')
  const [code] = (await once(child, 'exit')) as [number | null]
  t.equal(code, 0)
})
