import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Script } from 'node:vm'

/**
 * Runs the bundle beside `start` (`server.bundle.js` beside `server.js`) with
 * the code that V8 compiled from it when the image was built (`server.cache`),
 * as compiling is most of a cold start's work. Gives what it exports. Without
 * the cache, or when V8 refuses it (another Node, other flags), the bundle is
 * compiled as usual. Nothing is written: the root is read-only.
 */
export const cachedBundle = <T>(start: string): T => {
  const bundle = start.replace(/js$/, 'bundle.js')
  const cachedData = readCache(start.replace(/js$/, 'cache'))
  // The bundle is ASCII: a string of single bytes is read the fastest.
  const script = new Script(readFileSync(bundle, 'latin1'), {
    filename: bundle,
    ...(cachedData && { cachedData }),
  })
  const run = script.runInThisContext() as (
    require: NodeJS.Require,
    module: { exports: unknown },
  ) => void
  const module = { exports: {} }
  run(createRequire(bundle), module)
  return module.exports as T
}

const readCache = (file: string): Buffer | undefined => {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}
