import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  apply,
  foreign,
  kubectl as clusterWide,
  KUBECONFIG,
  run,
  until,
} from './cluster.ts'
import { NAME } from './installation.ts'
import { answeredOnce, play } from './keptn.ts'
import {
  configFor,
  installOnKnative,
  knativeMissing,
  ready,
} from './knative.ts'

const missing = foreign
  ? 'the func CLI and the ingress are those of the own cluster'
  : await knativeMissing()
if (missing) t.bailout(missing)

/** func writes into the folder of func.yaml, and into that of its settings. */
const folder = mkdtempSync(join(tmpdir(), 'func-'))
t.teardown(() => rmSync(folder, { recursive: true }))
cpSync(join(import.meta.dirname, '../../func.yaml'), join(folder, 'func.yaml'))

const func = (env: string[], ...args: string[]): Promise<string> =>
  run('env', [
    `XDG_CONFIG_HOME=${folder}`,
    ...env,
    join(KUBECONFIG!, '../../bin/func'),
    ...args,
    `--path=${folder}`,
  ])

/** All of `knative/` but the Knative Service, which func makes. */
const WITHOUT_FUNCTION = `
patches:
  - target: {group: serving.knative.dev, kind: Service}
    patch: |
      $patch: delete
      apiVersion: serving.knative.dev/v1
      kind: Service
      metadata: {name: any}
`

const installed = await installOnKnative(t, {
  more: WITHOUT_FUNCTION,
  applied: async ({ namespace }, { image, keptn }) => {
    await func(
      [],
      ...['deploy', '--build=false', '--push=false', `--image=${image}`],
      ...[`--namespace=${namespace}`, '--env=JOB_WATCH_LINGER_SECONDS=2'],
      `--env=KEPTN_API_ENDPOINT=${keptn.endpoint}`,
    )
  },
})
const { namespace, keptn, get, jobs, atZero } = installed
const FUNCTION = `${NAME}.${namespace}.svc.cluster.local`

interface KnativeService {
  spec: {
    template: {
      metadata: {
        labels: Record<string, string>
        annotations: Record<string, string>
      }
      spec: {
        serviceAccountName: string
        containerConcurrency: number
        containers: {
          livenessProbe: { httpGet: { path: string } }
          readinessProbe: { httpGet: { path: string } }
        }[]
      }
    }
  }
  status: { url: string }
}

t.test('func deploy makes what func.yaml says', async (t) => {
  const { spec, status } = await get<KnativeService>('ksvc', NAME)
  t.equal(status.url, `http://${FUNCTION}`)
  t.match(spec.template, {
    metadata: {
      labels: { 'app.kubernetes.io/name': NAME },
      annotations: {
        'autoscaling.knative.dev/min-scale': '0',
        'autoscaling.knative.dev/max-scale': '3',
      },
    },
    spec: {
      serviceAccountName: NAME,
      containerConcurrency: 50,
      containers: [
        {
          livenessProbe: { httpGet: { path: '/health/liveness' } },
          readinessProbe: { httpGet: { path: '/health/readiness' } },
        },
      ],
    },
  })
})

const runs = async (t: Test, task: string) => {
  await until('the function is at zero', 90, atZero)
  const played = await play(keptn, {
    service: task,
    task,
    config: configFor(`sh.keptn.event.${task}.triggered`, 'echo by func'),
  })
  answeredOnce(t, keptn, played.triggered)
  t.match(played.finished, { result: 'pass', message: /by func/ })
}

t.test('an event gets a run', (t) => runs(t, 'deployment'))

t.test('func invoke: its own event gets a harmless 2xx', async (t) => {
  const { url, statuses } = await wayIn(t)
  const before = (await jobs('job-executor.keptn.sh/role=head')).length
  await func([`HTTP_PROXY=${url}`], 'invoke')
  t.strictSame(statuses, ['POST / 202'])
  t.equal((await jobs('job-executor.keptn.sh/role=head')).length, before)
})

t.test('kn trigger create: events arrive at /', async (t) => {
  // What `kn trigger create by-kn --broker default --sink ksvc:NAME
  // --filter type=sh.keptn.event.by-kn.triggered` makes.
  await apply(
    JSON.stringify({
      apiVersion: 'eventing.knative.dev/v1',
      kind: 'Trigger',
      metadata: { name: 'by-kn', namespace },
      spec: {
        broker: 'default',
        filter: { attributes: { type: 'sh.keptn.event.by-kn.triggered' } },
        subscriber: {
          ref: {
            apiVersion: 'serving.knative.dev/v1',
            kind: 'Service',
            name: NAME,
            namespace,
          },
        },
      },
    }),
  )
  await ready(installed, 'trigger')
  const { status } = await get<{ status: { subscriberUri: string } }>(
    ...['trigger', 'by-kn'],
  )
  t.equal(status.subscriberUri, `http://${FUNCTION}`, 'without a path')
  await runs(t, 'by-kn')
})

/** A proxy to where the function's host name leads inside the cluster. */
const wayIn = async (t: Test): Promise<{ url: string; statuses: string[] }> => {
  const address = await clusterWide(
    ...['-n', 'knative-serving', 'get', 'svc', 'kingress'],
    ...['-o', 'jsonpath={.spec.clusterIP}'],
  )
  const statuses: string[] = []
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url = '/' } = incoming
    const { pathname: path } = new URL(url, 'http://any')
    // func asks the image's registry, too.
    if (headers.host !== FUNCTION) return void outgoing.writeHead(404).end()
    const sent = request({ host: address, method, path, headers }, (answer) => {
      statuses.push(`${method} ${path} ${answer.statusCode}`)
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(sent)
  })
  await new Promise<void>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve()),
  )
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, statuses }
}
