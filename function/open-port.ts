import { createServer, type RequestListener, type Server } from 'node:http'
import type { Log } from './log.ts'

/** A port that is open; who asks something waits until `answer` is called. */
export interface OpenPort {
  server: Server
  /** Says who answers, those too who have asked already. */
  answer(listener: RequestListener): void
}

/** Longer than whoever is in front keeps a connection. Milliseconds. */
const KEEP_ALIVE = 95_000

/**
 * Listens at every address. Rejects when it cannot: EADDRINUSE, EACCES.
 * (Without a host: no resolver is loaded.)
 */
export const openPort = async (port: number, log: Log): Promise<OpenPort> => {
  const { promise, resolve } = Promise.withResolvers<RequestListener>()
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE },
    (request, response) =>
      void promise.then((listener) => listener(request, response)),
  )
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, resolve),
  )
  log('info', 'listening', { port })
  return { server, answer: resolve }
}
