import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type runSeeds, sum, type Tally } from './tally.ts'

/**
 * Runs the schedules of `runs` seeds from `from` on, on all cores. `progress`
 * gets the number of those that are done.
 */
export const inParallel = async (
  args: Omit<Parameters<typeof runSeeds>[0], 'step'> & { workers?: number },
): Promise<Tally> => {
  const { progress, workers = availableParallelism(), ...work } = args
  const done = new Map<number, number>()
  const run = (index: number): Promise<Tally> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), {
        workerData: {
          ...work,
          from: work.from + index,
          runs: work.runs - index,
          step: workers,
        },
      })
      worker.on('message', (message: { done?: number; tally?: Tally }) => {
        if (message.tally) return resolve(message.tally)
        done.set(index, message.done ?? 0)
        progress?.([...done.values()].reduce((a, b) => a + b, 0))
      })
      worker.on('error', reject)
      worker.on('exit', (code) =>
        reject(new Error(`a worker of the simulation ended with ${code}`)),
      )
    })
  return sum(
    await Promise.all(Array.from({ length: workers }, (_, i) => run(i))),
  )
}
