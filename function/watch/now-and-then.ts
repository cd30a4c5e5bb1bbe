import type { Clock } from '../clock.ts'

/**
 * Does something at once, and when asked again within a pause once more at its
 * end: however often it is asked, it is done so often and no more. The pause
 * is told in milliseconds after each time. `stop` cancels what is to come.
 */
export const nowAndThen = (
  clock: Clock,
  pause: () => number,
  act: () => void,
): { ask: () => void; stop: () => void } => {
  let cancel: (() => void) | undefined
  let asked = false
  const rest = (): void => {
    const ms = pause()
    if (ms === 0) return
    cancel = clock.after(ms, () => {
      cancel = undefined
      if (asked) ask()
    })
  }
  const ask = (): void => {
    asked = cancel !== undefined
    if (asked) return
    act()
    rest()
  }
  return {
    ask,
    stop: () => {
      cancel?.()
      cancel = undefined
      asked = false
    },
  }
}
