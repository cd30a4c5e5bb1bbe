import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { median } from '../bench/sample.ts'
import {
  apply,
  BUSYBOX,
  HOST,
  kubectl as clusterWide,
  until,
} from './cluster.ts'
import { follow, type Seen } from './follow.ts'
import { trigger } from './keptn.ts'
import { configFor, installOnKnative, knativeMissing, post } from './knative.ts'

const missing = await knativeMissing()
if (missing) t.bailout(missing)

const ROUNDS = 3

/** The smallest function: tells `SEEN` that it was handed an event. */
const HELLO = `
import http from 'node:http'

const server = http.createServer((request, answer) => {
  request.resume()
  request.on('end', () => {
    answer.writeHead(202).end()
    if (request.method === 'POST')
      http.request(process.env.SEEN, { method: 'POST' }).end()
  })
})
server.listen(process.env.PORT)
process.on('SIGTERM', () => server.close())
`

const installed = await installOnKnative(t)
const { namespace, keptn, broker, image, kubectl, tasks, read } = installed
const bare = `${namespace}-bare`

/** When the hello-world was handed an event. */
const arrivals: number[] = []
const stop = new AbortController()
const listener = createServer((request, answer) => {
  arrivals.push(performance.now())
  request.resume()
  answer.end()
})
await new Promise<void>((resolve) => listener.listen(0, HOST, () => resolve()))
const { port } = listener.address() as AddressInfo
t.teardown(async () => {
  stop.abort()
  listener.closeAllConnections()
  listener.close()
  await clusterWide('-n', bare, 'delete', 'ksvc', '--all', '--wait=false')
  await clusterWide('delete', 'namespace', bare, '--wait=false')
})

// Its pods are not hardened: the function's namespace would refuse them.
await clusterWide('create', 'namespace', bare)
await apply(
  [
    {
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: {
        name: 'hello',
        namespace: bare,
        labels: { 'networking.knative.dev/visibility': 'cluster-local' },
      },
      spec: {
        template: {
          spec: {
            containers: [
              {
                image,
                command: ['node', '--input-type=module', '-e', HELLO],
                env: [{ name: 'SEEN', value: `http://${HOST}:${port}` }],
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'eventing.knative.dev/v1',
      kind: 'Trigger',
      metadata: { name: 'hello', namespace },
      spec: {
        broker: 'default',
        filter: { attributes: { type: 'hello' } },
        subscriber: { uri: `http://hello.${bare}.svc.cluster.local` },
      },
    },
  ]
    .map((object) => JSON.stringify(object))
    .join('\n---\n'),
)
await clusterWide(
  ...['-n', bare, 'wait', 'ksvc/hello'],
  ...['--for=condition=Ready', '--timeout=120s'],
)
await kubectl(
  ...['wait', 'trigger/hello', '--for=condition=Ready', '--timeout=60s'],
)

const greet = () =>
  post(broker, {
    specversion: '1.0',
    id: `hello-${performance.now()}`,
    source: 'e2e',
    type: 'hello',
    data: {},
  })
await until('the hello-world is handed an event', 60, async () => {
  await greet()
  return arrivals.length > 0
})

/** At zero, and the last pod gone: as after a longer idle time. */
const bothAtZero = () =>
  until('both are at zero', 180, async () => {
    const lists = await Promise.all(
      [namespace, bare].map((each) =>
        read<{ items: unknown[] }>(
          `/api/v1/namespaces/${each}/pods?labelSelector=serving.knative.dev/service`,
        ),
      ),
    )
    return lists.every(({ items }) => items.length === 0)
  })

/** When the container of a Job's pod was seen running. */
const startOf = (pods: ReadonlyMap<string, Seen>, job: string) =>
  until(`${job} runs`, 60, async () => {
    const pod = [...pods.values()].find(({ owner }) => owner === job)
    return pod?.started
  })

t.test('from zero: a Job alone, a hello-world, the function', async (t) => {
  const pods = await follow(namespace, stop.signal)
  const barePods = await follow(bare, stop.signal)

  const jobAlone = async (): Promise<number> => {
    const name = `alone-${performance.now()}`.replace('.', '-')
    const begin = performance.now()
    await clusterWide(
      ...['-n', bare, 'create', 'job', name],
      ...[`--image=${BUSYBOX}`, '--', 'sleep', '1'],
    )
    return (await startOf(barePods, name)) - begin
  }
  const helloWorld = async (): Promise<number> => {
    const before = arrivals.length
    const begin = performance.now()
    await greet()
    await until('hello', 60, async () => arrivals.length > before)
    return arrivals[before]! - begin
  }
  let services = 0
  const task = async (): Promise<number> => {
    const begin = performance.now()
    const { context } = await trigger(keptn, {
      service: `cold-${(services += 1)}`,
      task: 'deployment',
      config: configFor('sh.keptn.event.deployment.triggered', 'sleep 1'),
    })
    await keptn.ended(context, 120_000)
    const [job] = await tasks(context)
    return (await startOf(pods, job!.metadata.name)) - begin
  }

  const taken: Record<'alone' | 'hello' | 'task', number[]> = {
    ...{ alone: [], hello: [], task: [] },
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    await bothAtZero()
    taken.alone.push(await jobAlone())
    taken.hello.push(await helloWorld())
    taken.task.push(await task())
  }
  const line = (what: string, ms: number[]): string =>
    `${what.padEnd(46)}${String(Math.round(median(ms))).padStart(6)} ms  (${ms.map(Math.round).join(', ')})`
  t.comment(
    [
      `from zero, median of ${ROUNDS} rounds`,
      line('kubectl create job: its container runs', taken.alone),
      line('event at the Broker: a hello-world has it', taken.hello),
      line("event at the Broker: the task's container runs", taken.task),
    ].join('\n'),
  )
  t.ok(
    median(taken.task) < 2 * (median(taken.hello) + median(taken.alone)),
    'less than twice what a hello-world and a Job take',
  )
})
