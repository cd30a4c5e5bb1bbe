import t from 'tap'
import type { PortCall } from '../interpose.ts'
import { makeWorld, type World } from '../world.ts'
import { createsTask, endElsewhere, ONE_TASK as config } from './given.ts'

// A user deletes a run's head, which is what knows it, and its event comes
// once more.

const deleteHead = async ({ cluster, jobs }: World): Promise<void> =>
  cluster.delete('Job', 'jobs', jobs('head')[0]!.metadata!.name!)

const isReport = ({ method, args }: PortCall, kind: string): boolean =>
  method === 'send' && (args[0] as { type: string }).type.endsWith(kind)

/** From now on no process survives a `.started`. */
const restartAtStarted = (world: World, at: 'before' | 'after'): void => {
  world.fault = async (call, phase) => {
    if (phase === at && isReport(call, '.started')) world.restart()
  }
}

t.test('who takes it over finds the answer and does nothing', async (t) => {
  const world = makeWorld({ config })
  const event = world.trigger()
  await world.deliver(event)
  await world.settle()
  await deleteHead(world)
  restartAtStarted(world, 'before')
  await world.deliver(event)
  t.ok(await world.settle())
  t.strictSame(world.runs, ['one'], 'its task does not run again')
  t.strictSame(world.kinds(event), ['started', 'finished'])
})

t.test('... and that its sequence was aborted', async (t) => {
  const world = makeWorld({
    config,
    scripts: { one: () => new Promise(() => {}) },
  })
  const event = world.trigger()
  await world.deliver(event)
  world.keptn.engine.control({
    project: world.scope.project,
    context: event['shkeptncontext'] as string,
    state: 'abort',
  })
  await endElsewhere(world)
  await deleteHead(world)
  restartAtStarted(world, 'before')
  await world.deliver(event)
  t.ok(await world.settle())
  t.strictSame(world.runs, ['one'], 'its task does not run again')
  t.strictSame(world.kinds(event), ['started'])
})

for (const propagationPolicy of ['Foreground', 'Orphan'] as const)
  t.test(
    `a record is left, however it is deleted: ${propagationPolicy}`,
    async (t) => {
      const world = makeWorld({
        config,
        scripts: { one: () => new Promise(() => {}) },
      })
      const event = world.trigger()
      await world.deliver(event)
      const [head] = world.jobs('head')
      await world.cluster.delete('Job', 'jobs', head!.metadata!.name!, {
        propagationPolicy,
      })
      await world.clock.run(() => world.kinds(event).length === 2, 60_000)
      await world.clock.advance(30_000)
      const [record] = world.jobs('head')
      t.not(record?.metadata?.uid ?? head?.metadata?.uid, head?.metadata?.uid)
      await world.deliver(event)
      t.ok(await world.settle())
      t.strictSame(world.kinds(event), ['started', 'finished'])
    },
  )

t.test('without an answer it runs, after .started', async (t) => {
  const world = makeWorld({ config })
  const event = world.trigger()
  restartAtStarted(world, 'after')
  await world.deliver(event)
  world.fault = undefined
  t.ok(await world.settle())
  t.strictSame(world.runs, ['one'])
  t.strictSame(world.kinds(event), ['started', 'finished'])
})

t.test('a pass that is at it takes it for another run', async (t) => {
  const world = makeWorld({ config })
  const event = world.trigger()
  const done: string[] = []
  world.fault = async (call, phase) => {
    if (isReport(call, '.started') && phase === 'after') done.push('started')
    if (!createsTask(call) || phase !== 'after') return
    done.push('created')
    if (done.length > 2) return
    await endElsewhere(world)
    await deleteHead(world)
    await world.executor.event(event)
  }
  await world.deliver(event)
  t.ok(await world.settle())
  t.strictSame(
    done,
    ['started', 'created', 'started', 'created'],
    'it is announced before a task of it is created',
  )
})
