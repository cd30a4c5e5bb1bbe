import type { Clock } from '../clock.ts'

/** The longest time that a timer of Node.js can take. */
const LONGEST = 2 ** 31 - 1

/**
 * The system's clock for a process that ends with its run: what is planned
 * for later (an object's end, in hours) does not keep it alive.
 */
export const localClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, then) => {
    const timer = setTimeout(then, Math.min(ms, LONGEST)).unref()
    return () => clearTimeout(timer)
  },
}
