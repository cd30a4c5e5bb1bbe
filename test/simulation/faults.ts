import { type Call, canHappen } from './network.ts'
import {
  type Disturbance,
  FAULTS,
  INCIDENTS,
  type Schedule,
} from './schedule.ts'
import type { ScopeName } from './scopes.ts'
import { type Result, simulate } from './simulate.ts'
import type { Code } from './system.ts'

/** How long what takes time takes, when every single fault is tried. */
const TIMES: Record<string, number> = {
  delay: 3_000,
  freeze: 20_000,
  lag: 5_000,
  'keptn-away': 10_000,
}

/** Everything that can happen at a call, before it and after it. */
const atCall = (call: Call): Disturbance[] =>
  (['before', 'after'] as const).flatMap((phase) => [
    ...FAULTS.filter((kind) => canHappen(call, phase, kind)).map((kind) =>
      disturbance(call, phase, kind),
    ),
    // The moment after a call is that before the next.
    ...(phase === 'before'
      ? INCIDENTS.map((kind) => disturbance(call, phase, kind))
      : []),
  ])

const disturbance = (
  { number }: Call,
  phase: Disturbance['phase'],
  kind: Disturbance['kind'],
): Disturbance => ({
  call: number,
  phase,
  kind,
  ...(TIMES[kind] !== undefined && { ms: TIMES[kind] }),
})

export interface Tried {
  schedule: Schedule
  result: Result
}

/**
 * Runs a scope with every single disturbance at every call, and with
 * `depth` 2 each of these with every second one at every later call. `take`
 * says which of the doubles are run; default: all.
 */
export async function* everyFault(
  scope: ScopeName,
  options: {
    depth: 1 | 2
    code?: Code
    take?: (schedule: Schedule) => boolean
  },
): AsyncGenerator<Tried> {
  const run = async (disturbances: Disturbance[]): Promise<Tried> => {
    const schedule = { scope, disturbances }
    return { schedule, result: await simulate(schedule, options) }
  }
  const { take = () => true } = options
  const calm = await run([])
  yield calm
  for (const call of calm.result.calls)
    for (const first of atCall(call)) {
      const single = await run([first])
      yield single
      if (options.depth === 1) continue
      for (const later of single.result.calls.slice(call.number - 1))
        for (const second of atCall(later)) {
          const schedule = { scope, disturbances: [first, second] }
          if (take(schedule)) yield await run([first, second])
        }
    }
}
