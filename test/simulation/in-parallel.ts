import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { WHOLE } from './faults.ts'
import { type runFaults, type runSeeds, sum, type Tally } from './tally.ts'

type Seeds = Parameters<typeof runSeeds>[0]
type Faults = Parameters<typeof runFaults>[0]

/** What one worker does. */
export type Work =
  { seeds: Omit<Seeds, 'progress'> } | { faults: Omit<Faults, 'progress'> }

interface Options {
  /** Default: as many as there are cores. */
  workers?: number
  /** Gets the number of schedules that are done. */
  progress?: (done: number) => void
}

/** Most objects of a schedule are gone with it: a young generation for many. */
const YOUNG_MB = 64

/** Runs the schedules of `runs` seeds from `from` on, on all cores. */
export const inParallel = ({
  workers = availableParallelism(),
  progress,
  ...seeds
}: Omit<Seeds, 'step' | 'progress'> & Options): Promise<Tally> =>
  together(
    shares(workers).map((index) => ({
      seeds: {
        ...seeds,
        from: seeds.from + index,
        runs: seeds.runs - index,
        step: workers,
      },
    })),
    progress,
  )

/** Runs a scope with every fault, or every pair of them, on all cores. */
export const faultsInParallel = ({
  workers = availableParallelism(),
  progress,
  part = WHOLE,
  ...faults
}: Omit<Faults, 'progress'> & Options): Promise<Tally> =>
  together(
    shares(workers).map((index) => ({
      faults: {
        ...faults,
        part: { index: part.index + index * part.of, of: part.of * workers },
      },
    })),
    progress,
  )

const shares = (workers: number): number[] => [...Array(workers).keys()]

const together = async (
  works: Work[],
  progress: Options['progress'],
): Promise<Tally> => {
  const done = works.map(() => 0)
  const tallies = works.map((work, index) =>
    inWorker(work, (schedules) => {
      done[index] = schedules
      progress?.(done.reduce((a, b) => a + b, 0))
    }),
  )
  return sum(await Promise.all(tallies))
}

const inWorker = (
  work: Work,
  progress: (done: number) => void,
): Promise<Tally> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: work,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    worker.on('message', (message: { done?: number; tally?: Tally }) => {
      if (message.tally) resolve(message.tally)
      else progress(message.done ?? 0)
    })
    worker.on('error', reject)
    worker.on('exit', (code) =>
      reject(new Error(`a worker of the simulation ended with ${code}`)),
    )
  })
