import { randomUUID } from 'node:crypto'
import { sleep } from '../../function/clock.ts'
import type { Clock } from '../../function/clock.ts'
import { isObject, text } from '../../function/json.ts'
import type { Scope } from '../../function/resource-store.ts'
import { keptnEngine } from './engine.ts'
import type { EngineOptions, KeptnEngine } from './engine.ts'
import { taskOf } from './event.ts'
import type { KeptnEvent } from './event.ts'
import { faults } from './faults.ts'
import type { Faults } from './faults.ts'
import { keptnResources } from './resources.ts'
import type { KeptnResources } from './resources.ts'

export interface ApiRequest {
  method: string
  /** Path and query as sent. */
  url: string
  /** Names in lower case. */
  headers: Record<string, string | undefined>
  body: string
}
/** `reset`: the connection ends without an answer. */
export type ApiAnswer = 'reset' | { status: number; type: string; body: string }

export interface ApiOptions extends EngineOptions {
  /** `x-token`; default `token`. */
  token?: string
  /** Client that `/oauth/token` gives bearer tokens to. */
  oauth?: { clientId: string; clientSecret: string; lifeSeconds?: number }
  /** `EVENT_VALIDATION_ENABLED`; default false, as in Keptn's chart. */
  validation?: boolean
  /** Reads of resources a second after a burst of 10; default no limit. */
  readsPerSecond?: number
}

export interface KeptnApi {
  engine: KeptnEngine
  resources: KeptnResources
  faults: Faults
  /** Every request, for a test that counts them. */
  requests: { method: string; path: string }[]
  handle: (request: ApiRequest) => Promise<ApiAnswer>
}

/**
 * Keptn's public API as one function of a request: what the gateway, the api
 * service, the resource service, the datastore and the shipyard controller
 * answer. `/api/…` is behind the gateway, `/v1/project/…` is the resource
 * service itself.
 */
export const keptnApi = (options: ApiOptions): KeptnApi => {
  const { clock } = options
  const resources = keptnResources()
  const engine = keptnEngine({
    headOf: (project, stage) => resources.head({ project, stage }),
    ...options,
  })
  const broken = faults()
  const requests: KeptnApi['requests'] = []
  const access = gatekeeper(options)
  const readAfter = readLimit(clock, options.readsPerSecond)
  const readTurn = async () => {
    const ms = readAfter()
    if (ms > 0) await sleep(clock, ms)
  }

  const route = async (request: ApiRequest): Promise<ApiAnswer> => {
    const { path, query } = split(request.url)
    if (path.startsWith('/oauth/')) return access.oauth(request, path)
    if (path === '/api/v1/event' && request.method === 'POST')
      return access.atApi(request) ?? takeEvent(request.body)
    if (path.startsWith('/v1/project/')) {
      await readTurn()
      return readResource(resources, path.slice('/v1'.length), query)
    }
    const denied = access.atGateway(request)
    if (denied) return denied
    const behind = /^\/api(\/resource-service)\/v1(\/.*)$/.exec(path)?.[2]
    if (behind !== undefined) {
      await readTurn()
      // The gateway passes the path on decoded once.
      return readResource(resources, behind.replace(/%2F/gi, '/'), query)
    }
    if (path === '/api/mongodb-datastore/event') return storedEvents(query)
    if (path.startsWith('/api/controlPlane/'))
      return controlPlane(
        request,
        path.slice('/api/controlPlane'.length),
        query,
      )
    return pageNotFound
  }

  const takeEvent = (body: string): ApiAnswer => {
    if (body === '') return 'reset'
    if (options.validation && Buffer.byteLength(body) > 64 * 1024)
      return unreadable('http: request body too large')
    const { event, refusal } = acceptEvent(body, engineNow(clock))
    if (!event) return refusal
    const invalid = options.validation && validate(event)
    if (invalid) return error(400, invalid)
    if (Buffer.byteLength(body) > 1024 * 1024)
      return error(
        500,
        'could not publish message to NATS: nats: maximum payload exceeded',
      )
    engine.receive(event)
    return json(200, { keptnContext: event.shkeptncontext })
  }

  const storedEvents = (query: URLSearchParams): ApiAnswer =>
    page(engine.stored(Object.fromEntries(query)).toReversed(), query)

  const controlPlane = (
    request: ApiRequest,
    path: string,
    query: URLSearchParams,
  ): ApiAnswer => {
    const { method } = request
    const type = /^\/v1\/event\/triggered\/([^/]+)$/.exec(path)?.[1]
    if (type !== undefined && method === 'GET') {
      const filter = { ...Object.fromEntries(query), type: decode(type) }
      return page(engine.open(filter), query)
    }
    if (path === '/v1/event' && method === 'POST') {
      const { event } = acceptEvent(request.body, engineNow(clock))
      if (!event) return error(400, 'Invalid request format')
      const id = text(parse(request.body)?.['id']) || event.id
      engine.receivePastNats({ ...event, id })
      return { status: 200, type: 'application/json', body: '' }
    }
    const control = /^\/v1\/sequence\/([^/]+)\/([^/]+)\/control$/.exec(path)
    if (control && method === 'POST') {
      const body = parse(request.body) ?? {}
      const stage = text(body['stage'])
      engine.control({
        project: decode(control[1] ?? ''),
        context: decode(control[2] ?? ''),
        state: text(body['state']),
        ...(stage && { stage }),
      })
      return json(200, {})
    }
    const project = /^\/v1\/sequence\/([^/]+)$/.exec(path)?.[1]
    if (project !== undefined && method === 'GET') {
      const context = query.get('keptnContext') ?? undefined
      const states = engine
        .sequences(context)
        .filter((sequence) => sequence.project === decode(project))
        .map((sequence) => ({
          name: sequence.name,
          project: sequence.project,
          service: sequence.service,
          shkeptncontext: sequence.context,
          state: sequence.state,
          stages: [
            {
              name: sequence.stage,
              state: sequence.stageState,
              latestEvent: { type: sequence.latestEvent },
            },
          ],
        }))
      return json(200, { states, totalCount: states.length })
    }
    if (path === '/v1/log' && method === 'POST') return json(200, {})
    return pageNotFound
  }

  return {
    engine,
    resources,
    faults: broken,
    requests,
    handle: async (request) => {
      const { method, url, body } = request
      requests.push({ method, path: url })
      const fault = broken.take({ method, path: url, body })
      if (fault?.delayMs) await sleep(clock, fault.delayMs)
      const answer =
        fault?.effect === false ? pageNotFound : await route(request)
      if (fault?.answerMs) await sleep(clock, fault.answerMs)
      if (fault?.answer === undefined || fault.answer === 'reset')
        return fault?.answer ?? answer
      const { status, body: said } = fault.answer
      return said === undefined
        ? error(status, 'fault')
        : { status, type: 'text/html', body: said }
    },
  }
}

const engineNow = (clock: Clock): string => new Date(clock.now()).toISOString()

const json = (status: number, body: unknown): ApiAnswer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
})
const error = (status: number, message: string, code = status): ApiAnswer =>
  json(status, { code, message })
const unreadable = (why: string): ApiAnswer =>
  error(400, `parsing body body from "" failed, because ${why}`)
const pageNotFound: ApiAnswer = {
  status: 404,
  type: 'text/plain',
  body: '404 page not found',
}

const parse = (body: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(body)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
const decode = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
const split = (url: string) => {
  const [path = '', search = ''] = url.split('?', 2)
  return { path, query: new URLSearchParams(search) }
}

const page = (events: KeptnEvent[], query: URLSearchParams): ApiAnswer => {
  const size = Number(query.get('pageSize') ?? 20) || 20
  const offset = Number(query.get('nextPageKey') ?? 0)
  const end = offset + size
  return json(200, {
    events: events.slice(offset, end),
    nextPageKey: end < events.length ? String(end) : '0',
    totalCount: events.length,
  })
}

/**
 * What the api service makes of a body: its own id and time, only the
 * attributes that its model has.
 */
const acceptEvent = (
  body: string,
  now: string,
):
  | { event: KeptnEvent; refusal?: never }
  | { event?: never; refusal: ApiAnswer } => {
  const given = parse(body)
  if (!given) return { refusal: unreadable('unexpected EOF') }
  for (const name of ['data', 'source', 'type'])
    if (given[name] === undefined || given[name] === null)
      return { refusal: error(422, `${name} in body is required`, 602) }
  const time = text(given['time'])
  if (time && Number.isNaN(Date.parse(time)))
    return {
      refusal: unreadable(
        `parsing time "${time}" as "2006-01-02 15:04:05": cannot parse "${time}" as "2006"`,
      ),
    }
  const triggeredid = text(given['triggeredid'])
  const gitcommitid = text(given['gitcommitid'])
  const event = {
    specversion: '1.0',
    id: randomUUID(),
    source: text(given['source']),
    type: text(given['type']),
    time: now,
    contenttype: given['contenttype'] ?? 'application/json',
    shkeptncontext: contextOf(text(given['shkeptncontext'])),
    ...(triggeredid && { triggeredid }),
    ...(gitcommitid && { gitcommitid }),
    data: isObject(given['data']) ? given['data'] : {},
  }
  return { event }
}

/** A context that is no UUID is made one out of its first 16 bytes. */
const contextOf = (given: string): string => {
  if (!given) return randomUUID()
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(given)) return given
  const bytes = Buffer.from(given.padEnd(16).slice(0, 16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes
    .toString('hex', 0, 16)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The api service's own check, when it is on. */
const validate = (event: KeptnEvent): string | undefined => {
  if (event.type === 'sh.keptn.log.error') return undefined
  const kind = event.type.split('.').at(-1) ?? ''
  const isTask = taskOf(event.type) !== undefined
  if (!isTask && kind === 'triggered') return undefined
  if (!isTask || !['started', 'finished', 'invalidated'].includes(kind))
    return `unknown event type action: ${kind}`
  const { data } = event
  if (!['project', 'stage', 'service'].every((part) => text(data[part])))
    return "mandatory field(s) 'project', 'stage' or 'service' missing"
  if (!event.triggeredid) return "mandatory field 'triggeredid' missing"
  if (kind !== 'finished') return undefined
  if (!text(data['status'])) return 'status field is not set'
  return text(data['result']) ? undefined : 'result field is not set'
}

const MEDIA_TYPES = ['application/cloudevents+json', 'application/json']

/** Who may ask, as the api service and the gateway see it. */
const gatekeeper = (options: ApiOptions) => {
  const { clock, token = 'token' } = options
  const bearers = new Map<string, number>()
  /** One wrong request a second, two at once; then everyone waits. */
  let bucket = 2
  let filled = clock.monotonic()

  const identified = ({ headers }: ApiRequest): boolean => {
    const bearer = /^Bearer (.*)$/.exec(headers['authorization'] ?? '')?.[1]
    return (
      headers['x-token'] === token ||
      (bearer !== undefined && (bearers.get(bearer) ?? 0) > clock.monotonic())
    )
  }
  return {
    atApi: (request: ApiRequest): ApiAnswer | undefined => {
      const { 'content-type': type, 'x-token': given } = request.headers
      const media = (type ?? 'application/octet-stream').split(';')[0]?.trim()
      if (!identified(request))
        return error(
          401,
          given === undefined
            ? 'unauthenticated for invalid credentials'
            : 'incorrect api key auth',
        )
      return MEDIA_TYPES.includes(media ?? '')
        ? undefined
        : error(
            415,
            `unsupported media type "${media}", only [${MEDIA_TYPES.join(' ')}] are allowed`,
          )
    },
    atGateway: (request: ApiRequest): ApiAnswer | undefined => {
      const now = clock.monotonic()
      bucket = Math.min(2, bucket + (now - filled) / 1000)
      filled = now
      if (bucket < 1) return error(429, 'too many requests')
      if (identified(request)) {
        bucket = 2
        return undefined
      }
      bucket -= 1
      return error(401, 'unauthenticated or invalid credentials')
    },
    oauth: (request: ApiRequest, path: string): ApiAnswer => {
      const { oauth } = options
      if (path === '/oauth/.well-known/openid-configuration') {
        const origin = `http://${request.headers['host'] ?? 'keptn'}`
        return json(200, { token_endpoint: `${origin}/oauth/token` })
      }
      const form = new URLSearchParams(request.body)
      const basic = `Basic ${Buffer.from(
        `${oauth?.clientId}:${oauth?.clientSecret}`,
      ).toString('base64')}`
      const known =
        oauth !== undefined &&
        form.get('grant_type') === 'client_credentials' &&
        (request.headers['authorization'] === basic ||
          (form.get('client_id') === oauth.clientId &&
            form.get('client_secret') === oauth.clientSecret))
      if (!known) return json(401, { error: 'invalid_client' })
      const value = randomUUID()
      const life = oauth.lifeSeconds ?? 300
      bearers.set(value, clock.monotonic() + life * 1000)
      return json(200, {
        access_token: value,
        token_type: 'Bearer',
        expires_in: life,
      })
    },
  }
}

/** Milliseconds that a read has to wait for its turn. */
const readLimit = (clock: Clock, perSecond: number | undefined) => {
  let free = -Infinity
  return (): number => {
    if (perSecond === undefined) return 0
    const step = 1000 / perSecond
    const now = clock.monotonic()
    // A burst of 10 goes ahead of its time.
    free = Math.max(free, now - 10 * step) + step
    return Math.max(0, free - now)
  }
}

const readResource = (
  resources: KeptnResources,
  path: string,
  query: URLSearchParams,
): ApiAnswer => {
  const found =
    /^\/project\/([^/]+)(?:\/stage\/([^/]+)(?:\/service\/([^/]+))?)?\/resource(?:\/([^/]+))?$/.exec(
      path,
    )
  if (!found) return pageNotFound
  const [, project = '', stage, service, uri] = found
  const scope: Scope = {
    project: decode(project),
    ...(stage !== undefined && { stage: decode(stage) }),
    ...(service !== undefined && { service: decode(service) }),
  }
  const metadata = (version: string) => ({
    upstreamURL: 'http://git.example/upstream.git',
    version,
  })
  if (uri === undefined) {
    const size = Number(query.get('pageSize') ?? 20) || 20
    const offset = Number(query.get('nextPageKey') ?? 0)
    const list = resources.list(scope, size, offset)
    if ('status' in list) return error(list.status, list.message)
    return json(200, {
      nextPageKey: list.nextPageKey,
      resources: list.uris.map((resourceURI) => ({
        resourceURI,
        metadata: metadata(list.version),
      })),
      totalCount: list.total,
    })
  }
  // The path is decoded once on the way in, the resource's name once more.
  const once = uri.includes('%25') ? decode(uri) : uri
  const name = decode(once.replace(/\+/g, ' '))
  const commit = query.get('gitCommitID') ?? ''
  const read = /\.\.|~/.test(uri)
    ? resources.get(scope, uri)
    : resources.get(scope, name, commit)
  if ('status' in read) return error(read.status, read.message)
  return json(200, {
    // An empty file has none.
    ...(read.content.length > 0 && {
      resourceContent: read.content.toString('base64'),
    }),
    resourceURI: once,
    metadata: metadata(read.version),
  })
}
