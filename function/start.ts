import { cachedBundle } from './cached-bundle.ts'
import { standardOutput } from './log.ts'
import { openPort } from './open-port.ts'
import type { serve } from './server.ts'

/**
 * What the image starts as the function. The port is open before the bundle
 * is loaded, so that nobody is refused meanwhile: what comes early waits.
 */
const start = async (): Promise<void> => {
  const port = Number(process.env.PORT)
  // Anything else is told with the other settings.
  const isPort = Number.isInteger(port) && port >= 1 && port <= 65535
  const opened = isPort ? await openPort(port, standardOutput) : undefined
  const bundle = cachedBundle<{ serve: typeof serve }>(__filename)
  await bundle.serve(opened)
}

start().catch((error: unknown) => {
  process.stderr.write(`${String((error as Error).stack ?? error)}\n`)
  process.exit(1)
})
