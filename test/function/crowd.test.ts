import t from 'tap'
import type { Job } from '../../function/cluster/cluster.ts'
import { sleep } from '../../function/clock.ts'
import { EVENTS_AT_ONCE } from '../../function/job-executor.ts'
import { headName, runId } from '../../function/names.ts'
import { makeWorld } from '../world.ts'
import { ONE_TASK as config } from './given.ts'

/** What each call takes. Milliseconds. */
const LATENCY = 10

/** Many events come at once; what became of them, in virtual milliseconds. */
const crowd = async (count: number) => {
  const world = makeWorld({ config })
  const { clock, settings } = world
  const now = () => clock.monotonic()
  const pokes: { began: number; over: number }[] = []
  const begun = new Set<string>()
  const committed = new Map<string, number>()
  let most = 0
  const isWatch = (name = ''): boolean => name.startsWith('job-watch-')
  world.fault = async ({ method, args }, phase) => {
    const [, , name] = args as string[]
    const made = method === 'create' ? (args[1] as Job).metadata?.name : ''
    const isHead = made?.startsWith('run-')
    const looks = method === 'get' && name?.startsWith('run-')
    if (phase === 'before') {
      if (method === 'patch' && isWatch(name))
        pokes.push({ began: now(), over: Infinity })
      if (looks && !committed.has(name!)) begun.add(name!)
      most = Math.max(most, begun.size)
      return
    }
    await sleep(clock, LATENCY)
    if (isWatch(made) || (method === 'patch' && isWatch(name)))
      pokes.at(-1)!.over = now()
    if (isHead) {
      begun.delete(made!)
      committed.set(made!, now())
    }
  }
  const events = Array.from({ length: count }, () => world.trigger())
  const taken = new Map<string, number>()
  for (const event of events)
    void world.executor
      .event(event)
      .then(() => taken.set(headName(runId(settings.instance, event)), now()))
  await clock.run(() => taken.size === count, 60_000)
  return { world, events, pokes, committed, taken, most: () => most }
}

t.test('pokes of a crowd are apart, and each event has its own', async (t) => {
  const { world, events, pokes, committed, taken, most } = await crowd(176)
  t.equal(taken.size, 176)
  t.equal(most(), EVENTS_AT_ONCE, 'the others wait before their first request')
  t.ok(pokes.length < 10, `${pokes.length} pokes`)
  for (const [head, at] of taken)
    t.ok(
      pokes.some(
        ({ began, over }) => began >= committed.get(head)! && over <= at,
      ),
      'its poke began after its commit and was over before its answer',
    )
  const last = Math.max(...committed.values())
  t.ok(
    Math.max(...taken.values()) - last <= 3 * LATENCY,
    'when nobody waits any more, nothing waits for the next poke',
  )
  t.equal(await world.settle(), true)
  for (const event of events)
    t.strictSame(world.kinds(event), ['started', 'finished'])
})

t.test('without a crowd no poke is put off', async (t) => {
  const { pokes, committed, taken } = await crowd(EVENTS_AT_ONCE)
  const last = Math.max(...committed.values())
  t.ok(Math.max(...taken.values()) - last <= 3 * LATENCY)
  t.ok(pokes.length <= 3, `${pokes.length} pokes`)
})
