import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import {
  addressOf,
  foreign,
  kubectl as clusterWide,
  run,
  until,
} from './cluster.ts'
import { NAME } from './installation.ts'
import { answers, trigger } from './keptn.ts'
import { configFor, installOnKnative, knativeMissing, post } from './knative.ts'

const missing = await knativeMissing()
if (missing) t.bailout(missing)

/**
 * Events flow while one part after the other is killed and comes back. What is
 * promised begins where the Broker hands an event to the function, which shows
 * in the function's first request: it reads the event's config. An event that
 * the Broker took and that never came so far was lost with the memory of its
 * channel. Such are counted apart, and sent once more, as one who asks Keptn
 * for open events does.
 */
const EVENTS = 100
const EVERY_MS = 1000
/** Runs at a time: a small cluster must keep up, or its own backlog is tested. */
const AT_ONCE = 5
/** What is not answered by then may be lost: it holds up no other event. */
const PATIENCE_MS = 20_000
/** How long a part of Kubernetes is away. */
const AWAY_SECONDS = 5
const COMMANDS = ['sleep 3; echo one', 'sleep 2; echo two', 'echo three']
/** How many of them the events have, in turn. */
const TASKS = [1, 2, 1, 3, 1]
const TASK_JOBS = 'keptn.sh/jes-task-index'

const installed = await installOnKnative(t)
const { namespace, keptn, jobs, get, atZero, livePods, read } = installed
// Not through the API server, which is away for a while.
const broker = foreign
  ? installed.broker
  : `http://${await addressOf('knative-eventing', 'broker-ingress')}/${namespace}/default`
keptn.deliver({ url: broker, attempts: 240 })

interface Sent {
  service: string
  context: string
  triggered: string
  tasks: number
  at: number
}
const sent: Sent[] = []
let flows = true

const flow = async (): Promise<void> => {
  while (flows || sent.length < EVENTS) {
    await pause(EVERY_MS)
    if (underWay() + awaited() >= AT_ONCE) continue
    const service = `chaos-${sent.length}`
    const commands = COMMANDS.slice(0, TASKS[sent.length % TASKS.length])
    const config = configFor('sh.keptn.event.deployment.triggered', ...commands)
    const event = { service, task: 'deployment', config }
    sent.push({
      ...{ service, tasks: commands.length, at: performance.now() },
      ...(await trigger(keptn, event)),
    })
  }
}

const said = ({ triggered }: Sent): string =>
  answers(keptn, triggered)
    .map(({ event: { type } }) => type.split('.').at(-1))
    .join()
const isAnswered = (event: Sent): boolean => said(event) !== ''
const hasEnded = (event: Sent): boolean => said(event).includes('finished')
const endedOnce = (event: Sent): boolean => said(event) === 'started,finished'
const underWay = (): number =>
  sent.filter((event) => said(event) === 'started').length
const awaited = (): number =>
  sent.filter(
    (event) => !isAnswered(event) && performance.now() - event.at < PATIENCE_MS,
  ).length

/** Those that the function was handed. */
const handedOver = (): Sent[] => {
  const services = new Set(
    keptn.requests.map(
      ({ path }) => /\/service\/(chaos-\d+)\//.exec(path)?.[1],
    ),
  )
  return sent.filter(({ service }) => services.has(service))
}

/** Handed over, but not yet taken, when the channel's dispatcher was killed. */
const cutOff = new Set<Sent>()

interface PodView {
  metadata: { name: string; deletionTimestamp?: string }
  status: {
    conditions?: { type: string; status: string }[]
    containerStatuses?: { containerID?: string }[]
  }
}

/** Kills a pod with all its processes, and waits for it or its successor. */
const killPod = async (namespace: string, selector: string): Promise<void> => {
  const ready = async () => {
    const { items } = await read<{ items: PodView[] }>(
      `/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`,
    )
    return items
      .filter(
        ({ metadata, status: { conditions = [] } }) =>
          !metadata.deletionTimestamp &&
          conditions.some(
            ({ type, status }) => type === 'Ready' && status === 'True',
          ),
      )
      .map(({ metadata: { name }, status: { containerStatuses = [] } }) => ({
        name,
        containers: containerStatuses.map((each) => each.containerID).join(),
      }))
  }
  const killed = await until(`${selector}: a pod is ready`, 120, async () =>
    (await ready()).at(0),
  )
  if (foreign)
    await clusterWide(
      ...['-n', namespace, 'delete', 'pod', killed.name, '--force'],
      '--wait=false',
    )
  else await run('test/cluster/kill', [namespace, killed.name])
  await until(`${selector}: a pod is ready again`, 180, async () =>
    (await ready()).some(({ containers }) => containers !== killed.containers),
  )
}

/** Kills a process of the project's own cluster, and starts it again. */
const restart = (program: string): Promise<string> =>
  run('test/cluster/restart', [program, `${AWAY_SECONDS}`])

const killDispatcher = (): Promise<void> => {
  for (const event of handedOver()) if (!isAnswered(event)) cutOff.add(event)
  return killPod(
    'knative-eventing',
    'messaging.knative.dev/channel=in-memory-channel,messaging.knative.dev/role=dispatcher',
  )
}

/** The part of the Broker that its channel hands the events to. */
const scaleFilter = (replicas: number): Promise<string> =>
  clusterWide(
    ...['-n', 'knative-eventing', 'scale', 'deployment/mt-broker-filter'],
    `--replicas=${replicas}`,
  )

const faults: Record<string, () => Promise<unknown>> = {
  'the function': () =>
    killPod(namespace, `serving.knative.dev/service=${NAME}`),
  'the job watch': () => killPod(namespace, 'job-executor.keptn.sh/role=watch'),
  'broker-filter': () =>
    killPod('knative-eventing', 'eventing.knative.dev/brokerRole=filter'),
  "the channel's dispatcher": killDispatcher,
  "the channel's dispatcher, with events in its memory": async () => {
    const since = performance.now()
    await scaleFilter(0)
    try {
      await until('events wait in the channel', 120, async () => {
        const old = performance.now() - 3000
        const fresh = sent.filter(({ at }) => since < at && at < old)
        return fresh.some((event) => !isAnswered(event))
      })
      await killDispatcher()
    } finally {
      await scaleFilter(1)
    }
  },
  ...(!foreign && {
    'kube-controller-manager': () => restart('controller-manager'),
    'the API server': async () => {
      await restart('apiserver')
      await until('the API server is ready', 120, () =>
        clusterWide('get', '--raw', '/readyz'),
      )
    },
  }),
}

t.test('each part is killed once while events flow', async (t) => {
  const flowed = flow()
  const share = EVENTS / (Object.keys(faults).length + 1)
  try {
    for (const [index, [name, fault]] of Object.entries(faults).entries()) {
      const runs = await until(`runs are under way: ${name}`, 300, async () => {
        const count = sent.length >= share * (index + 1) ? underWay() : 0
        return count > 1 && count
      })
      const begin = performance.now()
      await fault()
      const seconds = Math.round((performance.now() - begin) / 1000)
      t.comment(
        `${name}: after ${sent.length} events, with ${runs} runs under way, back in ${seconds} s`,
      )
    }
  } finally {
    flows = false
  }
  await flowed
  t.ok(sent.length >= EVENTS)
})

t.test('every event that was handed over ends exactly once', async (t) => {
  await until('those that were taken end', 600, async () =>
    sent.filter(isAnswered).every(hasEnded),
  )
  // The Broker is still trying, but no longer than this.
  await until('the others, too', 90, async () => sent.every(hasEnded)).catch(
    () => undefined,
  )
  const handed = handedOver()
  // What has a run has reached the function, whatever the channel forgot.
  const heads = await jobs('job-executor.keptn.sh/role=head')
  const committed = JSON.stringify(heads)
  const lost = sent.filter(
    (event) =>
      !isAnswered(event) &&
      !committed.includes(event.triggered) &&
      (!handed.includes(event) || cutOff.has(event)),
  )
  const promised = sent.filter((event) => !lost.includes(event))
  const unanswered = promised.filter((event) => !hasEnded(event))
  const doubled = promised.filter(
    (event) => hasEnded(event) && !endedOnce(event),
  )
  t.comment(
    `${sent.length} events: ${promised.length} handed over, of them ${unanswered.length} lost and ${doubled.length} doubled; ${lost.length} lost by the channel`,
  )
  t.same(unanswered, [])
  t.same(doubled, [])
  if (!foreign) t.ok(lost.length > 0, 'the loss that a channel in memory has')
  for (const { triggered } of lost) {
    const found = keptn.history().find(({ event }) => event.id === triggered)
    t.equal(await post(broker, found?.event ?? {}), 202)
  }
  await until('sent again, those end, too', 180, async () =>
    lost.every(hasEnded),
  )
})

interface Made {
  metadata: { name: string; ownerReferences?: object[] }
  spec: { ttlSecondsAfterFinished?: number }
}

t.test('nothing is left behind, and nothing comes later', async (t) => {
  await until('no run is unsettled', 300, async () => {
    const unsettled = await jobs('job-executor.keptn.sh/unsettled')
    return unsettled.length === 0
  })
  await until('the function is at zero', 120, atZero)
  await until('no pod', 120, async () => (await livePods()).length === 0)
  t.same(await jobs('job-executor.keptn.sh/role=watch'), [])
  const made = await get<{ items: Made[] }>('jobs')
  t.same(
    made.items.filter(
      ({ metadata, spec }) =>
        !metadata.ownerReferences && spec.ttlSecondsAfterFinished === undefined,
    ),
    [],
    'each Job goes with its owner or in its time',
  )
  const ran = await jobs(TASK_JOBS)
  t.same(
    sent.filter(
      ({ context, tasks }) =>
        tasks !==
        ran.filter(
          ({ metadata: { labels } }) => labels['keptn.sh/context'] === context,
        ).length,
    ),
    [],
    'each task was made once',
  )
  t.same(
    sent.filter((event) => !endedOnce(event)),
    [],
  )
  const answered = keptn.history().filter(({ from }) => from !== 'keptn')
  t.equal(answered.length, 2 * sent.length, 'and nothing else was said')
})
