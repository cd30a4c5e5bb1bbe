#!/usr/bin/env node
import { styleText } from 'node:util'
import { cli } from './cli.ts'

/** `job-executor … | head` ends without a complaint. */
const quietly = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}
process.stdout.on('error', quietly)
process.stderr.on('error', quietly)

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => interrupted.abort(new Error(signal)))

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
