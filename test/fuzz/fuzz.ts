import { type Costs, LIMITS } from './target.ts'
import { targets } from './targets.ts'

/** Inputs that a target gets before the next one has its turn. */
const TURN = 2_000

/**
 * Gives all targets, or those whose name has `only` in it, `runs` inputs
 * together. Rejects at the first input that is not handled as it should be.
 */
export const fuzz = async (args: {
  runs: number
  seed: number
  only?: string
  path?: string
  /** Told after every turn. */
  told?: (name: string, costs: Costs) => void
}): Promise<Map<string, Costs>> => {
  const { runs, seed, only = '', path } = args
  const chosen = targets.filter(({ name }) => name.includes(only))
  if (chosen.length === 0) throw new Error(`there is no target ${only}`)
  const shares = chosen.reduce((sum, { share }) => sum + share, 0)
  const found = new Map<string, Costs>()
  for (const { name, share, check } of chosen) {
    const wanted = path ? 1 : Math.max(1, Math.round((runs * share) / shares))
    for (let done = 0; done < wanted; done += TURN) {
      const costs = await check({
        runs: Math.min(TURN, wanted - done),
        seed: path ? seed : (seed + done) | 0,
        ...(path && { path }),
      })
      found.set(name, add(found.get(name), costs))
    }
    args.told?.(name, found.get(name)!)
  }
  return found
}

const add = (a: Costs | undefined, b: Costs): Costs =>
  a
    ? {
        inputs: a.inputs + b.inputs,
        handled: a.handled + b.handled,
        refused: a.refused + b.refused,
        slowest: Math.max(a.slowest, b.slowest),
        largest: Math.max(a.largest, b.largest),
        cpu: a.cpu + b.cpu,
      }
    : b

/** Costs as a line of a table. */
export const costsLine = (name: string, costs: Costs): string =>
  [
    name.padEnd(42),
    String(costs.inputs).padStart(9),
    String(costs.handled).padStart(9),
    String(costs.refused).padStart(9),
    costs.slowest.toFixed(1).padStart(9),
    (costs.largest / 2 ** 20).toFixed(1).padStart(9),
    (costs.cpu / 1000).toFixed(1).padStart(9),
  ].join('')

export const costsHeading = `${'input'.padEnd(42)}   inputs  handled  refused  max ms  max MiB    CPU s
(limits: ${LIMITS.cpuMs} ms of CPU and ${LIMITS.bytes / 2 ** 20} MiB for one input)`

/** Everything together. */
export const total = (found: Map<string, Costs>): Costs =>
  [...found.values()].reduce(add)
