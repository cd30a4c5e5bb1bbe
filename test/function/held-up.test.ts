import t from 'tap'
import { sleep } from '../../function/clock.ts'
import { watchName } from '../../function/names.ts'
import { makeWorld } from '../world.ts'
import { createsTask, endElsewhere, ONE_TASK as config } from './given.ts'

/** The first poke takes four seconds, and `meanwhile` happens before it. */
const heldUp = async (
  meanwhile: (world: ReturnType<typeof makeWorld>) => Promise<void>,
) => {
  const world = makeWorld({ config })
  const watch = watchName(world.settings.instance)
  let created = 0
  let held = false
  let startedAt = NaN
  world.fault = async (call, phase) => {
    if (phase === 'before' && createsTask(call)) created += 1
    if (phase === 'before' && call.method === 'send' && !(startedAt >= 0))
      startedAt = world.clock.monotonic()
    if (held || call.method !== 'patch' || call.args[2] !== watch) return
    held = true
    await meanwhile(world)
    await sleep(world.clock, 4_000)
  }
  const event = world.trigger()
  await world.deliver(event)
  await world.settle()
  return { world, event, created: () => created, startedAt: () => startedAt }
}

t.test('ended while the watch is poked: nothing is sent or made', async (t) => {
  const { world, event, created } = await heldUp(endElsewhere)
  t.equal(created(), 0)
  t.strictSame(world.kinds(event), [])
})

t.test('its record is gone, too: nothing either', async (t) => {
  const { world, event, created } = await heldUp(async (world) => {
    await endElsewhere(world)
    const [head] = world.jobs('head')
    await world.cluster.delete('Job', 'jobs', head!.metadata!.name!)
  })
  t.equal(created(), 0)
  t.strictSame(world.kinds(event), [])
})

t.test('nothing happened meanwhile: it goes on at once', async (t) => {
  const { world, event, created, startedAt } = await heldUp(async () => {})
  t.equal(created(), 1)
  t.ok(startedAt() < 5_000, `.started after ${startedAt()} ms`)
  t.strictSame(world.kinds(event), ['started', 'finished'])
})
