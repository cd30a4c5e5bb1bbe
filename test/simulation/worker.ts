import { parentPort, workerData } from 'node:worker_threads'
import type { Work } from './in-parallel.ts'
import { runFaults, runSeeds } from './tally.ts'

// Nobody reads the traces of the errors that are injected.
Error.stackTraceLimit = 0

const progress = (done: number): void => parentPort?.postMessage({ done })

const work = workerData as Work
const tally =
  'faults' in work
    ? await runFaults({ ...work.faults, progress })
    : await runSeeds({ ...work.seeds, progress })
parentPort?.postMessage({ tally })
