import type { Cluster, Job, Pod } from '../../function/cluster/cluster.ts'
import { sleep } from '../../function/clock.ts'
import { MemoryCluster } from '../../function/cluster/memory.ts'
import type { Envelope } from '../../function/envelope.ts'
import {
  decodeHead,
  encodeHead,
  endedPatch,
  type Head,
  settlePatch,
} from '../../function/head.ts'
import { LABEL } from '../../function/labels.ts'
import { instanceId, type Place, taskJobName } from '../../function/names.ts'
import { ownedJob } from '../../function/own-task.ts'
import type { Plan, PlannedAction, Step } from '../../function/plan.ts'
import { recordName, stepsOf } from '../../function/plan.ts'
import { readSettings, type Settings } from '../../function/settings.ts'
import type { PortCall } from '../interpose.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { makeWorld, type World } from '../world.ts'

/** The state before: what the tests of single modules start from. */
export const RUN = '0123456789abcdef0123'
export const OTHER_RUN = 'fedcba9876543210fedc'
export const INSTANCE = { namespace: 'jobs', name: 'fn' }
export const CONTEXT = 'a-keptn-context'

export const givenSettings = (env: NodeJS.ProcessEnv = {}): Settings =>
  readSettings(
    {
      FUNCTION_NAME: INSTANCE.name,
      FUNCTION_NAMESPACE: INSTANCE.namespace,
      FUNCTION_IMAGE: 'fn:1',
      ...env,
    },
    { read: () => undefined },
    { configs: 'given' },
  )

export const givenEnvelope = (fields: Partial<Envelope> = {}): Envelope => ({
  id: 'event-1',
  source: 'shipyard-controller',
  type: 'sh.keptn.event.deployment.triggered',
  context: CONTEXT,
  project: 'sockshop',
  stage: 'dev',
  service: 'carts',
  labels: {},
  received: '2026-01-01T00:00:00.000Z',
  answered: true,
  ...fields,
})

const plannedJob = (run: string, place: Place, name: string): Job => {
  const labels = {
    [LABEL.instance]: instanceId(INSTANCE),
    [LABEL.role]: 'task',
    [LABEL.run]: run,
    [LABEL.unsettled]: 'true',
  }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: taskJobName(run, place, name),
      namespace: 'jobs',
      labels,
    },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'task', image: 'busybox' }],
        },
      },
    },
  }
}

/** An action with tasks of these names. */
export const action = (
  index: number,
  names: string[],
  fields: Partial<PlannedAction> = {},
  run = RUN,
): PlannedAction => ({
  index,
  name: `action ${index}`,
  silent: false,
  tasks: names.map((name, task) => ({
    index: task,
    name,
    job: plannedJob(run, { action: index, task }, name),
    ttl: 600,
  })),
  ...fields,
})

export const plan = (...actions: PlannedAction[]): Plan => ({
  actions,
  bundles: [],
})

export const stepOf = (plan: Plan, name: string): Step => {
  const step = stepsOf(plan).find((step) => recordName(step) === name)
  if (!step) throw new Error(`there is no task ${name}`)
  return step
}

/** A cluster on a clock that stands still. */
export const givenCluster = () => {
  const clock = new VirtualClock()
  return { clock, cluster: new MemoryCluster({ clock }) }
}

/** A head as it is when it is about to be created. */
export const headJob = (
  args: Partial<Parameters<typeof encodeHead>[0]> = {},
): Job =>
  encodeHead({
    run: RUN,
    instance: INSTANCE,
    namespace: 'jobs',
    partOf: 'fn',
    envelope: givenEnvelope(),
    plan: plan(action(0, ['one', 'two'])),
    claim: { for: 'started', by: 'me', until: 0 },
    image: 'none',
    ...args,
  })

export const createHead = async (
  cluster: Cluster,
  args: Parameters<typeof headJob>[0] = {},
): Promise<Head> => decodeHead(await cluster.create('Job', headJob(args)))

/** A task's Job, as the function creates it. */
export const createTask = (
  cluster: Cluster,
  head: Head,
  name: string,
): Promise<Job> =>
  cluster.create('Job', ownedJob(head, stepOf(head.plan, name)))

/** A pod of a Job as the API server tells it. */
export const pod = (
  job: Job,
  fields: { name?: string; status?: Pod['status']; deleting?: boolean } = {},
): Pod => ({
  metadata: {
    name: fields.name ?? 'pod-1',
    namespace: job.metadata?.namespace ?? 'jobs',
    uid: `uid of ${fields.name ?? 'pod-1'}`,
    labels: { ...job.metadata?.labels },
    ownerReferences: [
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        name: job.metadata?.name ?? '',
        uid: job.metadata?.uid ?? '',
      },
    ],
    ...(fields.deleting && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
  },
  ...(fields.status && { status: fields.status }),
})

type ContainerStatus = NonNullable<
  NonNullable<Pod['status']>['containerStatuses']
>[number]

export const containerStatus = (
  name: string,
  state: NonNullable<ContainerStatus['state']>,
): ContainerStatus => ({
  name,
  image: 'busybox',
  imageID: '',
  ready: false,
  restartCount: 0,
  state,
})

export const ended = (name: string, exitCode: number, message?: string) =>
  containerStatus(name, {
    terminated: {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      ...(message !== undefined && { message }),
    },
  })

export const waiting = (name: string, reason: string, message = 'because') =>
  containerStatus(name, { waiting: { reason, message } })

/** In the words of the API server. */
export const NO_RIGHT =
  'jobs.batch is forbidden: User "system:serviceaccount:jobs:fn" cannot create resource "jobs" in API group "batch" in the namespace "jobs"'

export const ONE_TASK = `apiVersion: v2
actions:
- name: Deploy
  events: [{name: sh.keptn.event.deployment.triggered}]
  tasks:
  - {name: one, image: busybox, cmd: [run]}
`

/** Two tasks one after the other; the first gets the files of `data/`. */
export const TWO_TASKS = `apiVersion: v2
actions:
- name: Deploy
  events: [{name: sh.keptn.event.deployment.triggered}]
  tasks:
  - {name: one, image: busybox, cmd: [run], files: [data]}
  - {name: two, image: busybox, cmd: [run]}
`

/** A world whose task `one` runs for a minute. */
export const slowWorld = (
  options: Parameters<typeof makeWorld>[0] & object,
): World => {
  const world: World = makeWorld({
    ...options,
    scripts: {
      one: async (run) => {
        run.started()
        await sleep(world.clock, 60_000, run.signal)
        return { exitCode: run.signal.aborted ? 137 : 0 }
      },
    },
  })
  return world
}

/** Such a world, and an event whose task has just begun. */
export const runningTask = async (config: string) => {
  const world = slowWorld({ config })
  const event = world.trigger()
  await world.deliver(event)
  await world.clock.run(() => world.runs.length > 0, 10_000)
  return { world, event }
}

/** What another replica does with a run that is aborted. */
export const endElsewhere = async ({ cluster, jobs }: World): Promise<void> => {
  const patch = async (
    of: (job: Job) => Parameters<typeof cluster.patch>[3],
  ) => {
    const [job] = jobs('head')
    await cluster.patch('Job', 'jobs', job!.metadata!.name!, of(job!))
  }
  await patch((job) => endedPatch(decodeHead(job), { reason: 'aborted' }))
  await patch((job) => settlePatch(decodeHead(job), { time: cluster.time() }))
}

/** An event whose function stands still once, at a call, for `ms`. */
export const heldUpAt = async (args: {
  at: (call: PortCall, phase: 'before' | 'after') => boolean
  ms: number
  /** What happens then elsewhere. */
  meanwhile: (world: World) => Promise<void>
}) => {
  const world = makeWorld({ config: ONE_TASK })
  let created = 0
  let held = false
  world.fault = async (call, phase) => {
    if (phase === 'before' && createsTask(call)) created += 1
    if (held || !args.at(call, phase)) return
    held = true
    await args.meanwhile(world)
    await sleep(world.clock, args.ms)
  }
  const event = world.trigger()
  await world.deliver(event)
  await world.settle()
  return { world, event, created: () => created }
}

/** True for the call that creates the Job of the task `one`. */
export const createsTask = ({ method, args: [kind, job, options] }: PortCall) =>
  method === 'create' &&
  kind === 'Job' &&
  (job as Job).metadata!.name!.startsWith('one-') &&
  !(options as { dryRun?: boolean } | undefined)?.dryRun
