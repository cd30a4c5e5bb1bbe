import t from 'tap'
import { endElsewhere, heldUpAt } from './given.ts'

type Held = Parameters<typeof heldUpAt>[0]

/** The first poke takes four seconds, and `meanwhile` happens before it. */
const heldUp = (meanwhile: Held['meanwhile']) =>
  heldUpAt({
    at: ({ method, args: [, , name] }) =>
      method === 'patch' && WATCH.test(String(name)),
    ms: 4_000,
    meanwhile,
  })

const WATCH = /^job-watch-/

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
  const { world, event, created } = await heldUp(async () => {})
  t.equal(created(), 1)
  const started = world.keptn.engine
    .history()
    .find((entry) => entry.event.type.endsWith('.started'))
  const ms = started!.at - Date.parse(event.time!)
  t.ok(ms < 5_000, `.started after ${ms} ms`)
  t.strictSame(world.kinds(event), ['started', 'finished'])
})
