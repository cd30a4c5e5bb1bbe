import t from 'tap'
import { leaveRecord } from '../../function/cancelled.ts'
import type { Ports } from '../../function/ports.ts'
import { makeWorld } from '../world.ts'
import { createHead, givenCluster, givenSettings, ONE_TASK } from './given.ts'

/** A head that its user deleted and the function released. */
const given = async () => {
  const { cluster, clock } = givenCluster()
  const head = await createHead(cluster)
  const warned: string[] = []
  const ports = {
    ...{ cluster, clock, settings: givenSettings() },
    image: async () => 'fn:1',
    log: (_level: string, message: string) => void warned.push(message),
  } as unknown as Ports
  const uid = () => cluster.objects('Job', 'jobs')[0]?.metadata?.uid
  const left = leaveRecord(ports, head)
  return { cluster, clock, head, uid, left, warned }
}

t.test("the collector's finalizer holds it for a moment", async (t) => {
  const { cluster, clock, head, uid, left, warned } = await given()
  await clock.advance(2_500)
  t.equal(uid(), head.uid)
  cluster.remove('Job', 'jobs', head.name)
  await clock.advance(1_000)
  await left
  t.ok(uid())
  t.not(uid(), head.uid, 'there is a record')
  t.strictSame(warned, [])
})

t.test('... or for long: that is told', async (t) => {
  const { clock, head, uid, left, warned } = await given()
  await clock.advance(10_000)
  await left
  t.equal(uid(), head.uid)
  t.strictSame(warned, ['the cancelled run left no record'])
})

t.test('its dependents are orphaned: no bundle stays', async (t) => {
  const world = makeWorld({
    config: ONE_TASK.replace('image:', 'files: [a], image:'),
    files: { a: 'text' },
    scripts: { one: () => new Promise(() => {}) },
  })
  const event = world.trigger()
  await world.deliver(event)
  await world.clock.run(() => world.runs.length > 0, 60_000)
  const bundles = () => world.cluster.objects('ConfigMap')
  t.equal(bundles().length, 1)
  const [head] = world.jobs('head')
  await world.cluster.delete('Job', 'jobs', head!.metadata!.name!, {
    propagationPolicy: 'Orphan',
  })
  t.ok(await world.settle())
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.strictSame(bundles(), [])
})
