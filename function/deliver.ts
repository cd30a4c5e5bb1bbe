import { type Clock, sleep } from './clock.ts'
import type { Report, Reporter, Sent } from './reporter.ts'

/** How a delivery ended; `later`: nothing is known to be published. */
export type Delivery =
  { state: 'delivered' } | { state: 'refused' | 'later'; reason: string }

const FIRST_PAUSE = 500
const LONGEST_PAUSE = 5_000

/**
 * Delivers one report, once: what is known not to be published is sent again
 * until `until` (monotonic milliseconds), what may have been is left alone.
 * `ask`: somebody may have sent it before, so the receiver is asked first.
 */
export const deliver = async (args: {
  reporter: Reporter
  clock: Clock
  report: Report
  until: number
  ask: boolean
}): Promise<Delivery> => {
  const { reporter, clock, report, until } = args
  const limit = new AbortController()
  const cancel = clock.after(Math.max(0, until - clock.monotonic()), () =>
    limit.abort(new Error('the time to send was over')),
  )
  try {
    if (args.ask) {
      const arrived = await reporter.arrived(report, limit.signal)
      if (arrived === true) return { state: 'delivered' }
      if (arrived === undefined)
        return { state: 'later', reason: 'cannot tell whether it arrived' }
    }
    for (
      let pause = FIRST_PAUSE;
      ;
      pause = Math.min(2 * pause, LONGEST_PAUSE)
    ) {
      // After a freeze the timer comes too late: somebody else may be at it.
      if (clock.monotonic() >= until)
        return { state: 'later', reason: 'the time to send was over' }
      const sent: Sent = await reporter.send(report, limit.signal)
      if (sent.state === 'sent') return { state: 'delivered' }
      if (sent.state === 'refused') return { ...sent, state: 'refused' }
      if (sent.state === 'unknown' || clock.monotonic() + pause >= until)
        return { state: 'later', reason: sent.reason }
      await sleep(clock, pause, limit.signal)
    }
  } catch (error) {
    return { state: 'later', reason: (error as Error).message }
  } finally {
    cancel()
  }
}
