import { atMost } from '../at-most.ts'
import type { Clock } from '../clock.ts'

const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 60_000

/**
 * A run that stands still may only wait for the function, which is at it:
 * it is rung for after that time. Milliseconds.
 */
const PATIENCE = 3_000

/** So many rings are under way at once: the function has other work, too. */
const AT_ONCE = 32

interface Bell {
  reason: string
  /** Monotonic milliseconds: not before. */
  next: number
  pause: number
  ringing: boolean
}

/**
 * Rings for each run that something is due for: at once for a new reason,
 * and again, more and more slowly, while it stays. One ring for a run at a
 * time; where many are due, they wait for their turn. `ring` resolves when the
 * function has taken it, and never rejects.
 */
export const ringer = (
  clock: Clock,
  ring: (run: string, reason: string) => Promise<void>,
): ((due: Map<string, string>) => void) => {
  const bells = new Map<string, Bell>()
  const inTurn = atMost(AT_ONCE)
  return (due) => {
    for (const run of bells.keys())
      if (!due.has(run) && !bells.get(run)!.ringing) bells.delete(run)
    for (const [run, reason] of due) {
      const now = clock.monotonic()
      const bell = bells.get(run) ?? {
        reason: '',
        next: 0,
        pause: FIRST_PAUSE,
        ringing: false,
      }
      bells.set(run, bell)
      if (bell.reason !== reason) {
        bell.reason = reason
        bell.pause = FIRST_PAUSE
        bell.next = reason === 'no task runs' ? now + PATIENCE : now
      }
      if (bell.ringing || now < bell.next) continue
      bell.ringing = true
      void inTurn(() => ring(run, reason)).then(() => {
        bell.ringing = false
        bell.next = clock.monotonic() + bell.pause
        bell.pause = Math.min(2 * bell.pause, LONGEST_PAUSE)
      })
    }
  }
}
