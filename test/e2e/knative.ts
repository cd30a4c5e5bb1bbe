import { request } from 'node:http'
import type { Test } from 'tap'
import type { StandIn } from '../keptn/stand-in.ts'
import {
  BUSYBOX,
  clusterMissing,
  kubectl as clusterWide,
  until,
} from './cluster.ts'
import { install, type Installation, NAME } from './installation.ts'
import { TOKEN } from './keptn.ts'
import { surroundings } from './surroundings.ts'

/** Why no test on Knative can run; `undefined` when all is there. */
export const knativeMissing = async (): Promise<string | undefined> =>
  clusterMissing() ??
  (await clusterWide('get', 'crd', 'services.serving.knative.dev').then(
    () => undefined,
    () => 'no Knative in the cluster: npm run cluster:knative',
  ))

/** The function on Knative, with Keptn's stand-in before its Broker. */
export interface OnKnative extends Installation {
  keptn: StandIn
  image: string
  /** URL of the Broker, through the API server. */
  broker: string
  /** An object or a list by its path: without a process, for who asks often. */
  read<T>(path: string): Promise<T>
  /** At zero, as the autoscaler decided it. */
  atZero(): Promise<boolean>
  /** Names of the pods that take part of the cluster's resources. */
  livePods(): Promise<string[]>
}

/**
 * Installs a folder of `knative/` and waits until events come through; it is
 * removed with the test, whose comments tell what is there if it failed.
 */
export const installOnKnative = async (
  t: Test,
  args: {
    folder?: string
    settings?: Record<string, string>
    /** Further lines of the kustomization. */
    more?: string
    /** What is done after the folder was applied, and before it is waited for. */
    applied?: (
      installed: Installation,
      about: { image: string; keptn: StandIn },
    ) => Promise<void>
  } = {},
): Promise<OnKnative> => {
  const beside = await surroundings()
  const { image, keptn, api } = beside
  t.teardown(beside.close)
  const installed = await install({
    folder: args.folder ?? 'knative',
    image,
    token: TOKEN,
    settings: { ...beside.settings, ...args.settings },
    ...(args.more !== undefined && { more: args.more }),
  })
  const { namespace, kubectl } = installed
  t.teardown(async () => {
    if (!t.passing()) t.comment(await whatIsThere(installed))
    // Knative's webhooks judge it, and may be away for a moment.
    await until('it is deleted', 60, async () => {
      await kubectl('delete', 'trigger,broker,ksvc', '--all', '--wait=false')
      return true
    })
    await installed.remove()
  })
  await args.applied?.(installed, { image, keptn })
  await ready(installed, 'ksvc', 'broker', 'trigger')
  const broker = brokerUrl(api, namespace)
  await comesThrough(keptn, broker)
  // Until the Broker has it: what is lost later is no doing of the sender's.
  keptn.deliver({ url: broker, attempts: 120 })
  const read = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${api}${path}`)
    if (!answer.ok) throw new Error(await answer.text())
    return (await answer.json()) as T
  }
  return {
    ...installed,
    ...{ keptn, image, broker, read },
    atZero: async () => {
      const { items } = await read<{ items: { spec: { replicas: number } }[] }>(
        `/apis/apps/v1/namespaces/${namespace}/deployments?labelSelector=serving.knative.dev/service=${NAME}`,
      )
      return items.length > 0 && items.every(({ spec }) => spec.replicas === 0)
    },
    livePods: async () => {
      const { items } = await read<Pods>(`/api/v1/namespaces/${namespace}/pods`)
      return items
        .filter(({ status: { phase } }) =>
          ['Pending', 'Running'].includes(phase),
        )
        .map(({ metadata: { name } }) => name)
    },
  }
}

interface Pods {
  items: { metadata: { name: string }; status: { phase: string } }[]
}

/** Waits for all objects of these kinds, one kind after the other. */
export const ready = async (
  { kubectl }: Pick<Installation, 'kubectl'>,
  ...kinds: string[]
): Promise<void> => {
  for (const kind of kinds)
    await kubectl(
      ...['wait', kind, '--all', '--for=condition=Ready', '--timeout=120s'],
    )
}

/** URL of a namespace's Broker, through the API server. */
export const brokerUrl = (api: string, namespace: string): string =>
  `${api}/api/v1/namespaces/knative-eventing/services/broker-ingress:80/proxy/${namespace}/default`

const whatIsThere = async ({ kubectl }: Installation): Promise<string> =>
  [
    await kubectl('get', 'ksvc,broker,trigger,jobs,pods,events'),
    await kubectl(
      ...['logs', '-l', `serving.knative.dev/service=${NAME}`],
      ...['--all-containers', '--tail=-1'],
    ).catch(String),
  ].join('\n')

/**
 * A Trigger is ready a moment before its channel knows of it. An event of a
 * project that Keptn does not know is read for, and changes nothing.
 */
const comesThrough = (keptn: StandIn, broker: string): Promise<boolean> =>
  until('an event comes through the Broker', 60, async () => {
    await post(broker, {
      specversion: '1.0',
      id: 'comes-through',
      source: 'e2e',
      type: 'sh.keptn.event.test.triggered',
      shkeptncontext: 'comes-through',
      data: { project: 'none', stage: 'none', service: 'none' },
    })
    return keptn.requests.some(({ path }) => path.includes('/project/none/'))
  })

/** POSTs an event in structured mode; answers the status. */
export const post = (
  url: string,
  event: object,
  headers: Record<string, string> = {},
): Promise<number> =>
  new Promise((resolve, reject) => {
    // Unlike fetch, it can say another host.
    const sent = request(
      url,
      {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents+json', ...headers },
      },
      (answer) => {
        answer.resume()
        answer.on('end', () => resolve(answer.statusCode ?? 0))
      },
    )
    sent.on('error', reject)
    sent.end(JSON.stringify(event))
  })

/** A config whose one action runs the commands, one after the other. */
export const configFor = (type: string, ...commands: string[]): string => `
apiVersion: v2
actions:
  - name: Deploy
    events: [{name: ${type}}]
    tasks:
${commands
  .map(
    (command, index) => `      - name: Task ${index + 1}
        image: ${BUSYBOX}
        cmd: [sh, -c, ${JSON.stringify(command)}]
`,
  )
  .join('')}`
