import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Script } from 'node:vm'

/**
 * What the image starts: runs the bundle beside it (`server.js` runs
 * `server.bundle.js`) with the code that V8 compiled from it when the image
 * was built (`server.cache`), as compiling is most of a cold start's work.
 * Without the cache, or when V8 refuses it (another Node, other flags), the
 * bundle is compiled as usual. Nothing is written: the root is read-only.
 */
const bundle = __filename.replace(/js$/, 'bundle.js')

const readCache = (): Buffer | undefined => {
  try {
    return readFileSync(__filename.replace(/js$/, 'cache'))
  } catch {
    return undefined
  }
}

const cachedData = readCache()
// The bundle is ASCII: a string of single bytes is read the fastest.
const script = new Script(readFileSync(bundle, 'latin1'), {
  filename: bundle,
  ...(cachedData && { cachedData }),
})
const run = script.runInThisContext() as (
  require: NodeJS.Require,
  module: { exports: unknown },
) => void
run(createRequire(bundle), { exports: {} })
