import { seededRandom } from '../../function/cluster/memory/random.ts'
import {
  type Disturbance,
  type Fault,
  type Incident,
  type Schedule,
} from './schedule.ts'
import { type ScopeName, SCOPES } from './scopes.ts'

/** How often each thing is drawn. */
const KINDS: [Fault | Incident, number][] = [
  ['death', 6],
  ['error', 4],
  ['timeout', 4],
  ['late', 2],
  ['conflict', 3],
  ['delay', 5],
  ['freeze', 3],
  ['kill-watch', 3],
  ['delete-watch', 2],
  ['replace-watch', 3],
  ['false-condition', 1],
  ['delete-task', 2],
  ['delete-pod', 2],
  ['delete-head', 2],
  ['abort', 2],
  ['duplicate', 4],
  ['scale', 3],
  ['upgrade', 1],
  ['blackout', 2],
  ['close-watches', 2],
  ['compact', 1],
  ['lag', 2],
  ['lose-ring', 2],
  ['double-ring', 2],
  ['keptn-away', 2],
  ['cluster-away', 1],
  ['quota', 1],
  ['no-right', 1],
  ['no-watch-pod', 1],
  ['hold-back', 1],
  ['relabel-head', 1],
  ['commit', 1],
]

const DURATIONS: Partial<Record<Fault | Incident, number[]>> = {
  delay: [5, 50, 500, 3_000, 9_000, 12_000],
  freeze: [100, 5_000, 20_000, 40_000, 90_000],
  lag: [50, 2_000, 20_000],
  'keptn-away': [500, 10_000, 70_000, 300_000],
  'cluster-away': [500, 10_000, 70_000],
  quota: [500, 10_000, 70_000, 300_000],
  'no-right': [5, 500, 10_000, 70_000],
  'no-watch-pod': [10_000, 70_000, 300_000],
  'hold-back': [500, 10_000, 70_000],
}

/** Calls of a scope without disturbances, about; more come with them. */
const CALLS: Record<ScopeName, number> = {
  one: 26,
  pair: 36,
  files: 46,
  leaving: 44,
  three: 48,
  fail: 44,
  silent: 36,
  unanswered: 46,
  slow: 36,
  far: 48,
  crowd: 96,
  invalid: 20,
}

/**
 * How often each scope is drawn. Most races are found soonest by two
 * deliveries at once: of the planted defects that few schedules find, `pair`
 * finds the most in a given time (2 to 28 % of its schedules, and they are
 * quick); the others are for what only they can show.
 */
const DRAWN: Record<ScopeName, number> = {
  pair: 14,
  one: 3,
  files: 2,
  leaving: 3,
  three: 2,
  fail: 2,
  silent: 2,
  unanswered: 2,
  slow: 2,
  far: 2,
  invalid: 2,
  crowd: 1,
}

const drawn = Object.entries(DRAWN).flatMap(([scope, times]) =>
  Array<ScopeName>(times).fill(scope as ScopeName),
)

/**
 * The schedule of a seed: a scope, up to five disturbances, mostly with
 * latencies. The same seed gives the same schedule.
 */
export const randomSchedule = (seed: number, only?: ScopeName): Schedule => {
  const random = seededRandom(seed * 2_654_435_761)
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!
  const total = KINDS.reduce((sum, [, weight]) => sum + weight, 0)
  const kind = (): Fault | Incident => {
    let at = random() * total
    for (const [kind, weight] of KINDS) if ((at -= weight) < 0) return kind
    return 'death'
  }
  const scope = only ?? pick(drawn)
  const disturbance = (): Disturbance => {
    const what = kind()
    const durations = DURATIONS[what]
    return {
      call: 1 + below(CALLS[scope] * 1.3),
      phase: random() < 0.5 ? 'before' : 'after',
      kind: what,
      ...(durations && { ms: pick(durations) }),
    }
  }
  const count = pick([0, 1, 1, 2, 2, 2, 3, 3, 4, 5])
  return {
    scope,
    disturbances: Array.from({ length: count }, disturbance).sort(
      (a, b) => a.call - b.call,
    ),
    ...(random() < 0.8 && { jitter: below(2 ** 31) }),
  }
}

export const scopeNames = Object.keys(SCOPES) as ScopeName[]
