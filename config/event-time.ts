const RFC3339 =
  /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?(?:Z|([+-]\d\d):(\d\d))$/i

/**
 * The time of an event as the original showed it: a Go `time.Time`, which
 * prints one way (`2022-08-16 09:30:00.5 +0000 UTC`) and marshals another
 * (`2022-08-16T09:30:00.5Z`). It is no string: `match` never equals it.
 */
export class EventTime {
  readonly #date: string
  readonly #clock: string
  /** `+hhmm`; `+0000` also for `Z`. */
  readonly #offset: string

  private constructor(date: string, clock: string, offset: string) {
    this.#date = date
    this.#clock = clock
    this.#offset = offset
  }

  /** Anything but an RFC 3339 time gives Go's zero time, as none does. */
  static from(time: unknown): EventTime {
    const parts = typeof time === 'string' ? RFC3339.exec(time) : null
    if (!parts) return new EventTime('0001-01-01', '00:00:00', '+0000')
    const [, date = '', clock = '', digits = '', hours, minutes] = parts
    const fraction = digits.slice(0, 9).replace(/0+$/, '')
    const offset = hours && minutes ? `${hours}${minutes}` : '+0000'
    return new EventTime(
      date,
      fraction ? `${clock}.${fraction}` : clock,
      offset === '-0000' ? '+0000' : offset,
    )
  }

  /** What Go's `%v` prints. */
  toString(): string {
    const zone = this.#offset === '+0000' ? 'UTC' : this.#offset
    return `${this.#date} ${this.#clock} ${this.#offset} ${zone}`
  }

  /** RFC 3339 with the nanoseconds that are there. */
  toJSON(): string {
    const zone =
      this.#offset === '+0000'
        ? 'Z'
        : `${this.#offset.slice(0, 3)}:${this.#offset.slice(3)}`
    return `${this.#date}T${this.#clock}${zone}`
  }
}
