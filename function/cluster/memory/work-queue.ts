import type { Clock } from '../../clock.ts'

/**
 * Keys to look at, each at most once at a time, after a delay: what a
 * controller's queue is. The earliest of several wishes for a key counts.
 */
export class WorkQueue {
  readonly #clock: Clock
  readonly #sync: (key: string) => void
  readonly #due = new Map<string, { at: number; cancel: () => void }>()

  constructor(clock: Clock, sync: (key: string) => void) {
    this.#clock = clock
    this.#sync = sync
  }

  /** Looks at `key` in `ms` milliseconds, if not earlier anyway. */
  add(key: string, ms: number): void {
    const at = this.#clock.monotonic() + ms
    const due = this.#due.get(key)
    if (due && due.at <= at) return
    due?.cancel()
    const cancel = this.#clock.after(ms, () => {
      this.#due.delete(key)
      this.#sync(key)
    })
    this.#due.set(key, { at, cancel })
  }
}
