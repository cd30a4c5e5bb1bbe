import type { JobEvent } from '../config/event.ts'
import { isObject } from './json.ts'

/** An HTTP request as far as a CloudEvent is concerned. */
export interface EventMessage {
  /** Names in lower case, as node:http gives them. */
  headers: Record<string, string | string[] | undefined>
  body: Uint8Array
}

/** Why a request is no event for us: an HTTP status and a short reason. */
export interface Refusal {
  status: 400 | 415
  reason: string
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i

const refuse = (status: 400 | 415, reason: string): { refusal: Refusal } => ({
  refusal: { status, reason },
})

/**
 * A CloudEvent 1.0 from an HTTP request, in binary or structured mode; Keptn's
 * own form (structured, sent as `application/json`) is taken too.
 *
 * Attributes are checked here and not left to the SDK's reader, which invents
 * a missing id, turns an unreadable time into now, and refuses a `source` that
 * Brokers let pass (one with blanks, or not ASCII): such an event would be lost.
 */
export const parseEventMessage = (
  message: EventMessage,
): { event: JobEvent } | { refusal: Refusal } => {
  const media = mediaType(message.headers['content-type'])
  if (media === 'application/cloudevents-batch+json')
    return refuse(415, 'batched CloudEvents are not supported: send one each')
  if (media.startsWith('application/cloudevents')) {
    if (media !== 'application/cloudevents+json')
      return refuse(415, `media type ${media} is not supported: use JSON`)
    return structured(message)
  }
  const binary = isBinary(message)
  if (media !== '' && media !== 'application/json' && !/\+json$/.test(media))
    return refuse(
      415,
      `media type ${media} is not supported: the data must be JSON`,
    )
  return binary || 'ce-specversion' in message.headers
    ? binaryMode(message)
    : structured(message)
}

/**
 * As `parseEventMessage`, of a CloudEvent whose data nobody reads, whatever
 * it is: `data` is an empty object.
 */
export const parseAttributes = (
  message: EventMessage,
): ReturnType<typeof parseEventMessage> =>
  isBinary(message)
    ? build(headerAttributes(message), {})
    : structured(message, {})

const isBinary = ({ headers }: EventMessage): boolean =>
  'ce-id' in headers || 'ce-type' in headers

const mediaType = (header: string | string[] | undefined): string =>
  (typeof header === 'string' ? header : '')
    .split(';', 1)[0]!
    .trim()
    .toLowerCase()

/** Header bytes arrive as latin-1; Knative writes UTF-8 unescaped. */
const headerText = (value: string): string =>
  /[\u0080-\u00ff]/.test(value)
    ? Buffer.from(value, 'latin1').toString('utf8')
    : value

const headerAttributes = (message: EventMessage): Record<string, unknown> => {
  const attributes: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(message.headers))
    if (name.startsWith('ce-') && typeof value === 'string')
      attributes[name.slice(3)] = headerText(value)
  // Tracing is handed on in a header of its own (W3C Trace Context).
  for (const name of ['traceparent', 'tracestate'])
    if (typeof message.headers[name] === 'string')
      attributes[name] ??= message.headers[name]
  return attributes
}

const binaryMode = (message: EventMessage) => {
  const data = json(message.body)
  if ('error' in data) return refuse(400, `data is not JSON: ${data.error}`)
  return build(headerAttributes(message), data.value)
}

/** `instead`: what stands for its data, whatever that is. */
const structured = (message: EventMessage, instead?: object) => {
  const body = json(message.body)
  if ('error' in body)
    return refuse(400, `not a CloudEvent: body is not JSON: ${body.error}`)
  if (!isObject(body.value))
    return refuse(400, 'not a CloudEvent: the body is not a JSON object')
  const { data, data_base64: encoded, ...attributes } = body.value
  if (instead) return build(attributes, instead)
  if (data !== undefined || typeof encoded !== 'string')
    return build(attributes, data)
  const decoded = json(Buffer.from(encoded, 'base64'))
  if ('error' in decoded)
    return refuse(400, `data_base64 is not JSON: ${decoded.error}`)
  return build(attributes, decoded.value)
}

/** The attributes of CloudEvents 1.0; all others are extensions. */
const KNOWN = ['id', 'source', 'type', 'specversion', 'time', 'subject']

const build = (
  attributes: Record<string, unknown>,
  data: unknown,
): { event: JobEvent } | { refusal: Refusal } => {
  const event: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === '') continue
    if (name === 'datacontenttype' || name === 'dataschema') continue
    if (typeof value === 'object') {
      if (KNOWN.includes(name))
        return refuse(400, `attribute ${name} must be a string`)
      continue
    }
    event[name] = KNOWN.includes(name) ? value : String(value)
  }
  for (const name of ['specversion', 'id', 'source', 'type']) {
    const value = event[name]
    if (value === undefined)
      return refuse(400, `not a CloudEvent: attribute ${name} is missing`)
    if (typeof value !== 'string')
      return refuse(400, `attribute ${name} must be a string`)
  }
  if (event.specversion !== '1.0')
    return refuse(
      400,
      `specversion ${String(event.specversion)} is not supported: use 1.0`,
    )
  if (
    event.time !== undefined &&
    (typeof event.time !== 'string' ||
      !RFC3339.test(event.time) ||
      Number.isNaN(Date.parse(event.time)))
  )
    return refuse(400, 'attribute time is not an RFC 3339 time')
  if (!isObject(data)) return refuse(400, 'data is not a JSON object')
  return { event: { ...event, data } as unknown as JobEvent }
}

const json = (body: Uint8Array): { value: unknown } | { error: string } => {
  try {
    return { value: JSON.parse(Buffer.from(body).toString('utf8')) }
  } catch (error) {
    return { error: (error as Error).message }
  }
}
