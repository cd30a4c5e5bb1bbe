import { hash } from 'node:crypto'
import { canonical } from './canonical.ts'
import type { Disturbance, Schedule } from './schedule.ts'
import type { ScopeName } from './scopes.ts'
import { type Result, simulate } from './simulate.ts'
import type { Code, System } from './system.ts'
import { textOf } from './network.ts'

export interface Turned {
  schedule: Schedule
  result: Result
  /** States so far, each seen once. */
  states: number
}

/**
 * Runs a scope in every order of its calls: depth first, each state only
 * once. `deviations`: how often at most it is not who has waited longest
 * that goes next; default: any number.
 */
export async function* everyTurn(
  scope: ScopeName,
  options: {
    code?: Code
    deviations?: number
    disturbances?: Disturbance[]
  } = {},
): AsyncGenerator<Turned> {
  const { deviations = Infinity, disturbances = [] } = options
  /** How many deviations were left when a state was seen, at most. */
  const seen = new Map<string, number>()
  const stack: number[][] = [[]]
  for (let turns = stack.pop(); turns; turns = stack.pop()) {
    const prefix = turns
    const left = deviations - prefix.filter((turn) => turn > 0).length
    const schedule: Schedule = { scope, disturbances, turns: prefix }
    const result = await simulate(schedule, {
      ...options,
      known: (system, choice) => {
        if (choice < prefix.length) return false
        const state = stateOf(system)
        if ((seen.get(state) ?? -1) >= left) return true
        seen.set(state, left)
        return false
      },
    })
    if (left > 0)
      for (let at = prefix.length; at < result.choices.length; at += 1)
        for (let turn = 1; turn < result.choices[at]!; turn += 1)
          stack.push([
            ...prefix,
            ...Array<number>(at - prefix.length).fill(0),
            turn,
          ])
    yield { schedule, result, states: seen.size }
  }
}

/**
 * All that decides how it goes on, but for what is random in names and the
 * order of what does not depend on each other: the cluster's objects, what
 * each process has read and done, who waits, and what the clock will do.
 */
const stateOf = ({ cluster, network, clock, keptn }: System): string => {
  const objects = (['Job', 'Pod', 'ConfigMap'] as const).flatMap((kind) =>
    cluster.objects(kind).map((object) => canonical(object)),
  )
  return hash(
    'sha1',
    [
      ...objects,
      ...[...network.histories]
        .map(([name, history]) => `${name} ${history}`)
        .sort(),
      ...network.waiting.map(({ call }) => textOf(call)).sort(),
      clock
        .due()
        .sort((a, b) => a - b)
        .join(),
      clock.monotonic(),
      ...keptn.engine
        .history()
        .map(({ event, outcome }) => event.type + outcome),
    ].join('\n'),
  )
}
