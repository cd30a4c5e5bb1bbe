import { getHeapStatistics } from 'node:v8'
import fc from 'fast-check'

/** What is done with an input; a refusal has its reason. */
export type Outcome = 'handled' | { refused: string }

/** What the inputs of a target cost. */
export interface Costs {
  inputs: number
  handled: number
  refused: number
  /** Milliseconds of this thread's CPU. */
  slowest: number
  /** Bytes of heap and buffers. */
  largest: number
  /** All of it, in milliseconds. */
  cpu: number
}

/** What a hostile input may cost. */
export const LIMITS = { cpuMs: 100, bytes: 50 * 1024 * 1024 }

/** A part of the function that takes what others wrote. */
export interface Target {
  name: string
  /** How many inputs it gets for each of the others'. */
  share: number
  /**
   * Gives it that many inputs. Rejects with a shrunk input, its seed and its
   * path when one is not handled as it should be.
   */
  check(args: { runs: number; seed: number; path?: string }): Promise<Costs>
}

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

const bytes = (): number => {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}

/** Once more, since compilation and others' work on this machine cost, too. */
const ATTEMPTS = 4

export const target = <T>(
  name: string,
  input: fc.Arbitrary<T>,
  run: (value: T) => Outcome | Promise<Outcome>,
  { share = 1 }: { share?: number } = {},
): Target => ({
  name,
  share,
  check: async ({ runs, seed, path }) => {
    const costs: Costs = {
      inputs: 0,
      handled: 0,
      refused: 0,
      slowest: 0,
      largest: 0,
      cpu: 0,
    }
    const measured = async (value: T) => {
      const before = bytes()
      const start = cpuMs()
      const outcome = await run(value)
      const took = cpuMs() - start
      return { outcome, took, grown: bytes() - before }
    }
    const judge = async (value: T): Promise<void> => {
      const first = await measured(value)
      const { outcome } = first
      let { took, grown } = first
      for (
        let attempt = 1;
        attempt < ATTEMPTS && (took > LIMITS.cpuMs || grown > LIMITS.bytes);
        attempt += 1
      ) {
        const again = await measured(value)
        took = Math.min(took, again.took)
        grown = Math.min(grown, again.grown)
      }
      costs.inputs += 1
      costs.cpu += took
      costs.slowest = Math.max(costs.slowest, took)
      costs.largest = Math.max(costs.largest, grown)
      if (outcome === 'handled') costs.handled += 1
      else costs.refused += 1
      if (outcome !== 'handled' && outcome.refused === '')
        throw new Error('it was refused without a reason')
      if (took > LIMITS.cpuMs)
        throw new Error(`it took ${Math.round(took)} ms of CPU`)
      if (grown > LIMITS.bytes)
        throw new Error(`it took ${Math.round(grown / 2 ** 20)} MiB`)
    }
    const details = await fc.check(fc.asyncProperty(input, judge), {
      numRuns: runs,
      seed,
      ...(path !== undefined && { path }),
      // A slow input takes its time at every step.
      interruptAfterTimeLimit: 25_000,
    })
    if (details.failed)
      throw new Error(
        `${name}: ${details.errorInstance instanceof Error ? details.errorInstance.stack : String(details.errorInstance)}
replay: npm run fuzz -- --only ${JSON.stringify(name)} --seed ${details.seed} --path ${details.counterexamplePath ?? ''}
input: ${fc.stringify(details.counterexample).slice(0, 1_000)}`,
      )
    return costs
  },
})
