import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { apply, get, HOST, kubectl as clusterWide, until } from './cluster.ts'
import { post } from './knative.ts'

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

/** What Knative and Kubernetes take alone: a bare server, and bare Jobs. */
export interface Hello {
  /** Of its own, whose pods need not be hardened. */
  namespace: string
  /**
   * Milliseconds from an event at the Broker until the server was handed it.
   */
  greet(): Promise<number>
  remove(): Promise<void>
}

/**
 * Makes a namespace with a bare server on Knative, with the image's Node and a
 * Trigger at the Broker of `namespace`, whose URL is `broker`.
 */
export const hello = async (args: {
  namespace: string
  image: string
  broker: string
}): Promise<Hello> => {
  const namespace = `${args.namespace}-bare`
  const arrivals: number[] = []
  const listener = createServer((request, answer) => {
    arrivals.push(performance.now())
    request.resume()
    answer.end()
  })
  await new Promise<void>((resolve) =>
    listener.listen(0, HOST, () => resolve()),
  )
  const { port } = listener.address() as AddressInfo
  await clusterWide('create', 'namespace', namespace)
  await apply(
    [
      {
        apiVersion: 'serving.knative.dev/v1',
        kind: 'Service',
        metadata: {
          ...{ name: 'hello', namespace },
          labels: { 'networking.knative.dev/visibility': 'cluster-local' },
        },
        spec: {
          template: {
            metadata: {
              // As the function has it; else each round waits for a minute.
              annotations: { 'autoscaling.knative.dev/window': '10s' },
            },
            spec: {
              containers: [
                {
                  image: args.image,
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
        metadata: { name: 'hello', namespace: args.namespace },
        spec: {
          broker: 'default',
          filter: { attributes: { type: 'hello' } },
          subscriber: { uri: `http://hello.${namespace}.svc.cluster.local` },
        },
      },
    ]
      .map((object) => JSON.stringify(object))
      .join('\n---\n'),
  )
  await clusterWide(
    ...['-n', namespace, 'wait', 'ksvc/hello'],
    ...['--for=condition=Ready', '--timeout=120s'],
  )
  await clusterWide(
    ...['-n', args.namespace, 'wait', 'trigger/hello'],
    ...['--for=condition=Ready', '--timeout=60s'],
  )
  const send = () =>
    post(args.broker, {
      ...{ specversion: '1.0', id: `hello-${performance.now()}` },
      ...{ source: 'e2e', type: 'hello', data: {} },
    })
  // A Trigger is ready a moment before its channel knows of it.
  await until('the hello-world is handed an event', 60, async () => {
    await send()
    return arrivals.length > 0
  })
  return {
    namespace,
    greet: async () => {
      const before = arrivals.length
      const begin = performance.now()
      await send()
      await until('hello', 60, async () => arrivals.length > before)
      return arrivals[before]! - begin
    },
    remove: async () => {
      listener.closeAllConnections()
      listener.close()
      await clusterWide(
        ...['-n', namespace, 'delete', 'ksvc', '--all', '--wait=false'],
      )
      await clusterWide('delete', 'namespace', namespace, '--wait=false')
    },
  }
}

const PODS = ['pod', '-l', 'serving.knative.dev/service'] as const

/** At zero, and the last pod gone: as after a longer idle time. */
export const allAtZero = (...namespaces: string[]): Promise<boolean> =>
  until('all are at zero', 180, async () => {
    const gone = await Promise.all(
      namespaces.map(async (namespace) => {
        const of = ['-n', namespace]
        // Of those that are there now; another may have begun meanwhile.
        await clusterWide(
          ...of,
          ...['wait', '--for=delete', '--timeout=180s', ...PODS],
        )
        return get<{ items: unknown[] }>(...of, ...PODS)
      }),
    )
    return gone.every(({ items }) => items.length === 0)
  })
