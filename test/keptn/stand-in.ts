import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '../../function/clock.ts'
import { http } from '../../function/keptn/http.ts'
import { keptnApi } from './api.ts'
import type { ApiOptions, KeptnApi } from './api.ts'
import { deliveries } from './deliveries.ts'
import type { Delivery } from './deliveries.ts'
import type { HistoryEntry, KeptnEngine, Sequence } from './engine.ts'
import { testControl } from './test-control.ts'

export interface StandInOptions extends Partial<ApiOptions> {
  /** Default `127.0.0.1`. */
  host?: string
  /** Default: a free one. */
  port?: number
  /** Where events are POSTed, as Keptn's distributor does. */
  deliver?: Delivery
}

export interface StandIn extends KeptnApi {
  /** `http://HOST:PORT/api`, for `KEPTN_API_ENDPOINT`. */
  endpoint: string
  /** `http://HOST:PORT`. */
  origin: string
  startSequence: KeptnEngine['startSequence']
  trigger: KeptnEngine['trigger']
  history: () => readonly HistoryEntry[]
  counts: KeptnEngine['counts']
  /** Changes where events are POSTed; `undefined`: nowhere. */
  deliver: (to: Delivery | undefined) => void
  /** The first sequence of a context, once it has ended. */
  ended: (context: string, timeoutMs: number) => Promise<Sequence>
  close: () => Promise<void>
}

/** Starts the Keptn stand-in as an HTTP server. */
export const startStandIn = async (
  options: StandInOptions = {},
): Promise<StandIn> => {
  const { host = '127.0.0.1', port = 0 } = options
  const api = keptnApi({ clock: systemClock, ...options })
  const { engine } = api
  const sender = deliveries(engine, http)
  sender.to(options.deliver)
  const control = testControl(api, sender)

  const server = createServer((incoming, answer) => {
    respond(incoming, answer).catch((error: unknown) => {
      answer.writeHead(500).end(String(error))
    })
  })
  const respond = async (incoming: IncomingMessage, out: ServerResponse) => {
    const request = await requestOf(incoming)
    const answer = control(request) ?? (await api.handle(request))
    if (answer === 'reset') return void incoming.socket.resetAndDestroy()
    out.writeHead(answer.status, { 'content-type': answer.type })
    out.end(answer.body)
  }
  server.listen(port, host)
  await once(server, 'listening')
  const bound = (server.address() as AddressInfo).port
  const origin = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${bound}`

  return {
    ...api,
    endpoint: `${origin}/api`,
    origin,
    startSequence: engine.startSequence,
    trigger: engine.trigger,
    history: engine.history,
    counts: engine.counts,
    deliver: sender.to,
    ended: async (context, timeoutMs) => {
      const until = performance.now() + timeoutMs
      for (;;) {
        const [sequence] = engine.sequences(context)
        if (sequence && OVER.includes(sequence.state)) return sequence
        if (performance.now() > until)
          throw new Error(
            `sequence ${context} is ${sequence?.state ?? 'unknown'} after ${timeoutMs} ms`,
          )
        await wait(20)
      }
    },
    close: async () => {
      engine.close()
      sender.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const OVER = ['finished', 'timedOut', 'aborted']

const requestOf = async (incoming: IncomingMessage) => {
  const chunks: Buffer[] = []
  for await (const chunk of incoming as AsyncIterable<Buffer>)
    chunks.push(chunk)
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : value,
    ]),
  )
  return {
    method: incoming.method ?? 'GET',
    url: incoming.url ?? '/',
    headers,
    body: Buffer.concat(chunks).toString(),
  }
}
