import t from 'tap'
import { until } from './cluster.ts'
import { follow, momentOf, type Seen, timeJob } from './follow.ts'
import { allAtZero, hello } from './hello.ts'
import { trigger } from './keptn.ts'
import { configFor, installOnKnative, knativeMissing } from './knative.ts'

const missing = await knativeMissing()
if (missing) t.bailout(missing)

const ROUNDS = 5

const mean = (ms: number[]): number =>
  ms.reduce((sum, each) => sum + each, 0) / ms.length

const installed = await installOnKnative(t)
const { namespace, keptn, tasks } = installed
const bare = await hello(installed)
const stop = new AbortController()
t.teardown(async () => {
  stop.abort()
  await bare.remove()
})

/** When the container of a Job's pod was seen running. */
const startOf = (pods: ReadonlyMap<string, Seen>, job: string) =>
  until(`${job} runs`, 60, async () => {
    const pod = [...pods.values()].find(({ owner }) => owner === job)
    return pod?.started
  })

t.test('from zero: a Job alone, a hello-world, the function', async (t) => {
  const pods = await follow(namespace, stop.signal)
  const barePods = await follow(bare.namespace, stop.signal)

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
    await allAtZero(namespace, bare.namespace)
    await momentOf(round, ROUNDS)
    const alone = await timeJob(bare.namespace, barePods, 1)
    taken.alone.push(alone.started)
    await momentOf(round, ROUNDS)
    taken.hello.push(await bare.greet())
    await momentOf(round, ROUNDS)
    taken.task.push(await task())
  }
  const line = (what: string, ms: number[]): string =>
    `${what.padEnd(46)}${String(Math.round(mean(ms))).padStart(6)} ms  (${ms.map(Math.round).join(', ')})`
  t.comment(
    [
      `from zero, mean of ${ROUNDS} rounds`,
      line('kubectl create job: its container runs', taken.alone),
      line('event at the Broker: a hello-world has it', taken.hello),
      line("event at the Broker: the task's container runs", taken.task),
    ].join('\n'),
  )
  t.ok(
    mean(taken.task) < 1.5 * (mean(taken.hello) + mean(taken.alone)),
    'less than one and a half times what a hello-world and a Job take',
  )
})
