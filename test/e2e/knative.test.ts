import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import {
  apiProxy,
  BUSYBOX,
  clusterMissing,
  functionImage,
  kubectl as clusterWide,
  until,
} from './cluster.ts'
import { install, NAME } from './installation.ts'
import {
  answeredOnce,
  answers,
  play,
  startKeptn,
  TOKEN,
  trigger,
} from './keptn.ts'

const missing = clusterMissing()
if (missing) t.bailout(missing)
await clusterWide('get', 'crd', 'services.serving.knative.dev').catch(() =>
  t.bailout('no Knative in the cluster: npm run cluster:knative'),
)

const [image, keptn, proxy] = await Promise.all([
  functionImage(),
  startKeptn(),
  apiProxy(),
])
const installed = await install({
  folder: 'knative',
  image,
  token: TOKEN,
  settings: {
    KEPTN_API_ENDPOINT: keptn.endpoint,
    JOB_WATCH_LINGER_SECONDS: '2',
  },
})
const { kubectl, get, jobs, tasks, namespace } = installed

t.teardown(async () => {
  if (!t.passing()) {
    t.comment(await kubectl('get', 'ksvc,broker,trigger,jobs,pods,events'))
    t.comment(
      await kubectl(
        ...['logs', '-l', `serving.knative.dev/service=${NAME}`],
        ...['-c', 'function', '--tail=-1'],
      ),
    )
  }
  await kubectl('delete', 'trigger,broker,ksvc', '--all', '--wait=false')
  await installed.remove()
  await keptn.close()
  await proxy.end()
})

const ready = (kind: string) =>
  kubectl('wait', kind, '--all', '--for=condition=Ready', '--timeout=120s')
for (const kind of ['ksvc', 'broker', 'trigger']) await ready(kind)
keptn.deliver({
  url: `${proxy.url}/api/v1/namespaces/knative-eventing/services/broker-ingress:80/proxy/${namespace}/default`,
})

interface Scale {
  items: { spec: { replicas: number } }[]
}
interface Pods {
  items: {
    metadata: { name: string; deletionTimestamp?: string }
    status: { phase: string }
  }[]
}

/** At zero, as the autoscaler decided it. */
const atZero = async () => {
  const { items } = await get<Scale>(
    ...['deployments', '-l', `serving.knative.dev/service=${NAME}`],
  )
  return items.length > 0 && items.every(({ spec }) => spec.replicas === 0)
}

/** Names of pods that take part of the cluster's resources. */
const livePods = async () => {
  const { items } = await get<Pods>('pods')
  return items
    .filter(({ status: { phase } }) => ['Pending', 'Running'].includes(phase))
    .map(({ metadata: { name } }) => name)
}

const config = (...commands: string[]) => `
apiVersion: v2
actions:
  - name: Deploy
    events: [{name: sh.keptn.event.deployment.triggered}]
    tasks:
${commands
  .map(
    (command, index) => `      - name: Task ${index + 1}
        image: ${BUSYBOX}
        cmd: [sh, -c, ${JSON.stringify(command)}]
`,
  )
  .join('')}`

t.test('idle: no pod of the function is there', async (t) => {
  await until('the function is at zero', 90, atZero)
  await until('no pod', 90, async () => (await livePods()).length === 0)
  const seen = new Set<string>()
  for (const end = Date.now() + 20_000; Date.now() < end; await pause(1000))
    for (const pod of await livePods()) seen.add(pod)
  t.same([...seen], [], 'none appears for 20 s more')
  t.same(await jobs('job-executor.keptn.sh/role=watch'), [])
})

t.test('cold: an event wakes the function, its task runs', async (t) => {
  t.ok(await atZero())
  const begin = performance.now()
  const played = await play(keptn, {
    service: 'cold',
    task: 'deployment',
    config: config('echo from zero'),
  })
  t.comment(`event to .finished: ${Math.round(performance.now() - begin)} ms`)
  answeredOnce(t, keptn, played.triggered)
  t.match(played.finished, { status: 'succeeded', result: 'pass' })
  t.match(played.finished['message'], 'from zero')
  const [job] = await tasks(played.context)
  t.equal(await kubectl('logs', `job/${job?.metadata.name}`), 'from zero\n')
  await until('the function is back at zero', 90, atZero)
  await until('the job watch is gone', 60, async () => {
    const watches = await jobs('job-executor.keptn.sh/role=watch')
    return watches.length === 0
  })
})

t.test('a task longer than the window: woken by the job watch', async (t) => {
  const { context, triggered } = await trigger(keptn, {
    service: 'long',
    task: 'deployment',
    config: config('sleep 60; echo slept', 'echo then'),
  })
  await until('the first task runs', 60, async () => {
    const [job] = await tasks(context)
    return job !== undefined
  })
  await until('the function is at zero while the task runs', 50, atZero)
  t.same(
    answers(keptn, triggered).map(({ event }) => event.type),
    ['sh.keptn.event.deployment.started'],
  )
  t.equal((await jobs('job-executor.keptn.sh/role=watch')).length, 1)
  await keptn.ended(context, 120_000)
  answeredOnce(t, keptn, triggered)
  const done = await tasks(context)
  t.equal(done.length, 2)
  t.equal(await kubectl('logs', `job/${done[1]?.metadata.name}`), 'then\n')
})

t.test('an event whose type has no Trigger wakes nothing', async (t) => {
  await until('the function is at zero', 90, atZero)
  const { triggered } = await trigger(keptn, {
    service: 'other-type',
    task: 'something-else',
    config: config('true'),
  })
  await pause(3000)
  t.ok(await atZero())
  t.same(answers(keptn, triggered), [])
})

t.test('nothing is left running', async (t) => {
  await until('the function is at zero', 90, atZero)
  await until('no pod', 90, async () => (await livePods()).length === 0)
  t.same(await jobs('job-executor.keptn.sh/unsettled'), [])
})
