import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { deliver } from './deliver.ts'
import { post, type Server, startServer } from './process.ts'
import { compare, type Figure, median } from './sample.ts'
import { AT_ONCE, bundle, NODE, type Place, ROOT, type World } from './world.ts'

const run = promisify(execFile)

const BURST = 500

/** Events at a function that is there, one after the other. */
export const warmFigures = async (
  world: World,
  place: Place,
  calls: string,
  rounds: number,
): Promise<Figure[]> => {
  const ours = await startServer({
    ...{ node: NODE, argv: [bundle('server')], env: place.env },
  })
  const bare = await startServer({
    ...{ node: NODE, argv: ['test/bench/baseline/server.mjs'] },
    env: { CALLS: calls },
  })
  try {
    const [first, second]: [number[], number[]] = [[], []]
    for (let round = 1; round <= rounds + 10; round += 1) {
      const own = await take(world, ours)
      // What follows the answer is over before the next is measured.
      await ours.says('task started', round)
      const other = await take(world, bare)
      // Not counted before V8 has seen enough of both.
      if (round <= 10) continue
      first.push(own)
      second.push(other)
    }
    const about = { unit: 'ms' } as const
    return [
      compare(
        { ...about, id: 'warm-202', name: 'warm event → 202', target: 1.5 },
        first,
        second,
      ),
      compare(
        { ...about, id: 'warm-202-p95', name: '… its p95', target: 2 },
        first,
        second,
        0.95,
      ),
    ]
  } finally {
    await ours.end()
    await bare.end()
  }
}

const take = async (world: World, server: Server): Promise<number> => {
  const { status, ms } = await post(server.port, world.event())
  if (status !== 202) throw new Error(`${status}: ${server.output()}`)
  return ms
}

/** Bursts of each, in turn: single ones differ by a tenth. */
const BURSTS = 9

/** How many events the bare client works on at once. */
const CONCURRENCY = [16, 32, 64]

/**
 * Events at once at a function that is there, until the last has its Job: all
 * are sent, and as many are handed over as the queue-proxy lets through.
 */
export const burstFigures = async (
  world: World,
  calls: string,
): Promise<Figure[]> => {
  const bare = CONCURRENCY.map((): number[] => [])
  const ours: Burst[] = []
  for (let round = 0; round < BURSTS; round += 1) {
    // Not always the same is last: the API server keeps all that was before.
    const early = round % 2 === 0
    if (early) ours.push(await burst(world))
    for (const [index, concurrency] of CONCURRENCY.entries())
      bare[index]!.push(await bareBurst(calls, concurrency))
    if (!early) ours.push(await burst(world))
  }
  const rate = median(ours.map((burst) => burst.rate))
  const best = Math.max(...bare.map(median))
  const peak = Math.max(...ours.map((burst) => burst.peak))
  const again = ours.reduce((sum, burst) => sum + burst.again, 0)
  const note = `none lost, ${again} delivered again`
  return [
    {
      ...{ id: 'burst', name: `${BURST} events at once → their Jobs`, note },
      ...{ unit: '/s', ours: rate, baseline: best, ratio: rate / best },
      ...{ target: 0.8, least: true, samples: BURSTS },
    },
    {
      ...{ id: 'burst-rss', name: '… the most RSS', unit: 'MiB' },
      ...{ ours: peak, baseline: 150, ratio: peak / 150, target: 1 },
      ...{ samples: BURSTS, note: 'the baseline is the limit' },
    },
  ]
}

/** Events of a second whose requests a bare client makes. */
const bareBurst = async (
  calls: string,
  concurrency: number,
): Promise<number> => {
  const { stdout } = await run(NODE, ['test/bench/baseline/burst.mjs'], {
    cwd: ROOT,
    env: { CALLS: calls, COUNT: `${BURST}`, CONCURRENCY: `${concurrency}` },
  })
  return (BURST / Number(stdout)) * 1000
}

interface Burst {
  /** Events of a second. */
  rate: number
  /** Most RSS of the function, in MiB. */
  peak: number
  /** Events that were delivered more than once. */
  again: number
}

const burst = async (world: World): Promise<Burst> => {
  // The baseline's runs, which nobody ends, are in another namespace.
  const place = await world.place()
  const server = await startServer({
    ...{ node: NODE, argv: [bundle('server')], env: place.env },
  })
  try {
    await take(world, server)
    await server.says('task started', 1)
    const events = Array.from({ length: BURST }, () => world.event())
    const begin = performance.now()
    const delivered = deliver(server.port, events, AT_ONCE)
    await server.says('task started', BURST + 1)
    const rate = (BURST / (performance.now() - begin)) * 1000
    return { rate, peak: server.peak() / 1024, again: await delivered }
  } finally {
    await server.end()
  }
}
