import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'node:https'
import type { Job } from '../../function/cluster/cluster.ts'
import { LABEL, ofRole } from '../../function/labels.ts'
import { post, startServer } from './process.ts'
import { compare, type Figure, median } from './sample.ts'
import { bundle, NODE, type Place, type World } from './world.ts'

/** Makes many objects quickly: over kept connections, some at a time. */
const maker = async (world: World) => {
  const { connection } = world.api
  const agent = new Agent({ keepAlive: true, ...connection.tls })
  const authorization = (await connection.authorization()) ?? ''
  const make = (path: string, object: unknown): Promise<void> =>
    new Promise((resolve, reject) => {
      const sent = request(
        connection.server + path,
        {
          ...{ agent, method: 'POST' },
          headers: { authorization, 'content-type': 'application/json' },
        },
        (answer) => {
          answer
            .resume()
            .on('end', () =>
              answer.statusCode === 201
                ? resolve()
                : reject(new Error(`${path}: ${answer.statusCode}`)),
            )
        },
      )
      sent.on('error', reject)
      sent.end(JSON.stringify(object))
    })
  return {
    all: async (objects: [path: string, object: unknown][]) => {
      const work = async () => {
        for (let next = objects.pop(); next; next = objects.pop())
          await make(...next)
      }
      await Promise.all(Array.from({ length: 24 }, work))
    },
    end: () => agent.destroy(),
  }
}

const jobsIn = (namespace: string): string =>
  `/apis/batch/v1/namespaces/${namespace}/jobs`

const jobsOf = async (
  world: World,
  namespace: string,
  selector: string,
): Promise<Job[]> => {
  const query = `labelSelector=${encodeURIComponent(selector)}`
  const { body } = await world.api.raw('GET', `${jobsIn(namespace)}?${query}`)
  return (body as { items: Job[] }).items
}

/** What one run left in the namespace, to make others after. */
const template = async (world: World, namespace: string, run: string) => {
  const items = await jobsOf(world, namespace, `${LABEL.run}=${run}`)
  /** One more run like that one, under an id of its own. */
  return (settled: boolean): [string, unknown][] => {
    const id = randomBytes(10).toString('hex')
    return items.map((item) => {
      const copy = JSON.parse(JSON.stringify(item).replaceAll(run, id)) as Job
      const { name, annotations, labels = {} } = copy.metadata!
      if (settled) delete labels[LABEL.unsettled]
      const spec = copy.spec!
      delete spec.selector
      for (const own of [labels, spec.template.metadata?.labels ?? {}])
        for (const key of Object.keys(own))
          if (key.includes('controller-uid') || key.includes('job-name'))
            delete own[key]
      // Nothing is to be run: it is complete, or stays as it is.
      if (settled) spec.completions = spec.parallelism = 0
      else spec.suspend = true
      return [
        jobsIn(namespace),
        { metadata: { name, namespace, labels, annotations }, spec },
      ]
    })
  }
}

/** A function with one run whose task is under way. */
const oneRun = async (world: World, place: Place) => {
  const server = await startServer({
    ...{ node: NODE, argv: [bundle('server')], env: place.env },
  })
  const { status } = await post(server.port, world.event())
  if (status !== 202) throw new Error(`${status}: ${server.output()}`)
  await server.says('task started', 1)
  const run = /"run":"([0-9a-f]{20})"/.exec(server.output())![1]!
  return { server, run }
}

const CALLBACK = { path: '/callbacks/job' }

const ring = (run: string): string =>
  JSON.stringify({
    ...{ specversion: '1.0', id: randomBytes(8).toString('hex') },
    ...{ source: 'bench', type: 'job-executor.run.changed', data: { run } },
  })

/** What many runs in the namespace cost a callback, and the job watch. */
export const settledFigures = async (
  world: World,
  counts: { settled: number; unsettled: number; rounds: number },
): Promise<Figure[]> => {
  const make = await maker(world)
  const fill = async (place: Place, count: number, settled: boolean) => {
    const { server, run } = await oneRun(world, place)
    const more = await template(world, place.namespace, run)
    await make.all(Array.from({ length: count }, () => more(settled)).flat())
    return { server, run }
  }
  // A service account's files are of the last place; the token is the same.
  const [few, many, open] = [
    await world.place(),
    await world.place(),
    await world.place(),
  ]
  const a = await fill(few, 10, true)
  const b = await fill(many, counts.settled, true)
  const c = await fill(open, counts.unsettled - 1, false)
  make.end()
  const [ten, thousands]: [number[], number[]] = [[], []]
  for (let round = -5; round < counts.rounds; round += 1) {
    const own = await post(b.server.port, ring(b.run), CALLBACK)
    const other = await post(a.server.port, ring(a.run), CALLBACK)
    if (own.status !== 202 || other.status !== 202)
      throw new Error(`callbacks: ${own.status}, ${other.status}`)
    if (round < 0) continue
    thousands.push(own.ms)
    ten.push(other.ms)
  }
  for (const { server } of [a, b, c]) await server.end()
  const callback = compare(
    {
      ...{ id: 'callback', unit: 'ms', target: 1.3 },
      name: `callback with ${counts.settled} settled runs, to with 10`,
    },
    thousands,
    ten,
  )

  const hello: number[] = []
  const watches: number[][] = [[], [], []]
  for (let round = 0; round < 3; round += 1) {
    hello.push(await helloRss())
    for (const [index, place] of [few, open, many].entries())
      watches[index]!.push(await watchRss(world, place))
  }
  const names = [
    `with 1 unsettled run`,
    `with ${counts.unsettled} unsettled runs`,
    `with ${counts.settled} settled ones beside`,
  ]
  return [
    callback,
    ...watches.map((samples, index) =>
      compare(
        {
          id: ['watch-1', 'watch-unsettled', 'watch-settled'][index]!,
          name: `RSS of the job watch ${names[index]}`,
          ...{ unit: 'MiB', target: [1.1, 1.6, 1.1][index]! },
        },
        [median(samples)],
        [median(hello)],
      ),
    ),
  ]
}

/** It settles down before it is looked at. */
const SETTLE_MS = 6_000

const helloRss = async (): Promise<number> => {
  const server = await startServer({
    ...{ node: NODE, argv: ['test/bench/baseline/hello.mjs'], env: {} },
  })
  await post(server.port, '{}')
  await sleep(SETTLE_MS)
  const rss = server.rss() / 1024
  await server.end()
  return rss
}

/** The job watch that the function made, started as its Job says. */
const watchRss = async (world: World, place: Place): Promise<number> => {
  const [job] = await jobsOf(world, place.namespace, ofRole('watch'))
  const { command, env } = job!.spec!.template.spec!.containers[0]!
  const watch = await startServer({
    ...{ node: NODE, argv: [...command!.slice(1, -1), bundle('watch')] },
    env: {
      ...place.env,
      ...Object.fromEntries(
        env!.map(({ name, value }) => [name, value ?? job!.metadata!.uid!]),
      ),
      CALLBACK_URL: 'http://127.0.0.1:9/callbacks/job',
      JOB_WATCH_HEARTBEAT_SECONDS: '600',
      JOB_WATCH_LINGER_SECONDS: '600',
    },
    silent: true,
  })
  await sleep(SETTLE_MS)
  const rss = watch.rss() / 1024
  await watch.end()
  return rss
}
