import t from 'tap'
import { createsTask, endElsewhere, heldUpAt } from './given.ts'

/** Stands still for two minutes at a call, while the run is ended elsewhere. */
const frozenAt = (at: Parameters<typeof heldUpAt>[0]['at']) =>
  heldUpAt({ at, ms: 120_000, meanwhile: endElsewhere })

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
