import { everyFault, type Part } from './faults.ts'
import { randomSchedule } from './random.ts'
import type { Schedule } from './schedule.ts'
import type { ScopeName } from './scopes.ts'
import { type Result, simulate } from './simulate.ts'
import type { Violation } from './judge.ts'

/** A schedule that broke a promise. */
export interface Failure {
  seed?: number
  schedule: Schedule
  violations: Violation[]
}

/** What a number of schedules came to. */
export interface Tally {
  schedules: number
  /** Calls of the function and the job watch. */
  calls: number
  /** States of the cluster that were gone through. */
  states: number
  /** What went wrong or happened elsewhere, by kind. */
  faults: Record<string, number>
  /** Doubles of senders that froze for longer than the lease. */
  frozenSenders: number
  /** Runs begun again by a delivery after a user deleted their head. */
  forgotten: number
  /** Events that no delivery got through with. */
  refused: number
  failures: Failure[]
}

export const emptyTally = (): Tally => ({
  schedules: 0,
  calls: 0,
  states: 0,
  faults: {},
  frozenSenders: 0,
  forgotten: 0,
  refused: 0,
  failures: [],
})

/** Failures that are kept; the rest is the same once more. */
const KEPT = 20

export const count = (
  tally: Tally,
  {
    schedule,
    result,
    seed,
  }: { schedule: Schedule; result: Result; seed?: number },
): void => {
  tally.schedules += 1
  tally.calls += result.calls.length
  tally.states += result.changes
  tally.frozenSenders += result.frozenSenders
  tally.forgotten += result.forgotten
  tally.refused += result.refused
  for (const { kind } of result.applied)
    tally.faults[kind] = (tally.faults[kind] ?? 0) + 1
  if (result.violations.length > 0 && tally.failures.length < KEPT)
    tally.failures.push({
      ...(seed !== undefined && { seed }),
      schedule,
      violations: result.violations,
    })
}

/** The sum of what several workers counted. */
export const sum = (tallies: Tally[]): Tally => {
  const all = emptyTally()
  for (const tally of tallies) {
    for (const key of [
      'schedules',
      'calls',
      'states',
      'frozenSenders',
      'forgotten',
      'refused',
    ] as const)
      all[key] += tally[key]
    for (const [kind, times] of Object.entries(tally.faults))
      all.faults[kind] = (all.faults[kind] ?? 0) + times
    all.failures.push(...tally.failures)
  }
  return all
}

/** Runs the schedules of `runs` seeds from `from` on, every `step`th. */
export const runSeeds = async (args: {
  from: number
  runs: number
  step?: number
  scope?: ScopeName
  /** Told now and then how far it is. */
  progress?: (done: number) => void
}): Promise<Tally> => {
  const { from, runs, step = 1, scope, progress } = args
  const tally = emptyTally()
  for (let seed = from; seed < from + runs; seed += step) {
    const schedule = randomSchedule(seed, scope)
    count(tally, { schedule, seed, result: await simulate(schedule) })
    if (tally.schedules % 100 === 0) progress?.(tally.schedules)
  }
  return tally
}

/** Runs a scope with every fault, or every pair of them, or a part of these. */
export const runFaults = async (args: {
  scope: ScopeName
  depth: 1 | 2
  part?: Part
  /** Told now and then how far it is. */
  progress?: (done: number) => void
}): Promise<Tally> => {
  const { scope, progress, ...options } = args
  const tally = emptyTally()
  for await (const tried of everyFault(scope, options)) {
    count(tally, tried)
    if (tally.schedules % 100 === 0) progress?.(tally.schedules)
  }
  return tally
}
