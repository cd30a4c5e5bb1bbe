import type { JobEvent } from '../../config/event.ts'
import type { Problem } from '../../config/problem.ts'
import { type EventMessage, parseEventMessage } from '../event-message.ts'
import { CliError } from './cli-error.ts'
import { parseHttpRequest } from './http-request.ts'
import { readText } from './read-file.ts'

/**
 * Reads an event from a file: a structured CloudEvent as JSON (Keptn's own
 * form, which says `contenttype`, too), or an HTTP request in the form of an
 * `.http` file, in binary or structured mode. It goes the way of an event
 * that is delivered. Throws `CliError`.
 */
export const readEventFile = async (file: string): Promise<JobEvent> => {
  const parsed = parseEventText(await readText(file))
  if ('problem' in parsed) throw new CliError(file, parsed.problem)
  return parsed.event
}

/** The event that a file's text tells, or why it tells none. */
export const parseEventText = (
  text: string,
): { event: JobEvent } | { problem: Problem } => {
  const message = /^\s*[{[]/.test(text)
    ? structuredMessage(text)
    : requestMessage(text)
  if ('problem' in message) return message
  const parsed = parseEventMessage(message)
  return 'event' in parsed
    ? parsed
    : { problem: { code: 'event', message: parsed.refusal.reason } }
}

type Message = EventMessage | { problem: Problem }

const structuredMessage = (text: string): Message => {
  const problem = jsonProblem(text)
  return problem
    ? { problem }
    : {
        headers: { 'content-type': 'application/cloudevents+json' },
        body: Buffer.from(text),
      }
}

const requestMessage = (text: string): Message => {
  const parsed = parseHttpRequest(text)
  if ('problem' in parsed) return parsed
  const { method, headers, body } = parsed.request
  return method === 'POST'
    ? { headers: latin1(headers), body: Buffer.from(body) }
    : {
        problem: {
          code: 'http-request',
          message: `an event is sent with POST, not with ${method}`,
        },
      }
}

/** As they are in a message: UTF-8 bytes read as latin-1. */
const latin1 = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Buffer.from(value).toString('latin1'),
    ]),
  )

/** Why a text is no JSON, with the line where the parser tells it. */
const jsonProblem = (text: string): Problem | undefined => {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    const { message } = error as Error
    const position = /at position (\d+)/.exec(message)?.[1]
    return {
      code: 'json-syntax',
      message: `not JSON: ${message.replace(/\s+/g, ' ')}`,
      ...(position !== undefined && {
        line: text.slice(0, Number(position)).split('\n').length,
      }),
    }
  }
}
