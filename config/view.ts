import { EventTime } from './event-time.ts'
import type { JobEvent } from './event.ts'

const text = (value: unknown): string =>
  typeof value === 'string' ? value : ''

/**
 * The object that a jsonpath sees, as in the original's release 0.2.5: these
 * eight keys and no others. Keptn's context and commit are `""` when the
 * event has none, its time is Go's zero time then.
 */
export const eventView = (event: JobEvent): Record<string, unknown> => ({
  id: event.id,
  type: event.type,
  source: event.source,
  specversion: event.specversion,
  time: EventTime.from(event.time),
  shkeptncontext: text(event['shkeptncontext']),
  gitcommitid: text(event['gitcommitid']),
  data: event.data ?? {},
})
