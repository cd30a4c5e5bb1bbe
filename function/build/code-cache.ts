import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { WATCH_COMMAND } from '../watch-job.ts'

const run = promisify(execFile)

/** What the image starts it with: under other flags V8 refuses the cache. */
const FLAGS: Record<string, string[]> = { watch: WATCH_COMMAND.slice(1, -1) }

/**
 * Makes `dist/NAME.cache` for `dist/NAME.bundle.js`: what V8 compiled while
 * the bundle went through one run, in a process of its own. Lazily compiled
 * functions are in it once they ran; a cache of everything would be larger,
 * and slower to read. It is of this very Node: build with the image's.
 */
export const makeCodeCache = async (name: string): Promise<void> => {
  const warmUp = `${import.meta.dirname}/warm-up.ts`
  const flags = FLAGS[name] ?? []
  await run(process.execPath, [...flags, warmUp, name], { timeout: 60_000 })
}
