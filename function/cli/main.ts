#!/usr/bin/env node
import { styleText } from 'node:util'
import { cli } from './cli.ts'

const interrupted = new AbortController()
/** Monotonic milliseconds: when it was interrupted. */
let since = Infinity
const interrupt = (why: Error): void => {
  since = Math.min(since, performance.now())
  interrupted.abort(why)
}

/** `job-executor … | head` ends without a complaint, and without a run. */
const quietly = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error
  interrupt(error)
}
process.stdout.on('error', quietly)
process.stderr.on('error', quietly)

/** npm passes a signal on that the terminal has sent, too: that is no second. */
const SECOND_MS = 1_000

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    // Who asks again does not want to wait for what runs.
    if (performance.now() - since > SECOND_MS) process.exit(130)
    interrupt(new Error(signal))
  })

// No await at the top level: the bundle is CommonJS.
cli(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  paint: (format, text) => styleText(format, text, { stream: process.stdout }),
  env: process.env,
  signal: interrupted.signal,
}).then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    console.error('job-executor: a defect of this program:', error)
    process.exitCode = 1
  },
)
