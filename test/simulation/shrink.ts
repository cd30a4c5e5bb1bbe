import type { Schedule } from './schedule.ts'
import { simulate } from './simulate.ts'
import type { Code } from './system.ts'

/** Smaller schedules of which one may fail as well, the smallest first. */
const smaller = (schedule: Schedule): Schedule[] => {
  const { disturbances, jitter, turns, ...rest } = schedule
  const keep = {
    ...rest,
    ...(jitter !== undefined && { jitter }),
    ...(turns && { turns }),
  }
  return [
    ...(jitter === undefined
      ? []
      : [{ ...rest, disturbances, ...(turns && { turns }) }]),
    ...disturbances.map((_, index) => ({
      ...keep,
      disturbances: disturbances.toSpliced(index, 1),
    })),
    ...(turns?.length
      ? turns.flatMap((turn, index) =>
          turn === 0
            ? []
            : [{ ...keep, disturbances, turns: turns.with(index, turn - 1) }],
        )
      : []),
    ...disturbances.flatMap((disturbance, index) =>
      disturbance.call > 1
        ? [
            {
              ...keep,
              disturbances: disturbances.with(index, {
                ...disturbance,
                call: disturbance.call - 1,
              }),
            },
          ]
        : [],
    ),
  ]
}

/**
 * A schedule that breaks the same promise with as little as possible: without
 * latencies, with fewer disturbances, earlier ones, fewer unusual turns.
 */
export const shrink = async (
  schedule: Schedule,
  options: { code?: Code; attempts?: number } = {},
): Promise<Schedule> => {
  const broken = async (candidate: Schedule): Promise<Set<string>> =>
    new Set(
      (await simulate(candidate, options)).violations.map(
        ({ invariant }) => invariant,
      ),
    )
  const wanted = await broken(schedule)
  let left = options.attempts ?? 300
  let best = schedule
  for (let found = true; found && left > 0;) {
    found = false
    for (const candidate of smaller(best)) {
      if ((left -= 1) < 0) break
      const same = [...(await broken(candidate))].some((name) =>
        wanted.has(name),
      )
      if (!same) continue
      best = candidate
      found = true
      break
    }
  }
  return best
}
