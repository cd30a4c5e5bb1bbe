/**
 * Runs a bundle through the life of one run and writes what V8 has compiled
 * by then: `node function/build/warm-up.ts server`. Started by `codeCache`.
 */
import * as fs from 'node:fs'
import * as http from 'node:http'
import { createRequire } from 'node:module'
import { setTimeout as pause } from 'node:timers/promises'
import { Script } from 'node:vm'
import { LABEL, ofRole } from '../labels.ts'
import { instanceId } from '../names.ts'
import type { serve } from '../server.ts'
import { warmUpWorld } from './warm-up-world.ts'

const [entry = 'server'] = process.argv.slice(2)
const world = await warmUpWorld()
const namespace = 'warm-up'
const instance = { name: 'fn', namespace }
const origin = `http://127.0.0.1:${world.port}`
/** Below those that connections get, one of which may be in use. */
const port = 20_000 + (world.port % 10_000)

Object.assign(process.env, {
  PORT: `${port}`,
  HOSTNAME: 'fn-0',
  KUBERNETES_SERVICE_HOST: '127.0.0.1',
  KUBERNETES_SERVICE_PORT: `${world.port}`,
  FUNCTION_NAME: instance.name,
  FUNCTION_NAMESPACE: namespace,
  JOB_NAMESPACE: namespace,
  KEPTN_API_ENDPOINT: `${origin}/api`,
  KEPTN_API_TOKEN: 'token',
  CALLBACK_URL: `${origin}/callbacks/job`,
  JOB_WATCH_HEARTBEAT_SECONDS: '600',
  JOB_WATCH_LINGER_SECONDS: '1',
})

/** The account's files are not here, and the world speaks plain HTTP. */
const requireReal = createRequire(import.meta.filename)
const stand: Record<string, unknown> = {
  'node:fs': {
    ...fs,
    readFileSync: (path: string, ...rest: ['utf8']) =>
      path.startsWith('/var/run/secrets/')
        ? `a ${path}`
        : fs.readFileSync(path, ...rest),
  },
  'node:https': {
    Agent: http.Agent,
    request: (
      options: http.RequestOptions,
      answered: (answer: http.IncomingMessage) => void,
    ) => http.request({ ...options, protocol: 'http:' }, answered),
  },
}
const requireHere = (name: string): unknown => stand[name] ?? requireReal(name)

const bundle = `dist/${entry}.bundle.js`
const script = new Script(fs.readFileSync(bundle, 'latin1'), {
  filename: bundle,
})
process.once('exit', () =>
  fs.writeFileSync(`dist/${entry}.cache`, script.createCachedData()),
)

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (await holds().catch(() => false)) return
    await pause(20)
  }
  throw new Error(`the warm-up of ${bundle} does not end`)
}

const post = (path: string, type: string, data: unknown): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify({
      specversion: '1.0',
      id: 'warm-up',
      source: 'build',
      type,
      time: new Date().toISOString(),
      shkeptncontext: 'context',
      gitcommitid: 'a'.repeat(40),
      data,
    }),
  })

const jobs = async (selector: string) =>
  (await world.cluster.list('Job', namespace, { labelSelector: selector }))
    .items

/** A Job as the job watch sees it. */
const makeJob = (role: string) =>
  world.cluster.create('Job', {
    metadata: {
      name: `${role}-0-0`,
      namespace,
      labels: {
        [LABEL.instance]: instanceId(instance),
        [LABEL.role]: role,
        [LABEL.run]: 'a'.repeat(20),
        ...(role !== 'watch' && { [LABEL.unsettled]: 'true' }),
      },
    },
    spec: {
      completions: 0,
      parallelism: 0,
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'task', image: 'busybox' }],
        },
      },
    },
  })

if (entry === 'watch')
  process.env['JOB_UID'] = (await makeJob('watch')).metadata!.uid!
await world.cluster.create('Pod', {
  metadata: { name: 'fn-0', namespace },
  spec: { containers: [{ name: 'user-container', image: 'fn:1' }] },
})
const run = script.runInThisContext() as (
  require: typeof requireHere,
  module: { exports: { serve?: typeof serve } },
) => void
const module: Parameters<typeof run>[1] = { exports: {} }
run(requireHere, module)
void module.exports.serve?.()

/** One run: event, task, callback; then the end of the process. */
const server = async (): Promise<void> => {
  await until(
    async () => (await fetch(`http://127.0.0.1:${port}/health/readiness`)).ok,
  )
  const data = { project: 'p', stage: 'dev', service: 's' }
  const event = 'sh.keptn.event.deployment.triggered'
  const { status } = await post('/', event, data)
  if (status !== 202) throw new Error(`the warm-up's event: ${status}`)
  const [head] = await jobs(ofRole('head'))
  await until(async () => {
    const [task] = await jobs(ofRole('task'))
    return (task?.status?.succeeded ?? 0) > 0
  })
  const about = { run: head!.metadata!.labels![LABEL.run] }
  await post('/callbacks/job', 'job-executor.run.changed', about)
  await until(async () => (await jobs(LABEL.unsettled)).length === 0)
  process.emit('SIGTERM')
}

/** Sees a run come and go, and leaves. */
const watch = async (): Promise<void> => {
  const head = await makeJob('head')
  const task = await makeJob('task')
  await pause(1500)
  for (const { metadata } of [task, head])
    await world.cluster.delete('Job', namespace, metadata!.name!)
}

await (entry === 'watch' ? watch() : server())
