import type { Server } from 'node:http'
import fastify, {
  type FastifyInstance,
  type FastifyRequest,
  type onRequestAsyncHookHandler,
} from 'fastify'
import type { JobEvent } from '../config/event.ts'
import { ACCEPTED, type Answer, answerFor } from './answers.ts'
import { parseAttributes, parseEventMessage } from './event-message.ts'
import type { JobExecutor } from './job-executor.ts'
import type { Log } from './log.ts'
import { readRing } from './rings.ts'
import { CALLBACKS, type CheckSender } from './sender.ts'

/** What an HTTP route does with an event. */
type Handle = (event: JobEvent) => Promise<void>

const noSchema = (): never => {
  throw new Error('no route has a schema')
}

/** Else fastify loads its compilers of schemas, which are large. */
const NO_SCHEMAS = { buildValidator: noSchema, buildSerializer: noSchema }

const DEAD_LETTER = '/dead-letter'

/**
 * The function over HTTP. `bodyLimit` in bytes; `lost` is told of an event
 * that could not be delivered (the dead letter); without `checkSender`
 * anybody may post. `server`: one that is there already and passes requests
 * on to `routing`.
 */
export const buildApp = (args: {
  executor: JobExecutor
  lost: Handle
  log: Log
  bodyLimit: number
  checkSender?: CheckSender
  server?: Server
}): FastifyInstance => {
  const { executor, lost, log, server } = args
  const app = fastify({
    ...(server && { serverFactory: () => server }),
    logger: false,
    bodyLimit: args.bodyLimit,
    schemaController: { compilersFactory: NO_SCHEMAS },
  })
  // Any media type, and none: what is refused is decided in one place.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  const unread: Record<number, string> = {
    413: `the event is larger than ${args.bodyLimit} bytes (LIMIT_BODY_BYTES)`,
    415: 'the Content-Type cannot be read: use application/json or application/cloudevents+json',
  }
  app.setErrorHandler(
    async (error: { statusCode?: number }, request, reply) => {
      const { statusCode = 500 } = error
      const reason = unread[statusCode]
      if (reason !== undefined) {
        log('warn', 'refused', { url: request.url, status: statusCode, reason })
        // It may be lost for just that: its attributes are in the headers.
        if (request.url === DEAD_LETTER)
          await answer(request, parseAttributes, lost, log)
        return reply.code(statusCode).send(reason)
      }
      log('error', 'request failed', {
        url: request.url,
        error: String(error),
      })
      return reply.code(statusCode < 500 ? 400 : 500).send('')
    },
  )

  const post = (
    url: string,
    handle: Handle,
    parse = parseEventMessage,
  ): void => {
    const onRequest = args.checkSender
      ? [refuseStrangers(args.checkSender, url, log)]
      : []
    app.post(url, { onRequest }, async (request, reply) => {
      const { status, reason } = await answer(request, parse, handle, log)
      return reply
        .code(status)
        .type('text/plain')
        .send(reason ?? '')
    })
  }
  post('/', executor.event)
  post('/events', executor.event)
  post(CALLBACKS, (event) => executor.ring(readRing(event)))
  // It may be lost for its data.
  post(DEAD_LETTER, lost, parseAttributes)
  app.get('/health/liveness', async () => 'alive')
  app.get('/health/readiness', async () => 'ready')
  return app
}

/** Before the body is read, and in place of the rest. */
const refuseStrangers =
  (check: CheckSender, route: string, log: Log): onRequestAsyncHookHandler =>
  async (request, reply) => {
    const refusal = await check(request.headers.authorization, route).catch(
      (error: unknown) => {
        log('error', 'the sender cannot be judged', {
          url: request.url,
          error: String(error),
        })
        return answerFor(error)
      },
    )
    if (!refusal) return
    const { status, reason } = refusal
    if (status < 500) log('warn', 'refused', { url: request.url, ...refusal })
    if (status === 401) reply.header('www-authenticate', 'Bearer')
    return reply.code(status).type('text/plain').send(reason)
  }

const answer = async (
  request: FastifyRequest,
  parse: typeof parseEventMessage,
  handle: Handle,
  log: Log,
): Promise<Answer> => {
  const parsed = parse({
    headers: request.headers,
    body: request.body instanceof Uint8Array ? request.body : new Uint8Array(),
  })
  if ('refusal' in parsed) {
    log('warn', 'refused', { url: request.url, ...parsed.refusal })
    return parsed.refusal
  }
  try {
    await handle(parsed.event)
    return ACCEPTED
  } catch (error) {
    const failed = answerFor(error)
    log(failed.status === 500 ? 'error' : 'warn', 'not carried through', {
      url: request.url,
      type: parsed.event.type,
      id: parsed.event.id,
      status: failed.status,
      error: error instanceof Error ? (error.stack ?? error.message) : error,
    })
    return failed
  }
}
