import type { CloudEventV1 } from 'cloudevents'

/** A `.started` or `.finished` on its way out. */
export type Report = CloudEventV1<Record<string, unknown>>

/**
 * How a send ended, by what the sender may do next.
 * `sent`: published. `unsent`: known not to be published, may be sent again.
 * `unknown`: it may have been published; ask before sending again.
 * `refused`: the receiver will never take this very event.
 */
export type Sent =
  | { state: 'sent' }
  | { state: 'unsent' | 'unknown' | 'refused'; reason: string }

/** The port to whom it is reported. No method rejects but by `signal`. */
export interface Reporter {
  /** Sends once, without retries of its own. */
  send(report: Report, signal: AbortSignal): Promise<Sent>

  /**
   * Whether a report like this one (its context, type, source and run label)
   * was published. `undefined`: cannot be told now. A receiver without a
   * query answers `'repeatable'`: sending again under the same id is safe.
   */
  arrived(
    report: Report,
    signal: AbortSignal,
  ): Promise<boolean | undefined | 'repeatable'>

  /**
   * Whether the event that is answered is still waiting for an answer.
   * `undefined`: cannot be told (now).
   */
  open(
    triggered: { type: string; id: string; project: string },
    signal: AbortSignal,
  ): Promise<boolean | undefined>
}
