import type { JobEvent } from '../config/event.ts'
import { text } from './json.ts'
import { tellUser } from './kubernetes-event.ts'
import type { Ports } from './ports.ts'

/**
 * Makes an event visible that a Broker gave up to deliver: a line in the log
 * and a Kubernetes Event.
 */
export const lostEvent = async (
  ports: Ports,
  event: JobEvent,
): Promise<void> => {
  const { settings, log } = ports
  const why = {
    destination: text(event.knativeerrordest),
    code: text(event.knativeerrorcode),
    reason: Buffer.from(text(event.knativeerrordata), 'base64').toString(),
  }
  const { id, source, type, shkeptncontext } = event
  log('error', 'event lost', { id, source, type, shkeptncontext, ...why })
  await tellUser(
    ports,
    { namespace: settings.jobNamespace },
    {
      reason: 'EventLost',
      message: `The event ${type} (id ${id}, source ${source}) could not be delivered to ${why.destination}: ${why.code} ${why.reason}`,
    },
  )
}
