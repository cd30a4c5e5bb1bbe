import t, { type Test } from 'tap'
import { ClusterError } from '../../function/cluster/cluster.ts'
import { sleep } from '../../function/clock.ts'
import type { PortCall } from '../interpose.ts'
import { makeWorld, type World } from '../world.ts'
import { createsTask, TWO_TASKS as config } from './given.ts'

const files = { 'data/a.txt': 'a' }
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const givenWorld = (): World =>
  makeWorld({
    config,
    files,
    scripts: {
      one: async (run) => {
        run.started()
        await sleep(world.clock, MINUTE, run.signal)
        return { exitCode: 0 }
      },
    },
  })
let world: World
t.beforeEach(() => {
  world = givenWorld()
})

/** All of that kind of call fail from now on, for so long. */
const away = (
  ms: number,
  fails: (call: PortCall) => Promise<{ instead: unknown } | void>,
) => {
  const end = world.clock.monotonic() + ms
  world.fault = async (call, phase) =>
    phase === 'before' && world.clock.monotonic() < end
      ? fails(call)
      : undefined
}

const noApiServer = async ({ port }: PortCall) => {
  if (port === 'cluster') throw new ClusterError('Unavailable', 'no answer')
}

/** etcd has no room: what is there can be read, nothing can be written. */
const fullDisk = async ({ port, method, args }: PortCall) => {
  if (port === 'cluster' && !['get', 'list', 'log'].includes(method))
    throw new ClusterError(
      'Unavailable',
      `etcdserver: mvcc: database space exceeded (${String(args[0])})`,
    )
}

const noKeptn = async ({ port, method }: PortCall) => {
  if (port !== 'reporter') return
  return {
    instead:
      method === 'send'
        ? { state: 'unsent', reason: 'connection refused' }
        : undefined,
  }
}

const answeredOnce = (t: Test, event: { id: string }) => {
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(world.reports(event)[1]?.data, { status: 'succeeded' })
  t.strictSame(world.runs, ['one', 'two'])
}

for (const [what, fails] of [
  ['the API server does not answer', noApiServer],
  ['etcd has no room', fullDisk],
] as const) {
  t.test(`${what} when an event comes: it is not taken`, async (t) => {
    away(5 * MINUTE, fails)
    const event = world.trigger()
    t.equal(await world.deliver(event), false, 'its sender has to repeat it')
    await world.clock.advance(5 * MINUTE)
    t.equal(await world.deliver(event), true)
    t.equal(await world.settle(), true)
    answeredOnce(t, event)
  })

  t.test(`${what} for ten minutes of a run: it goes on later`, async (t) => {
    const event = world.trigger()
    await world.deliver(event)
    await world.clock.run(() => world.runs.length > 0, MINUTE)
    away(10 * MINUTE, fails)
    t.equal(await world.settle(), true)
    answeredOnce(t, event)
  })
}

/** No Job of the first task is taken, for so long. */
const noRoom = (ms: number) =>
  away(ms, async (call) => {
    if (createsTask(call))
      throw new ClusterError('QuotaExceeded', 'exceeded quota')
  })

t.test('no room for the first Job: it goes on when there is', async (t) => {
  const event = world.trigger()
  noRoom(5_000)
  await world.deliver(event)
  t.equal(
    await world.clock.run(() => world.runs.length > 0, MINUTE / 2),
    true,
    'no claim is waited for',
  )
  t.equal(await world.settle(), true)
  answeredOnce(t, event)
})

t.test('... and a cancel meanwhile is told at once', async (t) => {
  const event = world.trigger()
  noRoom(HOUR)
  await world.deliver(event)
  await world.clock.advance(5_000)
  const [head] = world.jobs('head')
  await world.cluster.delete('Job', 'jobs', head!.metadata!.name!)
  t.equal(await world.settle(MINUTE / 2), true)
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.strictSame(world.runs, [])
})

t.test('Keptn is away when an event was taken: it waits', async (t) => {
  const event = world.trigger()
  away(5 * MINUTE, noKeptn)
  t.equal(await world.deliver(event), true, 'the run is committed')
  await world.clock.advance(5 * MINUTE)
  t.strictSame(world.runs, [], 'nothing starts before .started is out')
  t.equal(await world.settle(), true)
  answeredOnce(t, event)
})

t.test('Keptn is away for so long that it gave the task up', async (t) => {
  const event = world.trigger()
  away(HOUR, noKeptn)
  t.equal(await world.deliver(event), true)
  t.equal(await world.settle(4 * HOUR), true)
  t.strictSame(world.runs, [], 'what nobody waits for is not started')
  t.strictSame(world.kinds(event), [])
})

t.test('Keptn is away for an hour when the tasks end', async (t) => {
  const event = world.trigger()
  await world.deliver(event)
  await world.clock.run(() => world.runs.length > 0, MINUTE)
  away(HOUR, noKeptn)
  t.equal(await world.settle(4 * HOUR), true)
  answeredOnce(t, event)
})

// Less than a task's deadline, which counts by the cluster's clock.
for (const minutes of [2, -2])
  t.test(`the clock jumps by ${minutes} min in a run`, async (t) => {
    const event = world.trigger()
    await world.deliver(event)
    await world.clock.run(() => world.runs.length > 0, MINUTE)
    world.clock.jump(minutes * MINUTE)
    t.equal(await world.settle(4 * HOUR), true)
    answeredOnce(t, event)
    t.equal(await world.deliver(event), true)
    t.strictSame(world.runs, ['one', 'two'], 'a repeat is still known')
  })
