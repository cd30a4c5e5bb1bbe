import type { Clock } from '../../function/clock.ts'
import { seededRandom } from '../../function/cluster/memory/random.ts'

interface Timer {
  at: number
  order: number
  then: () => void
}

/**
 * A clock that goes from timer to timer when it is told to, and not further.
 * With a `seed`, timers that are due at the same time run in an order drawn
 * from it.
 */
export class SimulationClock implements Clock {
  readonly #start = Date.UTC(2026, 0, 1)
  readonly #random: (() => number) | undefined
  readonly #timers = new Set<Timer>()
  /** The first of them, if it is known. */
  #next: Timer | undefined
  #elapsed = 0
  #count = 0

  constructor(seed?: number) {
    this.#random = seed === undefined ? undefined : seededRandom(seed)
  }

  now(): number {
    return this.#start + this.#elapsed
  }

  monotonic(): number {
    return this.#elapsed
  }

  after(ms: number, then: () => void): () => void {
    const order = this.#random ? this.#random() : this.#count++
    const timer = { at: this.#elapsed + Math.max(0, ms), order, then }
    this.#timers.add(timer)
    if (this.#next && isBefore(timer, this.#next)) this.#next = timer
    return () => {
      if (this.#next === timer) this.#next = undefined
      this.#timers.delete(timer)
    }
  }

  /** When the next timer is due, by `monotonic`; `undefined`: none is set. */
  get next(): number | undefined {
    return this.#first()?.at
  }

  /** When the timers are due, from now on: what is still to come. */
  due(): number[] {
    return [...this.#timers].map(({ at }) => at - this.#elapsed)
  }

  /** Runs the next timer; false when there is none. */
  step(): boolean {
    const timer = this.#first()
    if (!timer) return false
    this.#timers.delete(timer)
    this.#next = undefined
    this.#elapsed = Math.max(this.#elapsed, timer.at)
    timer.then()
    return true
  }

  #first(): Timer | undefined {
    let first = this.#next
    if (first) return first
    for (const timer of this.#timers)
      if (!first || isBefore(timer, first)) first = timer
    this.#next = first
    return first
  }
}

const isBefore = (a: Timer, b: Timer): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order)

/** Immediates that are asked for at once: the loop looks for I/O between. */
const BATCH = 64
const resting: (() => void)[] = []
let asked = 0

/** Before each immediate every promise that can go on does so. */
const immediate = (): void => {
  asked -= 1
  resting.shift()?.()
}

const whenAtRest = (act: () => void): void => {
  resting.push(act)
  if (asked === 0) for (; asked < BATCH; asked += 1) setImmediate(immediate)
}

/** Resolves when every promise that can go on has done so. */
export const rest = (): Promise<void> => new Promise(whenAtRest)

/** Acts at each rest until that gives something, which is the result. */
export const atEachRest = <T>(act: () => T | undefined): Promise<T> =>
  new Promise((resolve, reject) => {
    const go = (): void => {
      try {
        const result = act()
        if (result === undefined) whenAtRest(go)
        else resolve(result)
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    }
    whenAtRest(go)
  })
