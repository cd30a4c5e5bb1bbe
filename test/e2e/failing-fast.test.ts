import { randomBytes } from 'node:crypto'
import t from 'tap'
import {
  apply,
  BUSYBOX,
  clusterMissing,
  kubectl as clusterWide,
  until,
} from './cluster.ts'
import { installDeployment } from './deployment.ts'
import { NAME } from './installation.ts'
import { answeredOnce, answers, PROJECT, STAGE, trigger } from './keptn.ts'
import {
  type EventView,
  eventTime,
  isLive,
  objectsOf,
  type ObjectView,
} from './objects.ts'

/**
 * What can never start, or was ended from outside, on a real cluster: each
 * case is told to Keptn with its reason, soon after the first sign of it, and
 * what runs is stopped. All cases run at the same time.
 */
const missing = clusterMissing()
if (missing) t.bailout(missing)

/** Between the first sign and `.finished`. */
const MOST_SECONDS = 30

/** How long a pod may wait for a node. */
const GRACE = 8

const installed = await installDeployment(t, {
  UNSCHEDULABLE_GRACE_SECONDS: `${GRACE}`,
  // Too little for the container that copies a task's files.
  DEFAULT_RESOURCE_LIMITS_MEMORY: '8Mi',
  DEFAULT_RESOURCE_REQUESTS_MEMORY: '8Mi',
})
const { kubectl, namespace, keptn, image } = installed
const objects = objectsOf(installed.api, namespace)
const REGISTRY = `${namespace}-registry`
const NODE = `${namespace}-gone`

t.teardown(async () => {
  await clusterWide('delete', 'node', NODE, '--ignore-not-found')
  await clusterWide('delete', 'namespace', REGISTRY, '--wait=false')
})

/**
 * A registry on the node's loopback, which a container runtime speaks to
 * without TLS: it has no image, and tells nobody about the private ones.
 */
const PORT = 20_000 + (randomBytes(2).readUInt16BE() % 10_000)
const REGISTRY_PROGRAM = `
require('node:http').createServer(({ url }, answer) => {
  if (url.startsWith('/v2/private/'))
    answer.writeHead(401, { 'www-authenticate': 'Basic realm="private"' }).end()
  else
    answer.writeHead(url === '/v2/' ? 200 : 404)
      .end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}')
}).listen(${PORT}, '127.0.0.1')`

await apply(
  [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: REGISTRY } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'registry', namespace: REGISTRY },
      spec: {
        hostNetwork: true,
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'registry',
            image,
            command: ['node', '-e', REGISTRY_PROGRAM],
          },
        ],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'memory', namespace },
      spec: { hard: { 'requests.memory': '2Gi' } },
    },
    // A node that nobody runs; nothing is scheduled on it.
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: NODE },
      spec: { unschedulable: true },
    },
  ]
    .map((object) => JSON.stringify(object))
    .join('\n---\n'),
)
await clusterWide(
  ...['-n', REGISTRY, 'wait', 'pod/registry', '--for=condition=Ready'],
)
await kubectl(
  ...['wait', 'resourcequota/memory', '--timeout=30s'],
  '--for=jsonpath={.status.hard}',
)
keptn.deliver({ url: installed.endpoint })

/** What the objects of a task tell, when all is over. */
interface Seen {
  job: ObjectView
  /** Those that are left. */
  pods: ObjectView[]
  /** Of the Job and its pods. */
  events: EventView[]
}

interface Case {
  name: string
  /** Of the task, beside its name; the image is busybox if none is given. */
  task: string
  files?: Record<string, string>
  /** What is done to the task's pod; gives the first sign's time. */
  act?: (
    pod: (is: (pod: ObjectView) => boolean) => Promise<ObjectView>,
  ) => Promise<number>
  /** When it could be known first; milliseconds since the epoch. */
  sign?: (seen: Seen) => number | undefined
  /** What the message must say. */
  told: RegExp[]
}

const byEvent =
  (reason: string, afterSeconds = 0) =>
  ({ events }: Seen) => {
    const times = events
      .filter((event) => event.reason === reason)
      .map(eventTime)
    return times.length > 0
      ? Math.min(...times) + afterSeconds * 1000
      : undefined
  }

/** `FailureTarget` is the decision; before Kubernetes 1.31 there is none. */
const failed = ({ status }: ObjectView) =>
  status?.conditions?.find(
    ({ type, status }) => /^Fail/.test(type) && status === 'True',
  )

const byCondition = ({ job }: Seen) =>
  Date.parse(failed(job)?.lastTransitionTime ?? '')

const byContainersEnd = ({ pods: [pod] }: Seen) => {
  const ends = [
    ...(pod?.status?.initContainerStatuses ?? []),
    ...(pod?.status?.containerStatuses ?? []),
  ].flatMap(({ state }) => state?.terminated?.finishedAt ?? [])
  return ends[0] === undefined ? undefined : Date.parse(ends[0])
}

/** Says something, and stays until it is ended. */
const STAYS =
  'cmd: [sh, -c, \'echo what it said; trap "exit 1" TERM; sleep 600 & wait\']'
const SAID = /what it said/

const runs = ({ status }: ObjectView): boolean => status?.phase === 'Running'

const said = (pod: string) =>
  until('the task has said it', 30, async () =>
    SAID.test(await kubectl('logs', pod)),
  )

const CASES: Case[] = [
  {
    name: 'an image that the registry does not have',
    task: `image: localhost:${PORT}/nowhere/nothing:1`,
    sign: byEvent('Failed'),
    told: [/its image cannot be pulled, the registry has no such image/],
  },
  {
    name: 'an image that needs credentials',
    task: `image: localhost:${PORT}/private/image:1`,
    sign: byEvent('Failed'),
    told: [/its image cannot be pulled, the registry refuses it: its cred/],
  },
  {
    name: 'a registry that does not answer',
    task: 'image: rig.local/nowhere:1',
    sign: byEvent('Failed'),
    told: [/its image cannot be pulled, the registry cannot be reached/],
  },
  {
    name: 'a Secret that is not there',
    task: 'env: [{name: missing-secret, valueFrom: secret}]',
    sign: byEvent('Failed'),
    told: [/cannot be configured/, /secret "missing-secret" not found/],
  },
  {
    name: 'a seccomp profile that its node does not have',
    task: 'securityContext: {seccompProfile: {type: Localhost, localhostProfile: missing.json}}',
    sign: byEvent('Failed'),
    told: [/its container cannot be created/, /missing\.json/],
  },
  {
    name: 'a service account that is not there',
    task: 'serviceAccount: missing-account',
    sign: byEvent('FailedCreate'),
    told: [/cannot start a pod/, /serviceaccount "missing-account" not found/],
  },
  {
    name: 'a quota that is used up',
    task: 'resources: {requests: {memory: 4Gi}, limits: {memory: 4Gi}}',
    sign: byEvent('FailedCreate'),
    told: [/cannot start a pod/, /exceeded quota: memory/],
  },
  {
    name: "more than the namespace's pod security allows",
    task: 'securityContext: {allowPrivilegeEscalation: true}',
    sign: byEvent('FailedCreate'),
    told: [/cannot start a pod/, /violates PodSecurity "restricted/],
  },
  {
    name: 'more than any node has',
    task: "resources: {requests: {cpu: '1000', memory: 8Mi}, limits: {cpu: '1000', memory: 8Mi}}",
    sign: byEvent('FailedScheduling', GRACE),
    told: [/no node can take its pod/, /Insufficient cpu/],
  },
  {
    name: 'files that cannot be copied',
    task: 'files: [some.txt]',
    files: { 'some.txt': 'some' },
    sign: byContainersEnd,
    told: [
      /container files ended with exit code 137 \(OOMKilled: it needed more/,
    ],
  },
  {
    name: 'a program that is not in its image',
    task: 'cmd: [no-such-program]',
    sign: byEvent('Failed'),
    told: [/could not be started: .*"?no-such-program"?: executable file not/],
  },
  {
    name: 'more memory than its limit',
    task: `cmd: [sh, -c, 'echo what it said; dd if=/dev/zero of=/dev/null bs=64M count=8']`,
    sign: byContainersEnd,
    told: [/container task ended with .*OOMKilled: it needed more/, SAID],
  },
  {
    name: 'a pod that is evicted',
    task: STAYS,
    act: async (pod) => {
      const { metadata } = await pod(runs)
      await said(metadata.name)
      await objects.pod(metadata.name, 'eviction', {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
      })
      return Date.now()
    },
    // The kubelet may have removed its container before the log is read.
    told: [/it was evicted/, /what it said|unable to (query|retrieve)/i],
  },
  {
    name: 'a node that is gone',
    // It waits for a node, and is then put on one that nobody runs.
    task: "resources: {requests: {cpu: '1000', memory: 8Mi}, limits: {cpu: '1000', memory: 8Mi}}",
    act: async (pod) => {
      const { metadata } = await pod(isLive)
      await objects.pod(metadata.name, 'binding', {
        apiVersion: 'v1',
        kind: 'Binding',
        target: { apiVersion: 'v1', kind: 'Node', name: NODE },
      })
      await clusterWide(
        ...['taint', 'node', NODE],
        'node.kubernetes.io/out-of-service=nodeshutdown:NoExecute',
      )
      return Date.now()
    },
    told: [/its node is (drained or )?gone/],
  },
  {
    name: 'a task that takes longer than it may',
    task: `${STAYS}\n        maxPollDuration: 25`,
    sign: byCondition,
    told: [/timed out after 25 s and was stopped/, SAID],
  },
]

/** What a task has beside what its case says. */
const USUAL: Record<string, string> = {
  image: BUSYBOX,
  resources: '{requests: {memory: 8Mi}, limits: {memory: 32Mi}}',
}

const config = (name: string, task: string) => `
apiVersion: v2
actions:
  - name: Deploy
    events: [{name: sh.keptn.event.deployment.triggered}]
    tasks:
      - name: ${name}
        ${[
          task,
          ...Object.entries(USUAL)
            .filter(([key]) => !task.startsWith(`${key}:`))
            .map(([key, value]) => `${key}: ${value}`),
        ].join('\n        ')}
      - name: Never
        image: ${BUSYBOX}
`

const RUN = 'job-executor.keptn.sh/run'
const ROLE = 'job-executor.keptn.sh/role'
const UNSETTLED = 'job-executor.keptn.sh/unsettled'

/** The Jobs and pods of a `.triggered` event's tasks. */
const tasksOf = (triggered: string) => `keptn.sh/event-id=${triggered}`

const podOf = (triggered: string, is: (pod: ObjectView) => boolean) =>
  until('the task has a pod', 40, async () =>
    (await objects.pods(tasksOf(triggered))).find(is),
  )

const run = async ({ task, files, act }: Case, index: number) => {
  const { context, triggered } = await trigger(keptn, {
    service: `case-${index}`,
    task: 'deployment',
    config: config('Fails', task),
    ...(files && { files }),
  })
  const acted = act?.((is) => podOf(triggered, is))
  await Promise.all([acted, keptn.ended(context, 110_000)])
  return { triggered, acted: await acted }
}

const played = await Promise.allSettled(CASES.map(run))
await until('no pod is live any more', 40, async () => {
  const pods = await objects.pods(`${ROLE}=task`)
  return !pods.some(isLive)
}).catch((error: unknown) => t.fail(String(error)))
const [jobs, pods, events] = await Promise.all([
  objects.jobs(),
  objects.pods(),
  objects.events(),
])

/** It failed, or will when its pods are gone; nothing of it is active. */
const isStopped = (job: ObjectView): boolean =>
  failed(job) !== undefined && !job.status?.active

for (const [index, each] of CASES.entries())
  t.test(each.name, async (t) => {
    const result = played[index]!
    if (result.status === 'rejected') throw result.reason
    const { triggered, acted } = result.value
    answeredOnce(t, keptn, triggered)
    const finished = answers(keptn, triggered)[1]!
    t.match(finished.event.data, { status: 'errored', result: 'fail' })
    for (const text of each.told) t.match(finished.event.data['message'], text)

    const ofTask = ({ metadata: { labels } }: ObjectView) =>
      labels?.['keptn.sh/event-id'] === triggered
    const [job, ...others] = jobs.filter(ofTask)
    t.same(others, [], 'the next task is not run')
    t.ok(isStopped(job!), 'the Job is stopped')
    const seen: Seen = {
      job: job!,
      pods: pods.filter(ofTask),
      events: events.filter(({ involvedObject: { name } }) =>
        name.startsWith(job!.metadata.name),
      ),
    }
    const sign = acted ?? each.sign?.(seen)
    if (sign === undefined) throw new Error('no sign was seen')
    const seconds = (finished.at - sign) / 1000
    t.comment(`${each.name}: told after ${seconds.toFixed(1)} s`)
    t.ok(seconds <= MOST_SECONDS, `${seconds} s`)
    // Kubernetes' times are whole seconds.
    t.ok(seconds > -2, 'and not before')
  })

/** A task that stays, once it runs and has said something. */
const staying = async (service: string, stage = STAGE, context?: string) => {
  const scope = { project: PROJECT, stage, service }
  const gitcommitid = keptn.resources.set(scope, {
    'job/config.yaml': config('Stays', STAYS),
  })
  const { id, shkeptncontext } = keptn.trigger({
    type: 'sh.keptn.event.deployment.triggered',
    gitcommitid,
    data: scope,
    ...(context !== undefined && { shkeptncontext: context }),
  })
  const { metadata } = await podOf(id, runs)
  await said(metadata.name)
  return { triggered: id, context: shkeptncontext, run: metadata.labels![RUN]! }
}

const stopped = (triggered: string) =>
  until('the Job is stopped', 30, async () =>
    (await objects.jobs(tasksOf(triggered))).every(isStopped),
  )

const settled = (run: string) =>
  until('the run is settled', 30, async () => {
    const heads = await objects.jobs(`${RUN}=${run},${ROLE}=head`)
    return heads.every(({ metadata: { labels } }) => !labels?.[UNSETTLED])
  })

/** The task that comes after the one of the case. */
const isNever = ({ metadata: { name } }: ObjectView) =>
  name.startsWith('never-')

const kinds = (triggered: string) =>
  answers(keptn, triggered).map(({ event: { type } }) => type.split('.').at(-1))

t.test('an abort ends what runs of that context and stage', async (t) => {
  const first = await staying('aborted')
  const { context } = first
  const [otherStage, otherContext] = await Promise.all([
    staying('aborted', 'prod', context),
    staying('not-aborted'),
  ])
  const abort = (context: string, stage: string) =>
    keptn.engine.control({ project: PROJECT, context, stage, state: 'abort' })
  abort(context, STAGE)
  await stopped(first.triggered)
  await settled(first.run)
  t.same(kinds(first.triggered), ['started'], 'nothing more is sent')
  const jobs = await objects.jobs(tasksOf(first.triggered))
  t.equal(jobs.length, 1, 'nothing more is started')
  t.notOk((await objects.pods(tasksOf(first.triggered))).some(isLive))
  for (const { triggered } of [otherStage, otherContext]) {
    t.ok((await objects.pods(tasksOf(triggered))).some(runs), 'the rest runs')
    t.same(kinds(triggered), ['started'])
  }
  abort(context, 'prod')
  abort(otherContext.context, STAGE)
  await Promise.all(
    [otherStage, otherContext].map(({ triggered }) => stopped(triggered)),
  )
})

t.test("deleting a run's head cancels it", async (t) => {
  const { triggered, context, run } = await staying('cancelled')
  const [head] = await objects.jobs(`${RUN}=${run},${ROLE}=head`)
  await kubectl('delete', 'job', head!.metadata.name, '--wait=false')
  const begin = Date.now()
  await keptn.ended(context, 60_000)
  answeredOnce(t, keptn, triggered)
  const finished = answers(keptn, triggered)[1]!
  t.comment(`cancelled after ${(finished.at - begin) / 1000} s`)
  t.match(finished.event.data, { status: 'errored', result: 'fail' })
  t.match(finished.event.data['message'], /the run was cancelled: its head was/)
  t.match(finished.event.data['message'], SAID)
  // It goes with its head.
  await stopped(triggered)
  await settled(run)
  t.same(
    (await objects.jobs(tasksOf(triggered))).filter(isNever),
    [],
    'nothing more is started',
  )
  t.notOk((await objects.pods(tasksOf(triggered))).some(isLive))
})

t.test('nothing is left to do, and nothing came later', async (t) => {
  await until('the job watch is gone', 60, async () => {
    const watches = await objects.jobs(`${ROLE}=watch`)
    return watches.length === 0
  })
  t.same(await objects.jobs(UNSETTLED), [], 'every run is settled')
  const all = keptn
    .history()
    .filter(({ event: { type } }) => type.endsWith('deployment.triggered'))
    .map(({ event: { id } }) => kinds(id).join())
  const told = all.filter((each) => each === 'started,finished')
  const aborted = all.filter((each) => each === 'started')
  t.equal(told.length, CASES.length + 1)
  t.equal(aborted.length, 3)
  t.equal(all.length, told.length + aborted.length)
  t.notMatch(await kubectl('logs', `deploy/${NAME}`), /"level":"error"/)
})
