import type { Clock } from '../function/clock.ts'
import { seededRandom } from '../function/cluster/memory/random.ts'

interface Timer {
  at: number
  order: number
  then: () => void
}

/**
 * A clock that stands still until it is told to go on. Between two timers
 * everything that was started by the first comes to rest (promises, and what
 * `setImmediate` waits for).
 */
export class VirtualClock implements Clock {
  /** Numbers that are the same for the same seed. */
  readonly random: () => number
  readonly #shuffle: boolean
  readonly #start: number
  readonly #timers = new Set<Timer>()
  #elapsed = 0
  #jumped = 0
  #count = 0

  /**
   * `start`: epoch milliseconds. With a `seed`, timers that are due at the
   * same time run in an order drawn from it, else in the order they were set.
   */
  constructor(options: { seed?: number; start?: number } = {}) {
    this.#start = options.start ?? Date.UTC(2026, 0, 1)
    this.#shuffle = options.seed !== undefined
    this.random = seededRandom(options.seed ?? 1)
  }

  now(): number {
    return this.#start + this.#elapsed + this.#jumped
  }

  /** Somebody sets the time of day; what is monotonic goes on. */
  jump(ms: number): void {
    this.#jumped += ms
  }

  monotonic(): number {
    return this.#elapsed
  }

  after(ms: number, then: () => void): () => void {
    const order = this.#shuffle ? this.random() : this.#count++
    const timer = { at: this.#elapsed + Math.max(0, ms), order, then }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** How many timers are set: 0 means that nothing will happen by itself. */
  get pending(): number {
    return this.#timers.size
  }

  /** Goes `ms` milliseconds on, through every timer on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms
    while (await this.#step(end));
    this.#elapsed = end
    await rest()
  }

  /**
   * Goes from timer to timer until `done`, without it until none is left, but
   * not further than `limit` milliseconds (a day). Answers whether it came
   * there.
   */
  async run(done?: () => boolean, limit = 86_400_000): Promise<boolean> {
    const end = this.#elapsed + limit
    await rest()
    while (!done?.()) if (!(await this.#step(end))) break
    return done ? done() : this.#timers.size === 0
  }

  async #step(end: number): Promise<boolean> {
    await rest()
    const next = this.#next()
    if (!next || next.at > end) return false
    this.#timers.delete(next)
    this.#elapsed = Math.max(this.#elapsed, next.at)
    next.then()
    await rest()
    return true
  }

  #next(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers)
      if (
        !next ||
        timer.at < next.at ||
        (timer.at === next.at && timer.order < next.order)
      )
        next = timer
    return next
  }
}

const rest = (): Promise<void> =>
  new Promise((resolve) => void setImmediate(resolve))
