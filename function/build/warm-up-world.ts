import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { systemClock } from '../clock.ts'
import {
  ClusterError,
  type ClusterErrorCode,
  type Job,
  type JsonPatch,
  type Kind,
} from '../cluster/cluster.ts'
import { MemoryCluster } from '../cluster/memory.ts'
import type { ContainerRunner } from '../cluster/runner.ts'

const STATUS: Record<ClusterErrorCode, number> = {
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Invalid: 422,
  Forbidden: 403,
  QuotaExceeded: 403,
  Gone: 410,
  Unavailable: 503,
}

const KIND: Record<string, Kind> = {
  jobs: 'Job',
  pods: 'Pod',
  configmaps: 'ConfigMap',
  events: 'Event',
}

/** Every container ends at once. */
const runner: ContainerRunner = {
  run: async (run) => {
    run.started()
    run.log('done\n')
    return { exitCode: 0 }
  },
}

const CONFIG = `apiVersion: v2
actions:
  - name: Deploy
    events:
      - name: sh.keptn.event.deployment.triggered
        jsonpath: { property: $.data.stage, match: dev }
    tasks:
      - name: Apply
        image: busybox:1
        cmd: [sh]
        env: [{ name: STAGE, value: $.data.stage, valueFrom: event }]
`

/** Where the bundles find the world: an API server and Keptn, over HTTP. */
export interface WarmUpWorld {
  port: number
  cluster: MemoryCluster
  close(): void
}

/**
 * As much of a cluster and of Keptn as the first event of a function needs:
 * the in-memory cluster behind the paths of an API server, and Keptn's two
 * answers. Only which code of the bundle runs matters here.
 */
export const warmUpWorld = async (): Promise<WarmUpWorld> => {
  const cluster = new MemoryCluster({ clock: systemClock, runner })
  const server = createServer((request, answer) => {
    answerOf(cluster, request).then(
      (value) => {
        if (!isStream(value)) return answer.end(JSON.stringify(value))
        answer.flushHeaders()
        void pipe(value, (line) => answer.write(line)).catch(() => undefined)
      },
      (error: unknown) => {
        if (!(error instanceof ClusterError)) throw error
        const { code, message } = error
        answer.statusCode = STATUS[code]
        answer.end(JSON.stringify({ kind: 'Status', reason: code, message }))
      },
    )
  })
  await new Promise<void>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve()),
  )
  return {
    port: (server.address() as AddressInfo).port,
    cluster,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const isStream = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

const pipe = async (
  values: AsyncIterable<unknown>,
  write: (line: string) => void,
): Promise<void> => {
  for await (const value of values) write(`${JSON.stringify(value)}\n`)
}

const answerOf = async (
  cluster: MemoryCluster,
  request: IncomingMessage,
): Promise<unknown> => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://world')
  const body = await text(request)
  if (pathname.includes('/resource-service/'))
    return { resourceContent: Buffer.from(CONFIG).toString('base64') }
  if (pathname.endsWith('/v1/event')) return { keptnContext: 'context' }
  const [, namespace = '', plural = '', name = ''] =
    /\/namespaces\/([^/]+)\/([^/]+)\/?([^/]*)/.exec(pathname) ?? []
  const kind = KIND[plural]
  // The callback of the job watch.
  if (!kind) return {}
  if (pathname.endsWith('/log')) return 'done'
  const selection = {
    labelSelector: searchParams.get('labelSelector') ?? '',
    fieldSelector: searchParams.get('fieldSelector') ?? '',
  }
  switch (request.method) {
    case 'POST':
      return cluster.create(kind, JSON.parse(body) as Job, {
        dryRun: searchParams.has('dryRun'),
      })
    case 'PATCH':
      return cluster.patch(kind, namespace, name, JSON.parse(body) as JsonPatch)
    case 'DELETE':
      await cluster.delete(kind, namespace, name)
      return {}
    default:
  }
  if (name) return cluster.get(kind, namespace, name)
  if (searchParams.has('watch'))
    return cluster.watch(kind, namespace, {
      ...selection,
      resourceVersion: searchParams.get('resourceVersion') ?? '',
      signal: AbortSignal.timeout(20_000),
    })
  const { items, resourceVersion } = await cluster.list(
    kind,
    namespace,
    selection,
  )
  return { metadata: { resourceVersion }, items }
}
