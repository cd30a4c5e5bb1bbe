import { parentPort, workerData } from 'node:worker_threads'
import { runSeeds } from './tally.ts'

// Nobody reads the traces of the errors that are injected.
Error.stackTraceLimit = 0

const tally = await runSeeds({
  ...(workerData as Parameters<typeof runSeeds>[0]),
  progress: (done) => parentPort?.postMessage({ done }),
})
parentPort?.postMessage({ tally })
