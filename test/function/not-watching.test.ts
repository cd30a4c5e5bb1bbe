import t from 'tap'
import { ClusterError } from '../../function/cluster/cluster.ts'
import { LABEL } from '../../function/labels.ts'
import { notWatching } from '../../function/poke.ts'
import { ONE_TASK, slowWorld } from './given.ts'

const MINUTE = 60_000
const made = Date.UTC(2026, 0, 1)
const watch = (status: { ready?: number }, suspend = false) => ({
  metadata: { name: 'w', creationTimestamp: new Date(made).toISOString() },
  spec: { suspend, template: {} },
  status,
})

t.test('when it is told', async (t) => {
  t.equal(notWatching(watch({}), made + MINUTE - 1), undefined, 'it may start')
  t.match(
    notWatching(watch({}), made + MINUTE),
    /watch w, .* no pod of it runs/,
  )
  t.equal(notWatching(watch({ ready: 1 }), made + MINUTE), undefined)
  t.match(notWatching(watch({}, true), made + MINUTE), /it is suspended/)
})

/** A world whose job watch gets no pod. */
const given = () => {
  const lines: string[] = []
  const world = slowWorld({
    config: ONE_TASK,
    log: (level, message) => lines.push(`${level} ${message}`),
  })
  world.cluster.admit = (kind, { metadata }) => {
    if (kind === 'Pod' && metadata?.labels?.[LABEL.role] === 'watch')
      throw new ClusterError('Forbidden', 'serviceaccount "w" not found')
  }
  const errors = () => lines.filter((line) => line.startsWith('error'))
  return { world, errors }
}

t.test('each event brings on what nobody watches', async (t) => {
  const { world, errors } = given()
  const first = world.trigger()
  await world.deliver(first)
  await world.clock.advance(5 * MINUTE)
  t.strictSame(world.kinds(first), ['started'], 'nobody rings')
  t.strictSame(errors(), [])
  for (let more = 0; more < 2; more += 1) await world.deliver(world.trigger())
  await world.clock.advance(15_000)
  t.strictSame(world.kinds(first), ['started', 'finished'])
  t.equal(errors().length, 1, 'it is told once')
  t.match(
    errors()[0],
    /watches nothing: no pod of it runs\. .*kubectl describe/,
  )
  const told = world.cluster
    .objects('Event')
    .filter(({ reason }) => reason === 'NotWatching')
  t.equal(told.length, 1)
  t.equal(told[0]!.involvedObject.name, world.jobs('watch')[0]!.metadata!.name)
})
