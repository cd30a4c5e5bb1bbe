/** Time as an argument: production hands in the system's, tests a virtual. */
export interface Clock {
  /** Milliseconds since the epoch; may jump. */
  now(): number
  /** Milliseconds from some origin; never goes back. */
  monotonic(): number
  /** Calls `then` once, `ms` milliseconds from now, unless cancelled. */
  after(ms: number, then: () => void): () => void
}

/** Resolves `ms` milliseconds from now; rejects at once when `signal` aborts. */
export const sleep = (
  clock: Clock,
  ms: number,
  signal?: AbortSignal,
): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const abort = () => {
      cancel()
      reject(signal?.reason as Error)
    }
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    signal?.addEventListener('abort', abort, { once: true })
  })

/** Node's timers hold no more, and end at once: 24 days. Milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, then) => {
    let timer: NodeJS.Timeout
    const wait = (left: number): void => {
      const now = Math.min(left, LONGEST_TIMER)
      timer = setTimeout(() => (left > now ? wait(left - now) : then()), now)
    }
    wait(ms)
    return () => clearTimeout(timer)
  },
}
