import { readFileSync } from 'node:fs'
import { systemClock } from '../clock.ts'
import { connect } from '../cluster/connection.ts'
import { KubernetesCluster } from '../cluster/kubernetes.ts'
import { http } from '../keptn/http.ts'
import { standardOutput as log } from '../log.ts'
import { jobWatch } from './job-watch.ts'
import { ringAt } from './ring.ts'
import { WATCHING } from './slim.ts'

const setting = (name: string): string => {
  const value = process.env[name]
  if (!value)
    throw new Error(`${name} is not set: the function starts the job watch`)
  return value
}

const start = async (): Promise<void> => {
  const stop = new AbortController()
  process.once('SIGTERM', () => stop.abort())
  process.once('SIGINT', () => stop.abort())
  const instance = {
    name: setting('FUNCTION_NAME'),
    namespace: setting('FUNCTION_NAMESPACE'),
  }
  const tokenFile = process.env.TOKEN_FILE
  await jobWatch({
    cluster: new KubernetesCluster(await connect(process.env), WATCHING),
    clock: systemClock,
    log,
    instance,
    job: setting('JOB_UID'),
    jobNamespace: setting('JOB_NAMESPACE'),
    jobNamespaces: (process.env.JOB_NAMESPACES ?? '')
      .split(',')
      .filter(Boolean),
    heartbeatSeconds: Number(setting('JOB_WATCH_HEARTBEAT_SECONDS')),
    lingerSeconds: Number(setting('JOB_WATCH_LINGER_SECONDS')),
    ring: ringAt({
      url: setting('CALLBACK_URL'),
      source: `job-watch/${instance.namespace}/${instance.name}`,
      http,
      log,
      ...(tokenFile && { token: async () => readFileSync(tokenFile, 'utf8') }),
    }),
    signal: stop.signal,
  })
  // Told to stop it has not left: its Job must not be Complete, which nobody
  // would start again, when only the container was stopped (a reboot).
  process.exit(stop.signal.aborted ? 1 : 0)
}

start().catch((error: unknown) => {
  log('error', 'the job watch failed', { error: String(error) })
  process.exit(1)
})
