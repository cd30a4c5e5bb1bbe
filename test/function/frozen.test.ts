import t from 'tap'
import { sleep } from '../../function/clock.ts'
import type { PortCall } from '../interpose.ts'
import { makeWorld } from '../world.ts'
import { createsTask, endElsewhere, ONE_TASK as config } from './given.ts'

/** Stands still for two minutes at a call, while the run is ended elsewhere. */
const frozenAt = async (
  at: (call: PortCall, phase: 'before' | 'after') => boolean,
) => {
  const world = makeWorld({ config })
  let created = 0
  let frozen = false
  world.fault = async (call, phase) => {
    if (phase === 'before' && createsTask(call)) created += 1
    if (frozen || !at(call, phase)) return
    frozen = true
    await endElsewhere(world)
    await sleep(world.clock, 120_000)
  }
  const event = world.trigger()
  await world.deliver(event)
  await world.settle()
  return { world, event, created: () => created }
}

t.test('frozen after .started: nothing is created any more', async (t) => {
  const { world, event, created } = await frozenAt(
    ({ method }, phase) => method === 'send' && phase === 'after',
  )
  t.equal(created(), 0)
  t.strictSame(world.kinds(event), ['started'])
})

t.test('frozen on its way to the API server: the Job goes again', async (t) => {
  const { world, event, created } = await frozenAt(
    (call, phase) => createsTask(call) && phase === 'before',
  )
  t.equal(created(), 1)
  t.strictSame(world.jobs('task'), [])
  t.strictSame(world.kinds(event), ['started'])
})
