import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request as httpRequest,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JsonPatch } from '../../function/cluster/cluster.ts'
import { post, startServer } from './process.ts'
import { bundle, NODE, type Place, servingKeys, type World } from './world.ts'

/** A request as a bare client repeats it. */
export interface Call {
  method: string
  url: string
  headers: Record<string, string>
  body?: string
}

/** Requests that were under way together, one set after the other. */
export type Stages = Call[][]

/** What the baselines repeat: by the run id that stands in its requests. */
export interface Recording {
  run: string
  ca: string
  token: string
  calls: {
    /** Of a process's first event, before its 202. */
    first: Stages
    /** Of an event that came later, before its 202. */
    warm: Stages
    /** The same until its task's Job is written down, without the poke. */
    whole: Stages
  }
}

interface Seen extends Call {
  begin: number
  end: number
}

/**
 * Lets the function take events with a recording proxy before the API server
 * and before Keptn, and gives the requests that it made.
 */
export const record = async (
  world: World,
  place: Place,
): Promise<Recording> => {
  const { connection } = world.api
  const token = (await connection.authorization())!.replace('Bearer ', '')
  const ca = String(connection.tls.ca)
  const seen: Seen[] = []
  const keys = await servingKeys(world.api)
  const forward = (origin: string) => forwarder(origin, ca, seen)
  const api = createTlsServer(keys, forward(connection.server))
  const keptn = createServer(forward(world.keptn.origin))
  const ports = await Promise.all(
    [api, keptn].map(
      (server) =>
        new Promise<number>((resolve) =>
          server.listen(0, '127.0.0.1', () =>
            resolve((server.address() as AddressInfo).port),
          ),
        ),
    ),
  )
  const take = async (count: number): Promise<Seen[][]> => {
    const server = await startServer({
      node: NODE,
      argv: [bundle('server')],
      env: {
        ...place.env,
        KUBERNETES_SERVICE_PORT: String(ports[0]),
        KEPTN_API_ENDPOINT: `http://127.0.0.1:${ports[1]}/api`,
      },
    })
    const events: Seen[][] = []
    for (let event = 1; event <= count; event += 1) {
      const { status } = await post(server.port, world.event())
      if (status !== 202) throw new Error(`${status}: ${server.output()}`)
      await until(() =>
        seen.some((call) => isMark(call) && call.end < Infinity),
      )
      events.push(seen.splice(0).filter((call) => !isLook(call)))
    }
    await server.end()
    return events
  }
  // The first event of all makes the job watch.
  await take(1)
  const [first = [], warm = []] = await take(2)
  for (const server of [api, keptn]) {
    server.closeAllConnections()
    server.close()
  }
  const run = '0'.repeat(20)
  return {
    run,
    ca,
    token,
    calls: {
      first: stages(upTo(first, isPoke), run),
      warm: stages(upTo(warm, isPoke), run),
      whole: stages(
        upTo(warm, isMark).filter((call) => !isPoke(call)),
        run,
      ),
    },
  }
}

const isPatchOf =
  (job: RegExp) =>
  ({ method, url }: Call): boolean =>
    method === 'PATCH' && job.test(url)

/** Of the job watch's Job. */
const isPoke = isPatchOf(/\/jobs\/(?!run-[0-9a-f]{20}$)/)

/** The head is told that its first task has begun: an event's last request. */
const isMark = isPatchOf(/\/jobs\/run-[0-9a-f]{20}$/)

/** Of the function's own watch, which goes on while events come. */
const isLook = ({ method, url }: Call): boolean =>
  method === 'GET' && /\/(jobs|pods)\?/.test(url)

const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 6000; tries += 1) {
    if (holds()) return
    await sleep(5)
  }
  throw new Error('the function made other requests')
}

const upTo = (calls: Seen[], last: (call: Call) => boolean): Seen[] => {
  const at = calls.findIndex(last)
  if (at === -1) throw new Error('the function made other requests')
  return calls.slice(0, at + 1)
}

/** In the order of their begin; who began before another's end went with it. */
const stages = (calls: Seen[], run: string): Stages => {
  const own = /run-([0-9a-f]{20})/.exec(JSON.stringify(calls))?.[1] ?? ''
  const result: Stages = []
  let end = 0
  for (const { begin, end: ended, ...call } of calls) {
    const text = JSON.stringify(call).replaceAll(own, run)
    if (begin >= end) result.push([])
    end = Math.max(begin >= end ? 0 : end, ended)
    result.at(-1)!.push(withoutUid(JSON.parse(text) as Call))
  }
  return result
}

/**
 * What is repeated has a head of another uid: a test of it would fail, and
 * the collector would remove what names an owner that is not there.
 */
const withoutUid = (call: Call): Call => {
  if (call.body === undefined) return call
  const body = JSON.parse(call.body) as
    JsonPatch | { metadata?: { ownerReferences?: unknown } }
  if (!Array.isArray(body)) delete body.metadata?.ownerReferences
  const sent = Array.isArray(body)
    ? body.filter(({ path }) => path !== '/metadata/uid')
    : body
  return { ...call, body: JSON.stringify(sent) }
}

const forwarder =
  (origin: string, ca: string, seen: Seen[]): RequestListener =>
  (incoming, answer) => {
    const call: Seen = {
      method: incoming.method ?? '',
      url: origin + incoming.url,
      headers: headersOf(incoming),
      begin: performance.now(),
      end: Infinity,
    }
    seen.push(call)
    void buffer(incoming).then((body) => {
      if (body.length > 0) call.body = String(body)
      const tls = origin.startsWith('https:')
      const { authorization } = incoming.headers
      const sent = (tls ? httpsRequest : httpRequest)(
        call.url,
        {
          method: call.method,
          headers: { ...call.headers, ...(authorization && { authorization }) },
          ...(tls && { ca }),
        },
        (from) => {
          from.on('end', () => (call.end = performance.now()))
          answer.writeHead(from.statusCode ?? 502, from.headers)
          from.pipe(answer)
        },
      )
      sent.end(body)
    })
  }

/** Those that mean something. */
const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    ['accept', 'content-type', 'x-token'].flatMap((name) => {
      const value = headers[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
