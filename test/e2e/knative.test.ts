import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { get, kubectl as clusterWide, until } from './cluster.ts'
import { configFor, installOnKnative, knativeMissing } from './knative.ts'
import { answeredOnce, answers, play, trigger } from './keptn.ts'

const missing = await knativeMissing()
if (missing) t.bailout(missing)

const installed = await installOnKnative(t)
const { keptn, kubectl, jobs, tasks, namespace, atZero, livePods } = installed

const config = (...commands: string[]) =>
  configFor('sh.keptn.event.deployment.triggered', ...commands)

/** What is read here of the kubelet's own figures for a node. */
interface Summary {
  pods: {
    podRef: { name: string; namespace: string }
    memory?: { workingSetBytes?: number }
  }[]
}

/** Pods of ours that run, as the kubelets see it, and their memory in bytes. */
const atTheKubelet = async (): Promise<Record<string, number>> => {
  const nodes = await get<{ items: { metadata: { name: string } }[] }>('nodes')
  const summaries = await Promise.all(
    nodes.items.map(({ metadata: { name } }) =>
      clusterWide('get', '--raw', `/api/v1/nodes/${name}/proxy/stats/summary`),
    ),
  )
  return Object.fromEntries(
    summaries
      .flatMap((summary) => (JSON.parse(summary) as Summary).pods)
      .filter(({ podRef }) => podRef.namespace === namespace)
      .map(({ podRef, memory }) => [podRef.name, memory?.workingSetBytes ?? 0]),
  )
}

const sum = (bytes: Record<string, number>): number =>
  Object.values(bytes).reduce((a, b) => a + b, 0)

t.test('idle: no pod of the function is there', async (t) => {
  await until('the function is at zero', 90, atZero)
  await until('no pod', 90, async () => (await livePods()).length === 0)
  const seen = new Set<string>()
  for (const end = Date.now() + 60_000; Date.now() < end; await pause(1000))
    for (const pod of await livePods()) seen.add(pod)
  t.same([...seen], [], 'none appears for a minute more')
  t.same(await jobs('job-executor.keptn.sh/role=watch'), [])
  const kubelet = await atTheKubelet()
  t.same(kubelet, {}, 'the kubelet runs none')
  t.comment(
    `at the kubelet: ${Object.keys(kubelet).length} pods, ${sum(kubelet) / 2 ** 20} MiB`,
  )
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
  const kubelet = await atTheKubelet()
  t.match(Object.keys(kubelet).join(), /task-1-/, 'the kubelet runs its pod')
  t.ok(sum(kubelet) > 0)
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
  t.same(await atTheKubelet(), {}, 'nor at the kubelet')
})
