import type { Clock } from '../../clock.ts'

/** `clock`, whose timers can all be taken back at once. */
export const stoppableClock = (
  clock: Clock,
): { clock: Clock; stop: () => void } => {
  const timers = new Set<() => void>()
  let stopped = false
  const after = (ms: number, then: () => void): (() => void) => {
    if (stopped) return () => undefined
    const cancel = clock.after(ms, () => {
      timers.delete(cancel)
      then()
    })
    timers.add(cancel)
    return () => {
      timers.delete(cancel)
      cancel()
    }
  }
  return {
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after,
    },
    stop: () => {
      stopped = true
      for (const cancel of timers) cancel()
      timers.clear()
    },
  }
}
