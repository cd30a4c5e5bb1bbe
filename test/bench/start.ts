import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { post, startServer } from './process.ts'
import { compare, type Figure } from './sample.ts'
import { bundle, NODE, type Place, type World } from './world.ts'

interface Start {
  listening: number
  ready: number
  first: number
  cpuListening: number
  cpuReady: number
  cpuFirst: number
  rss: number
}

/** One cold start and its first event; milliseconds and MiB. */
const startOnce = async (
  world: World,
  args: Parameters<typeof startServer>[0],
): Promise<Start> => {
  const server = await startServer(args)
  try {
    const cpuListening = server.cpu()
    const probe = `http://127.0.0.1:${server.port}/health/readiness`
    const probed = await fetch(probe)
    const ready = performance.now() - server.begun
    const cpuReady = server.cpu()
    if (!probed.ok) throw new Error(`${probed.status}: ${server.output()}`)
    const { status } = await post(server.port, world.event())
    const first = performance.now() - server.begun
    if (status !== 202) throw new Error(`${status}: ${server.output()}`)
    const { listening } = server
    const [cpuFirst, rss] = [server.cpu(), server.rss() / 1024]
    return {
      ...{ listening, ready, first, rss },
      ...{ cpuListening, cpuReady, cpuFirst },
    }
  } finally {
    await server.end()
  }
}

/**
 * Cold starts, interleaved. `quota`: with so many milliseconds of CPU in each
 * second. The files are warm.
 */
export const startFigures = async (
  world: World,
  place: Place,
  calls: string,
  rounds: number,
  quota?: number,
): Promise<Figure[]> => {
  const group = quota === undefined ? undefined : cpuGroup(quota)
  if (quota !== undefined && !group) return []
  const cgroup = group && { cgroup: group }
  const ours = { node: NODE, argv: [bundle('server')], env: place.env }
  const bare = {
    node: NODE,
    argv: ['test/bench/baseline/server.mjs'],
    env: { CALLS: calls },
  }
  const samples: { ours: Start[]; bare: Start[] } = { ours: [], bare: [] }
  for (let round = -1; round < rounds; round += 1) {
    const first = await startOnce(world, { ...ours, ...cgroup })
    const second = await startOnce(world, { ...bare, ...cgroup })
    // The first round warms the files.
    if (round < 0) continue
    samples.ours.push(first)
    samples.bare.push(second)
  }
  if (group) rmdirSync(group)
  const figure = (
    id: string,
    name: string,
    field: keyof Start,
    target?: number,
  ): Figure =>
    compare(
      {
        ...{ id, name, unit: field === 'rss' ? 'MiB' : 'ms' },
        ...(target && { target }),
      },
      samples.ours.map((sample) => sample[field]),
      samples.bare.map((sample) => sample[field]),
    )
  if (quota !== undefined)
    return [
      figure(
        'start-202-quota',
        `start → first 202, ${quota} ms of CPU per second`,
        'first',
        1.4,
      ),
    ]
  return [
    figure('start-202', 'start → first 202', 'first', 1.5),
    figure('start-listening', 'start → listening', 'listening', 1.25),
    figure('start-ready', 'start → loaded, and ready', 'ready', 1.25),
    figure('start-202-cpu', 'start → first 202, CPU time', 'cpuFirst', 1.5),
    figure(
      'start-listening-cpu',
      'start → listening, CPU time',
      'cpuListening',
      1.25,
    ),
    figure(
      'start-ready-cpu',
      'start → loaded, and ready, CPU time',
      'cpuReady',
      1.25,
    ),
    figure('start-rss', 'RSS after the first event', 'rss', 1.25),
  ]
}

/** The period of a quota, in microseconds: the kubelet's. */
const PERIOD = 100_000

/**
 * A cgroup with a quota of milliseconds per second, as the kubelet gives one
 * to a container; `undefined` where none can be made.
 */
const cpuGroup = (quota: number): string | undefined => {
  const folder = `/sys/fs/cgroup/cpu/bench-${process.pid}`
  try {
    mkdirSync(folder)
    writeFileSync(`${folder}/cpu.cfs_period_us`, `${PERIOD}`)
    writeFileSync(`${folder}/cpu.cfs_quota_us`, `${(quota * PERIOD) / 1000}`)
    return folder
  } catch {
    return undefined
  }
}
