import { setTimeout as pause } from 'node:timers/promises'
import { BUSYBOX, until } from '../e2e/cluster.ts'
import { follow, momentOf, type Seen, timeJob } from '../e2e/follow.ts'
import { allAtZero, hello } from '../e2e/hello.ts'
import { install } from '../e2e/installation.ts'
import { play, TOKEN } from '../e2e/keptn.ts'
import { brokerUrl, ready } from '../e2e/knative.ts'
import { surroundings } from '../e2e/surroundings.ts'
import { compare, type Figure, median } from './sample.ts'

/** Longer than the function stays after an event, until its pod is gone. */
const LONG_SECONDS = 60

/** Until the kubelet is at rest again. */
const SETTLED_MS = 5000

/** Tasks of 10 ms, but for the first, when it has to be long. */
const config = (tasks: number, firstSeconds = 0.01): string =>
  [
    'apiVersion: v2',
    'actions:',
    '  - name: Deploy',
    '    events: [{name: sh.keptn.event.deployment.triggered}]',
    '    tasks:',
    ...Array.from(
      { length: tasks },
      (_, index) => `      - name: Task ${index + 1}
        image: ${BUSYBOX}
        cmd: [sleep, '${index === 0 ? firstSeconds : 0.01}']`,
    ),
  ].join('\n')

/** What two bare Jobs took, one after the other, in milliseconds. */
interface Bare {
  /** From `kubectl create job` to its container's end. */
  ended: number
  /** From that end to the start of the next one's container. */
  next: number
}

/**
 * The same, and a bare server at zero: from an event at the Broker until it
 * was handed it.
 */
interface BareCold extends Bare {
  cold: number
  /** When the event came with a container's end, as a callback does. */
  coldAfterEnd: number
}

/**
 * What a user waits for, on a real cluster with Knative: an event at the
 * Broker until Keptn has its `.finished`, next to what Kubernetes itself
 * takes for such a container, and Knative for the start of a bare server.
 * `rounds` with the function there; a third of them with it at zero.
 */
export const clusterFigures = async (rounds: number): Promise<Figure[]> => {
  const { image, keptn, api, settings, close } = await surroundings()
  const stop = new AbortController()
  const installed = await install({
    ...{ folder: 'knative', image, token: TOKEN, settings },
  })
  const { namespace, kubectl } = installed
  let removeBare = async (): Promise<void> => {}
  try {
    await ready(installed, 'ksvc', 'broker', 'trigger')
    const broker = brokerUrl(api, namespace)
    keptn.deliver({ url: broker })
    const bare = await hello({ namespace, image, broker })
    removeBare = bare.remove
    const seen = await follow(namespace, stop.signal)
    const bareSeen = await follow(bare.namespace, stop.signal)
    let services = 0
    const sequence = async (text: string): Promise<number> => {
      const begin = performance.now()
      const service = `bench-${(services += 1)}`
      await play(keptn, { service, task: 'deployment', config: text }, 180)
      return performance.now() - begin
    }
    const plain = async (): Promise<Bare> => {
      const first = await timeJob(bare.namespace, bareSeen, 0.01)
      const second = await timeJob(bare.namespace, bareSeen, 0.01)
      const next = second.at + second.started - (first.at + first.ended)
      return { ended: first.ended, next }
    }
    const atZero = async (...namespaces: string[]): Promise<void> => {
      await allAtZero(namespace, ...namespaces)
      // What was left of the pods is cleared away.
      await pause(SETTLED_MS)
    }

    const bares: Bare[] = []
    const [one, three]: [number[], number[]] = [[], []]
    const gaps: number[] = []
    await sequence(config(1))
    for (let round = 0; round < rounds; round += 1) {
      await momentOf(round, rounds)
      bares.push(await plain())
      await momentOf(round, rounds)
      one.push(await sequence(config(1)))
      await momentOf(round, rounds)
      const begin = performance.now()
      three.push(await sequence(config(3)))
      gaps.push(...gapsOf(seen, begin))
    }
    const baresCold: BareCold[] = []
    const [oneCold, threeCold]: [number[], number[]] = [[], []]
    const gapsCold: number[] = []
    const coldRounds = Math.ceil(rounds / 3)
    for (let round = 0; round < coldRounds; round += 1) {
      await atZero(bare.namespace)
      await momentOf(round, coldRounds)
      const jobs = await plain()
      const coldAfterEnd = await bare.greet()
      await pause(SETTLED_MS)
      await momentOf(round, coldRounds)
      oneCold.push(await sequence(config(1)))
      await atZero(bare.namespace)
      await momentOf(round, coldRounds)
      const cold = await bare.greet()
      baresCold.push({ ...jobs, cold, coldAfterEnd })
      await pause(SETTLED_MS)
      await momentOf(round, coldRounds)
      threeCold.push(await sequence(config(3)))
      await atZero()
      const begin = performance.now()
      const long = sequence(config(2, LONG_SECONDS))
      const runs = async (): Promise<boolean> => tasksOf(seen, begin).length > 0
      await until('its task runs', 60, runs)
      await allAtZero(namespace)
      const zero = performance.now()
      await long
      if (zero > (tasksOf(seen, begin)[0]?.ended ?? 0))
        throw new Error('the function was there when the first task ended')
      gapsCold.push(...gapsOf(seen, begin))
    }
    const next = bares.map((bare) => bare.next)
    const ended = bares.map((bare) => bare.ended)
    const start = `of its baseline ${Math.round(median(baresCold.map(({ cold }) => cold)))} ms are the bare server's start`
    const bound = (factor: number, plus: number, baseline: number[]) =>
      factor + plus / median(baseline)
    const about = { unit: 'ms' } as const
    const endedThrice = ended.map((ms) => 3 * ms)
    const oneBare = baresCold.map((bare) => bare.ended + bare.cold)
    const threeBare = baresCold.map((bare) => 3 * bare.ended + bare.cold)
    const nextBare = baresCold.map((bare) => bare.next + bare.coldAfterEnd)
    return [
      compare(
        {
          ...{ ...about, id: 'one-task', name: 'one task: event → .finished' },
          target: bound(1.2, 200, ended),
        },
        one,
        ended,
      ),
      compare(
        {
          ...{ ...about, id: 'three-tasks', name: 'three tasks' },
          target: bound(1.1, 300, endedThrice),
        },
        three,
        endedThrice,
      ),
      compare(
        {
          ...{ ...about, id: 'one-task-cold', name: 'one task, from zero' },
          ...{ target: bound(1.2, 500, oneBare), note: start },
        },
        oneCold,
        oneBare,
      ),
      compare(
        {
          ...{ ...about, id: 'three-tasks-cold' },
          ...{ name: 'three tasks, from zero' },
          target: bound(1.2, 500, threeBare),
        },
        threeCold,
        threeBare,
      ),
      compare(
        {
          ...{ ...about, id: 'next-task' },
          name: "a container's end → the next's start",
          target: bound(1.2, 200, next),
        },
        gaps,
        next,
      ),
      compare(
        {
          ...{ ...about, id: 'next-task-cold' },
          name: '… with the function at zero',
          target: 1.1,
        },
        gapsCold,
        nextBare,
      ),
    ]
  } finally {
    stop.abort()
    await kubectl('delete', 'trigger,broker,ksvc', '--all', '--wait=false')
    await removeBare()
    await installed.remove()
    await close()
  }
}

/** The pods of tasks that started since then, in the order of their start. */
const tasksOf = (seen: ReadonlyMap<string, Seen>, since: number): Seen[] =>
  [...seen.values()]
    .filter(({ owner, started = 0 }) => started > since && isTask(owner))
    .sort((a, b) => a.started! - b.started!)

/** From each task's end to the start of the one after it, of one run. */
const gapsOf = (seen: ReadonlyMap<string, Seen>, since: number): number[] => {
  const tasks = tasksOf(seen, since)
  return tasks
    .slice(1)
    .map(({ started }, index) => started! - tasks[index]!.ended!)
}

const isTask = (job: string): boolean => /-[0-9a-f]{20}-\d+-\d+$/.test(job)
