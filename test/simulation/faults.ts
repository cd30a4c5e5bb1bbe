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
  'cluster-away': 10_000,
  quota: 10_000,
  'no-right': 10_000,
  'no-watch-pod': 70_000,
  'hold-back': 10_000,
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

/** Which share of the work is done. */
export interface Part {
  index: number
  of: number
}

export const WHOLE: Part = { index: 0, of: 1 }

export interface Tried {
  schedule: Schedule
  result: Result
}

/**
 * Runs a scope with every single disturbance at every call, and with
 * `depth` 2 each of these with every second one at every later call. `take`
 * says which of the doubles are run; default: all. `part`: only every `of`th
 * of the first ones is tried, from number `index` on.
 */
export async function* everyFault(
  scope: ScopeName,
  options: {
    depth: 1 | 2
    code?: Code
    take?: (schedule: Schedule) => boolean
    part?: Part
  },
): AsyncGenerator<Tried> {
  const run = async (disturbances: Disturbance[]): Promise<Tried> => {
    const schedule = { scope, disturbances }
    return { schedule, result: await simulate(schedule, options) }
  }
  const { take = () => true, part = WHOLE } = options
  const calm = await run([])
  if (part.index === 0) yield calm
  const firsts = calm.result.calls.flatMap(atCall)
  for (let at = part.index; at < firsts.length; at += part.of) {
    const first = firsts[at]!
    const single = await run([first])
    yield single
    if (options.depth === 1) continue
    for (const later of single.result.calls.slice(first.call - 1))
      for (const second of atCall(later)) {
        const schedule = { scope, disturbances: [first, second] }
        if (take(schedule)) yield await run([first, second])
      }
  }
}
