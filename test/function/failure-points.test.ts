import t, { type Test } from 'tap'
import { ClusterError } from '../../function/cluster/cluster.ts'
import { StoreError } from '../../function/resource-store.ts'
import type { PortCall } from '../interpose.ts'
import { ends, makeWorld, type World } from '../world.ts'

const config = `apiVersion: v2
actions:
- name: First
  events: [{name: sh.keptn.event.deployment.triggered}]
  tasks:
  - {name: one, image: busybox, cmd: [run], files: [data]}
  - {name: two, image: busybox, cmd: [run]}
- name: Second
  events: [{name: sh.keptn.event.deployment.triggered}]
  tasks:
  - {name: three, image: busybox, cmd: [run]}
`
const files = { 'data/a.txt': 'a', 'data/b.txt': 'b' }

type Kind = 'death' | 'error'

const failure = (call: PortCall, phase: 'before' | 'after') => {
  if (call.port === 'cluster') throw new ClusterError('Unavailable', 'injected')
  if (call.port === 'store') throw new StoreError('injected', true)
  if (call.method === 'send')
    return {
      instead: {
        state: phase === 'before' ? 'unsent' : 'unknown',
        reason: 'injected',
      },
    }
  return { instead: undefined }
}

/** Everything that must hold when all has come to rest. */
const check = (t: Test, world: World, event: { id: string }): void => {
  t.strictSame(world.kinds(event), ['started', 'finished'], 'answered once')
  t.strictSame(world.runs, ['one', 'two', 'three'], 'each task ran once')
  t.match(world.reports(event)[1]?.data, { status: 'succeeded' })
  t.equal(world.keptn.engine.sequences()[0]?.state, 'finished')
  t.equal(world.jobs('watch').length, 0, 'the watch is gone')
  for (const job of [...world.jobs('head'), ...world.jobs('task')])
    t.type(job.spec?.ttlSecondsAfterFinished, 'number', 'it has an end')
}

/** One run in which the call number `at` goes wrong. */
const runWith = async (
  at: number,
  phase: 'before' | 'after',
  kind: Kind,
): Promise<{ world: World; event: { id: string }; hit?: PortCall }> => {
  const world: World = makeWorld({ config, files })
  let hit: PortCall | undefined
  const seen: PortCall[] = []
  world.fault = async (call, when) => {
    if (when === 'before') seen.push(call)
    if (hit || seen.indexOf(call) !== at - 1 || when !== phase) return
    hit = call
    if (kind === 'error') return failure(call, phase)
    world.restart()
  }
  const event = world.trigger()
  for (let attempt = 0; attempt < 5; attempt += 1)
    if (await world.deliver(event)) break
  await world.settle()
  return { world, event, ...(hit && { hit }) }
}

for (const kind of ['death', 'error'] as const)
  for (const phase of ['before', 'after'] as const)
    t.test(`${kind} ${phase} each call`, async (t) => {
      let at = 1
      for (; ; at += 1) {
        const { world, event, hit } = await runWith(at, phase, kind)
        if (!hit) break
        const { port, method, args } = hit
        await t.test(
          `call ${at}: ${port} ${method} ${String(args[0])}`,
          async (t) => check(t, world, event),
        )
      }
      t.ok(at > 25, `${at - 1} calls were tried`)
    })

t.test('a redelivery changes nothing, at once or later', async (t) => {
  const world = makeWorld({ config, files })
  const event = world.trigger()
  const taken = await Promise.all(
    Array.from({ length: 20 }, () => world.deliver(event)),
  )
  t.ok(taken.every(Boolean))
  await world.settle()
  t.equal(await world.deliver(event), true)
  await world.settle()
  check(t, world, event)
})

t.test('a failure is told with its log, whatever dies after it', async (t) => {
  const world: World = makeWorld({
    config,
    files,
    scripts: { two: (run) => ends(() => world, 1)(run) },
  })
  let dead = false
  world.fault = async (call, phase) => {
    if (dead || phase !== 'before' || call.method !== 'log') return
    dead = true
    world.restart()
  }
  const event = world.trigger()
  await world.deliver(event)
  await world.settle()
  t.ok(dead)
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(world.reports(event)[1]?.data.message, /two ends with 1/)
})
