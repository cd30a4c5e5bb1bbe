import type { Clock } from '../../function/clock.ts'

/**
 * A process of the simulated system: it can die, and it can freeze. A dead
 * one's calls never return and its timers never fire; a frozen one's wait,
 * and the calls go on first when it wakes.
 */
export class Process {
  readonly name: string
  /** Resolves when it dies. */
  readonly died: Promise<void>
  /** The clock as this process sees it. */
  readonly clock: Clock
  readonly #clock: Clock
  #bury = (): void => undefined
  #dead = false
  #frozenUntil = 0
  readonly #freezes: { from: number; until: number }[] = []
  #calls: (() => void)[] = []
  #timers: (() => void)[] = []

  constructor(name: string, clock: Clock) {
    this.name = name
    this.#clock = clock
    this.died = new Promise((resolve) => (this.#bury = resolve))
    this.clock = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (ms, then) => {
        let cancelled = false
        const cancel = clock.after(ms, () =>
          this.#fire(() => {
            if (!cancelled) then()
          }),
        )
        return () => {
          cancelled = true
          cancel()
        }
      },
    }
  }

  get dead(): boolean {
    return this.#dead
  }

  get frozen(): boolean {
    return this.#clock.monotonic() < this.#frozenUntil
  }

  kill(): void {
    this.#dead = true
    this.#bury()
  }

  /** How much of the time since `then` it stood still. Milliseconds. */
  frozenSince(then: number): number {
    const now = this.#clock.monotonic()
    return this.#freezes.reduce(
      (sum, { from, until }) =>
        sum + Math.max(0, Math.min(until, now) - Math.max(from, then)),
      0,
    )
  }

  freeze(ms: number): void {
    const now = this.#clock.monotonic()
    const until = now + ms
    if (until <= this.#frozenUntil) return
    this.#freezes.push({ from: Math.max(now, this.#frozenUntil), until })
    this.#frozenUntil = until
    this.#clock.after(ms, () => this.#wake())
  }

  /** Resolves when the process runs, at once if it does; never if it is dead. */
  awake(): Promise<void> | undefined {
    if (this.#dead) return new Promise(() => {})
    if (!this.frozen) return undefined
    return new Promise((resolve) => this.#calls.push(resolve))
  }

  #wake(): void {
    if (this.frozen || this.#dead) return
    const [calls, timers] = [this.#calls, this.#timers]
    this.#calls = []
    this.#timers = []
    for (const go of calls) go()
    // What a call does next, it does before it hears that time is over.
    this.#clock.after(0, () => {
      for (const then of timers) this.#fire(then)
    })
  }

  #fire(then: () => void): void {
    if (this.#dead) return
    if (this.frozen) this.#timers.push(then)
    else then()
  }
}
