import type { Scope } from '../../function/resource-store.ts'
import type { ApiAnswer, ApiRequest, KeptnApi } from './api.ts'
import type { Deliveries, Delivery } from './deliveries.ts'
import type { SequenceStart } from './engine.ts'
import type { KeptnEvent } from './event.ts'
import type { Fault } from './faults.ts'

type Handler = (body: never, parts: string[]) => unknown

/**
 * The stand-in's controls for another process, all JSON below `/_test/`:
 *
 * | request | body | answer |
 * |---|---|---|
 * | `POST sequence` | `SequenceStart` | `{context, triggerId}` |
 * | `POST trigger` | a task's `.triggered` | the event |
 * | `POST control` | `{project, context, state, stage?}` | `{}` |
 * | `PUT resources` | `{scope, files: {uri: text or null}}` | `{commit}` |
 * | `PUT deliver` | `Delivery`, or `null` | `{}` |
 * | `POST fault`, `DELETE fault` | `Fault` | `{}` |
 * | `GET history`, `GET history/CONTEXT` | | every event in order |
 * | `GET counts/TRIGGEREDID` | | `{started, finished}` |
 * | `GET sequences`, `GET sequences/CONTEXT` | | their states |
 * | `GET deliveries` | | events POSTed, with the answers |
 * | `GET requests` | | every request to the API |
 */
export const testControl = (api: KeptnApi, sender: Deliveries) => {
  const { engine, resources, faults, requests } = api
  const handlers: Record<string, Handler> = {
    'POST sequence': (start: SequenceStart) => engine.startSequence(start),
    'POST trigger': (event: KeptnEvent) => engine.trigger(event),
    'POST control': (args: Parameters<typeof engine.control>[0]) =>
      engine.control(args),
    'PUT resources': (args: {
      scope: Scope
      files: Record<string, string | null>
    }) => ({ commit: resources.set(args.scope, args.files) }),
    'PUT deliver': (to: Delivery | null) => sender.to(to ?? undefined),
    'POST fault': (fault: Fault) => faults.add(fault),
    'DELETE fault': () => faults.clear(),
    'GET history': (_, [context]) =>
      engine
        .history()
        .filter(
          ({ event }) =>
            context === undefined || event.shkeptncontext === context,
        ),
    'GET counts': (_, [id = '']) => engine.counts(id),
    'GET sequences': (_, [context]) => engine.sequences(context),
    'GET deliveries': () => sender.log(),
    'GET requests': () => requests,
  }

  return (request: ApiRequest): ApiAnswer | undefined => {
    if (!request.url.startsWith('/_test/')) return undefined
    const [name = '', ...parts] = request.url
      .slice('/_test/'.length)
      .split('/')
      .map(decodeURIComponent)
    const handler = handlers[`${request.method} ${name}`]
    if (!handler) return json(404, { error: `no such control: ${name}` })
    try {
      const body: unknown = request.body ? JSON.parse(request.body) : null
      return json(200, handler(body as never, parts) ?? {})
    } catch (error) {
      return json(400, { error: String(error) })
    }
  }
}

const json = (status: number, body: unknown): ApiAnswer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
})
