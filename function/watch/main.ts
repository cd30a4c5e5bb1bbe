import { randomUUID } from 'node:crypto'
import { systemClock } from '../clock.ts'
import { connect } from '../cluster/connection.ts'
import { KubernetesCluster } from '../cluster/kubernetes.ts'
import { http } from '../keptn/http.ts'
import { jsonLog } from '../log.ts'
import { RING_TYPE } from '../rings.ts'
import { jobWatch, type JobWatchOptions } from './job-watch.ts'

/** A cold start of the function is waited for. Milliseconds. */
const RING_TIMEOUT = 60_000

const setting = (name: string): string => {
  const value = process.env[name]
  if (!value)
    throw new Error(`${name} is not set: the function starts the job watch`)
  return value
}

const log = jsonLog(
  (line) => process.stdout.write(line),
  () => Date.now(),
)

const ringAt =
  (url: string, source: string): JobWatchOptions['ring'] =>
  async (about) => {
    try {
      const { status } = await http({
        method: 'POST',
        url,
        timeoutMs: RING_TIMEOUT,
        headers: {
          'content-type': 'application/json',
          'ce-specversion': '1.0',
          'ce-id': randomUUID(),
          'ce-source': source,
          'ce-type': RING_TYPE,
        },
        body: JSON.stringify(about),
      })
      log(status < 300 ? 'info' : 'warn', 'rang', { ...about, status })
    } catch (error) {
      log('warn', 'the function could not be called', {
        ...about,
        error: String(error),
      })
    }
  }

const start = async (): Promise<void> => {
  const stop = new AbortController()
  process.once('SIGTERM', () => stop.abort())
  process.once('SIGINT', () => stop.abort())
  const instance = {
    name: setting('FUNCTION_NAME'),
    namespace: setting('FUNCTION_NAMESPACE'),
  }
  await jobWatch({
    cluster: new KubernetesCluster(await connect(process.env)),
    clock: systemClock,
    log,
    instance,
    jobNamespace: setting('JOB_NAMESPACE'),
    jobNamespaces: (process.env.JOB_NAMESPACES ?? '')
      .split(',')
      .filter(Boolean),
    heartbeatSeconds: Number(setting('JOB_WATCH_HEARTBEAT_SECONDS')),
    lingerSeconds: Number(setting('JOB_WATCH_LINGER_SECONDS')),
    ring: ringAt(
      setting('CALLBACK_URL'),
      `job-watch/${instance.namespace}/${instance.name}`,
    ),
    signal: stop.signal,
  })
  process.exit(0)
}

start().catch((error: unknown) => {
  log('error', 'the job watch failed', { error: String(error) })
  process.exit(1)
})
