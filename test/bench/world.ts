import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { apiServer, type TestApiServer } from '../apiserver.ts'
import { startStandIn, type StandIn } from '../keptn/stand-in.ts'

export const ROOT = join(import.meta.dirname, '../..')

const manifest = readFileSync(
  join(ROOT, 'knative/base/400-function.yaml'),
  'utf8',
)

/** As the manifest has it. */
export const NODE_OPTIONS = /name: NODE_OPTIONS\n\s+value: (.+)/.exec(
  manifest,
)![1]!

/** How many events Knative hands over at once; the others wait outside. */
export const AT_ONCE = Number(/containerConcurrency: (\d+)/.exec(manifest)![1])

/** Where a pod finds who it is; a mount of this process's own. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

export const SCOPE = { project: 'sockshop', stage: 'dev', service: 'carts' }
const TYPE = 'sh.keptn.event.deployment.triggered'

/** One task, no files. */
export const CONFIG = `apiVersion: v2
actions:
  - name: Deploy
    events:
      - name: ${TYPE}
        jsonpath: { property: $.data.deployment.strategy, match: direct }
    tasks:
      - name: Apply
        image: busybox:1
        cmd: [sh, -c]
        args: ['echo deployed $(IMAGE)']
        env: [{ name: IMAGE, value: $.data.image, valueFrom: event }]
`

/** What the function talks to, and what it is told of it. */
export interface World {
  api: TestApiServer
  keptn: StandIn
  /** A fresh namespace with the function's own pod. */
  place(): Promise<Place>
  /** A `.triggered` event as Keptn's distributor would send it. */
  event(): string
  stop(): Promise<void>
}

/** A namespace, and the environment of a function in it. */
export interface Place {
  namespace: string
  env: Record<string, string>
}

/** Starts an API server and the Keptn stand-in on loopback. */
export const makeWorld = async (): Promise<World> => {
  const [api, keptn] = await Promise.all([apiServer(), startStandIn()])
  const { connection, raw } = api
  const { hostname, port } = new URL(connection.server)
  const commit = keptn.resources.set(SCOPE, { 'job/config.yaml': CONFIG })

  const account = async (namespace: string): Promise<void> => {
    await mkdir(ACCOUNT, { recursive: true })
    const token = (await connection.authorization())?.replace('Bearer ', '')
    await writeFile(join(ACCOUNT, 'token'), token ?? '')
    await writeFile(join(ACCOUNT, 'ca.crt'), String(connection.tls.ca))
    await writeFile(join(ACCOUNT, 'namespace'), namespace)
  }

  const place = async (): Promise<Place> => {
    const namespace = await api.namespace()
    await account(namespace)
    const containers = [{ name: 'user-container', image: 'fn:1' }]
    const pod = { metadata: { name: 'fn-0' }, spec: { containers } }
    const path = `/api/v1/namespaces/${namespace}/pods`
    const { status } = await raw('POST', path, pod)
    if (status !== 201) throw new Error(`the function's pod: ${status}`)
    return {
      namespace,
      env: {
        HOSTNAME: 'fn-0',
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
        FUNCTION_NAME: 'fn',
        FUNCTION_NAMESPACE: namespace,
        JOB_NAMESPACE: namespace,
        KEPTN_API_ENDPOINT: keptn.endpoint,
        KEPTN_API_TOKEN: 'token',
        NODE_ENV: 'production',
        NODE_OPTIONS,
      },
    }
  }

  const event = (): string =>
    JSON.stringify({
      specversion: '1.0',
      id: randomUUID(),
      source: 'shipyard-controller',
      type: TYPE,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      shkeptncontext: randomUUID(),
      shkeptnspecversion: '0.2.4',
      triggeredid: '',
      gitcommitid: commit,
      data: {
        ...SCOPE,
        labels: { build: '17', owner: 'carts' },
        status: 'succeeded',
        result: 'pass',
        deployment: { strategy: 'direct' },
        image: 'registry.example/carts:1.2.3',
      },
    })

  return {
    api,
    keptn,
    place,
    event,
    stop: async () => {
      await keptn.close()
      await api.stop()
    },
  }
}

/** The same Node that the image has: the devDependency. */
export const NODE = process.execPath

/** A bundle's copy: another build may begin while the bench runs. */
export const bundle = (name: string): string =>
  join(process.env['BENCH_DIST'] ?? 'dist', `${name}.js`)

/** The certificate and key of the API server that was started here. */
export const servingKeys = async (
  api: TestApiServer,
): Promise<{ cert: string; key: string }> => {
  const folder = api.kubeconfig.slice(0, -basename(api.kubeconfig).length)
  const [cert, key] = await Promise.all(
    ['crt', 'key'].map((end) =>
      readFile(join(folder, 'certs', `apiserver.${end}`), 'utf8'),
    ),
  )
  return { cert: cert!, key: key! }
}
