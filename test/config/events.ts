import type { JobEvent } from '../../config/event.ts'
import { corpus } from './corpus.ts'

const events = new Map(
  corpus<{ name: string; event: JobEvent }>('events.json').map(
    ({ name, event }) => [name, event],
  ),
)

/** An event of the corpus by its name. */
export const eventNamed = (name: string): JobEvent => {
  const event = events.get(name)
  if (!event) throw new Error(`no event ${name}`)
  return event
}

/** An event like Keptn's, with the data that a case needs. */
export const eventWith = (data: Record<string, unknown>): JobEvent => ({
  specversion: '1.0',
  id: 'f2b878d3-03c0-4e8f-bc3f-454bc1b3d79d',
  source: 'shipyard-controller',
  type: 'sh.keptn.event.test.triggered',
  time: '2022-08-16T09:30:00.5Z',
  shkeptncontext: '08735340-6f9e-4b32-97ff-3b6c292bc50i',
  data,
})
