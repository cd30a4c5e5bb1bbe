import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import {
  apiProxy,
  BUSYBOX,
  kubectl as clusterWide,
  functionImage,
  until,
} from '../e2e/cluster.ts'
import { follow, type Seen } from '../e2e/follow.ts'
import { install, type Installation, NAME } from '../e2e/installation.ts'
import { play, startKeptn, TOKEN } from '../e2e/keptn.ts'
import { compare, type Figure, median } from './sample.ts'

const config = (tasks: number): string =>
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
        cmd: [sleep, '0.01']`,
    ),
  ].join('\n')

/**
 * What a user waits for, on a real cluster with Knative: an event at the
 * Broker until Keptn has its `.finished`, next to what Kubernetes itself
 * takes for such a container.
 */
export const clusterFigures = async (rounds: number): Promise<Figure[]> => {
  const [image, keptn, proxy] = await Promise.all([
    functionImage(),
    startKeptn(),
    apiProxy(),
  ])
  const stop = new AbortController()
  const installed = await install({
    ...{ folder: 'knative', image, token: TOKEN },
    settings: {
      KEPTN_API_ENDPOINT: keptn.endpoint,
      JOB_WATCH_LINGER_SECONDS: '2',
    },
  })
  const { namespace, kubectl } = installed
  const bareNamespace = `${namespace}-bare`
  try {
    for (const kind of ['ksvc', 'broker', 'trigger'])
      await kubectl(
        ...['wait', kind, '--all', '--for=condition=Ready', '--timeout=120s'],
      )
    keptn.deliver({
      url: `${proxy.url}/api/v1/namespaces/knative-eventing/services/broker-ingress:80/proxy/${namespace}/default`,
    })
    const seen = await follow(namespace, stop.signal)
    // Its pods are not hardened: the function's namespace would refuse them.
    await clusterWide('create', 'namespace', bareNamespace)
    const bareSeen = await follow(bareNamespace, stop.signal)
    let services = 0
    const sequence = async (tasks: number): Promise<number> => {
      const begin = performance.now()
      await play(keptn, {
        service: `bench-${(services += 1)}`,
        task: 'deployment',
        config: config(tasks),
      })
      return performance.now() - begin
    }
    const plain = async (): Promise<{ started: number; ended: number }> => {
      const name = `plain-${randomBytes(3).toString('hex')}`
      const begin = performance.now()
      await clusterWide(
        ...['-n', bareNamespace, 'create', 'job', name],
        ...[`--image=${BUSYBOX}`, '--', 'sleep', '0.01'],
      )
      const pod = await until('its end', 60, async () =>
        [...bareSeen.values()].find(
          ({ owner, ended }) => owner === name && ended,
        ),
      )
      return { started: pod.started! - begin, ended: pod.ended! - begin }
    }
    const bare: { started: number; ended: number }[] = []
    const [one, three]: [number[], number[]] = [[], []]
    const gaps: number[] = []
    await sequence(1)
    for (let round = 0; round < rounds; round += 1) {
      bare.push(await plain())
      one.push(await sequence(1))
      three.push(await sequence(3))
      gaps.push(...gapsOf(seen))
      seen.clear()
    }
    const ended = bare.map((sample) => sample.ended)
    const cold: number[] = []
    for (let round = 0; round < Math.ceil(rounds / 4); round += 1) {
      await until('it is at zero', 120, () => atZero(installed))
      await pause(1000)
      cold.push(await sequence(1))
    }
    const about = { unit: 'ms' } as const
    const within = (factor: number, plus: number, base: number) =>
      factor + plus / base
    return [
      compare(
        {
          ...{ ...about, id: 'one-task', name: 'one task: event → .finished' },
          target: within(1.2, 200, median(ended)),
        },
        one,
        ended,
      ),
      compare(
        {
          ...{
            ...about,
            id: 'three-tasks',
            name: 'three tasks, one after the other',
          },
          target: within(1.1, 300, 3 * median(ended)),
        },
        three,
        ended.map((ms) => 3 * ms),
      ),
      compare(
        {
          ...{
            ...about,
            id: 'next-task',
            name: "a container's end → the next's start",
          },
          target: within(1.2, 200, median(bare.map(({ started }) => started))),
        },
        gaps,
        bare.map(({ started }) => started),
      ),
      compare(
        {
          ...{
            ...about,
            id: 'one-task-cold',
            name: 'one task, the function at zero',
          },
          note: 'its baseline is without a cold start',
        },
        cold,
        ended,
      ),
    ]
  } finally {
    stop.abort()
    await kubectl('delete', 'trigger,broker,ksvc', '--all', '--wait=false')
    await installed.remove()
    await clusterWide('delete', 'namespace', bareNamespace, '--wait=false')
    await keptn.close()
    await proxy.end()
  }
}

/** From each task's end to the start of the one after it. */
const gapsOf = (seen: ReadonlyMap<string, Seen>): number[] => {
  const tasks = [...seen.values()]
    .filter(({ owner }) => /-\d+-\d+$/.test(owner))
    .sort((a, b) => (a.started ?? 0) - (b.started ?? 0))
  return tasks.flatMap(({ owner, started }, index) => {
    const before = tasks[index - 1]
    const same = before && runOf(before.owner) === runOf(owner)
    return same && before.ended && started ? [started - before.ended] : []
  })
}

const runOf = (job: string): string | undefined =>
  /-([0-9a-f]{20})-\d+-\d+$/.exec(job)?.[1]

const atZero = async ({ get }: Installation): Promise<boolean> => {
  const { items } = await get<{ items: { spec: { replicas: number } }[] }>(
    ...['deployments', '-l', `serving.knative.dev/service=${NAME}`],
  )
  return items.length > 0 && items.every(({ spec }) => spec.replicas === 0)
}
