import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { buildApp } from './app.ts'
import { atMost } from './at-most.ts'
import { awakeWatch } from './awake-watch.ts'
import { withoutFiles } from './bundles.ts'
import { systemClock } from './clock.ts'
import { apiReader } from './cluster/api-reader.ts'
import { secretReader } from './cluster/secret-reader.ts'
import { connect } from './cluster/connection.ts'
import { KubernetesCluster } from './cluster/kubernetes.ts'
import { lostEvent } from './dead-letter.ts'
import { directoryStore } from './directory-store.ts'
import { EVENTS_AT_ONCE, jobExecutor } from './job-executor.ts'
import { type Auth, keptnAuth } from './keptn/auth.ts'
import { type Http, http as systemHttp } from './keptn/http.ts'
import { keptnReporter } from './keptn/reporter.ts'
import { keptnResourceStore } from './keptn/resource-store.ts'
import { gatheredOutput } from './log.ts'
import { type OpenPort, openPort } from './open-port.ts'
import { ownImage } from './own-image.ts'
import type { Ports } from './ports.ts'
import type { Reporter } from './reporter.ts'
import type { ResourceStore } from './resource-store.ts'
import { mayPost, senderCheck } from './sender.ts'
import {
  type KeptnSettings,
  readSettings,
  type Settings,
  SettingsError,
} from './settings.ts'
import { sinkReporter } from './sink-reporter.ts'
import { WATCHING } from './watch/slim.ts'

const log = gatheredOutput()

/** How long requests and passes under way get to end. Milliseconds. */
const DRAIN = 20_000

const readFile = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const storeOf = (settings: Settings): ResourceStore => {
  if (settings.resourcesDir) return directoryStore(settings.resourcesDir)
  const { keptn } = settings
  if (!keptn)
    throw new SettingsError([
      {
        variable: 'KEPTN_API_ENDPOINT',
        value: undefined,
        expected:
          'is needed, or RESOURCES_DIR: without one there is no place to read job/config.yaml from',
      },
    ])
  return keptnResourceStore(toKeptn(keptn))
}

const toKeptn = (keptn: KeptnSettings) => {
  const http: Http = (request) =>
    systemHttp({ ...request, tlsVerify: keptn.tlsVerify })
  return { endpoint: keptn.endpoint, http, auth: authOf(keptn, http) }
}

const authOf = (keptn: KeptnSettings, http: Http): Auth =>
  keptnAuth({
    http,
    ...(keptn.token && { token: keptn.token }),
    ...(keptn.oauth && {
      oauth: {
        clientId: keptn.oauth.clientId,
        clientSecret: keptn.oauth.clientSecret,
        scopes: [...keptn.oauth.scopes],
        ...(keptn.oauth.discovery && { discoveryUrl: keptn.oauth.discovery }),
        ...(keptn.oauth.tokenUrl && { tokenUrl: keptn.oauth.tokenUrl }),
      },
    }),
  })

const reporterOf = (settings: Settings): Reporter | undefined => {
  const { keptn, sink, ceOverrides } = settings
  if (keptn) return keptnReporter(toKeptn(keptn))
  if (sink) return sinkReporter({ sink, ...(ceOverrides && { ceOverrides }) })
  return undefined
}

const start = async (opened: OpenPort | undefined): Promise<void> => {
  const settings = readSettings(process.env, { read: readFile })
  const connection = await connect(process.env)
  const cluster = new KubernetesCluster(connection, { keep: withoutFiles })
  const reporter = reporterOf(settings)
  const ports: Ports = {
    cluster,
    store: storeOf(settings),
    ...(reporter && { reporter }),
    ...(settings.redactSecrets && { secretValues: secretReader(connection) }),
    clock: systemClock,
    log,
    settings,
    replica: randomUUID(),
    image: ownImage(cluster, settings, process.env.HOSTNAME),
  }
  const inTurn = atMost(EVENTS_AT_ONCE)
  const watch = awakeWatch({
    ...ports,
    crowded: () => inTurn.waiting() > 0,
    cluster: new KubernetesCluster(connection, WATCHING),
    ring: (ring) => executor.ring(ring),
  })
  if (settings.jobWatch.enabled) ports.begun = (run) => watch.begin(run)
  if (!reporter)
    log('warn', 'nobody is answered: set KEPTN_API_ENDPOINT or K_SINK')
  const { keptn, sender } = settings
  if (keptn && !keptn.token && !keptn.oauth)
    log('warn', 'Keptn is asked without a token: set KEPTN_API_TOKEN')
  if (!sender) log('warn', 'anybody in the cluster may post: see AUDIENCE')
  const executor = jobExecutor(ports, inTurn)
  const { server, answer } = opened ?? (await openPort(settings.port, log))
  const app = buildApp({
    server,
    executor,
    lost: (event) => lostEvent(ports, event),
    log,
    bodyLimit: settings.limits.bodyBytes,
    ...(sender && {
      checkSender: senderCheck({
        audience: sender.audience,
        mayPost: mayPost(settings),
        read: apiReader(connection),
        now: systemClock.now,
      }),
    }),
  })
  await app.ready()
  answer(app.routing)
  // Known, and the way to the API server open, when the first event comes.
  ports.image().catch(() => undefined)

  const stop = async (): Promise<void> => {
    log('info', 'stopping')
    const closed = new Promise((resolve) => server.close(resolve))
    const drained = Promise.all([closed, app.close(), watch.stop()]).then(() =>
      executor.idle(),
    )
    await Promise.race([
      drained,
      new Promise((resolve) => setTimeout(resolve, DRAIN).unref()),
    ])
    process.exit(0)
  }
  process.once('SIGTERM', () => void stop())
  process.once('SIGINT', () => void stop())
}

/** Serves until it is told to stop; `opened`: its port, if it is open. */
export const serve = (opened?: OpenPort): Promise<void> =>
  start(opened).catch((error: unknown) => {
    if (!(error instanceof SettingsError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  })
