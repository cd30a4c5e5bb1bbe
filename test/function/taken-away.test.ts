import t from 'tap'
import { sleep } from '../../function/clock.ts'
import { ClusterError, type Job } from '../../function/cluster/cluster.ts'
import { LABEL } from '../../function/labels.ts'
import { makeWorld, type World } from '../world.ts'

/** An admin takes the right to a namespace away while a task runs there. */
const FAR = 'far'
const MINUTE = 60_000

const isUnsettled = ({ metadata }: Job): boolean =>
  metadata!.labels![LABEL.unsettled] !== undefined

const givenRun = async () => {
  const world: World = makeWorld({
    env: { JOB_NAMESPACES: FAR },
    config: `apiVersion: v2
actions:
- name: Deploy
  events: [{ name: sh.keptn.event.deployment.triggered }]
  tasks:
  - { name: near, image: busybox }
  - { name: away, image: busybox, namespace: ${FAR}, files: [a] }
`,
    files: { a: 'text' },
    scripts: {
      away: async (run) => {
        run.started()
        await sleep(world.clock, MINUTE, run.signal)
        return { exitCode: 0 }
      },
    },
  })
  const event = world.trigger()
  await world.deliver(event)
  await world.clock.run(() => world.runs.includes('away'), MINUTE)
  let forbidden = true
  const namespaceOf = (args: unknown[]): unknown =>
    typeof args[1] === 'string'
      ? args[1]
      : (args[1] as { metadata?: { namespace?: string } })?.metadata?.namespace
  world.fault = async ({ port, args }, phase) => {
    if (forbidden && phase === 'before' && port === 'cluster')
      if (namespaceOf(args) === FAR)
        throw new ClusterError('Forbidden', 'no RoleBinding found')
  }
  /** What is there of its tasks nobody can see, nor take away. */
  const ends = (ms: number): Promise<boolean> =>
    world.clock.run(
      () => world.jobs('head').every((head) => !isUnsettled(head)),
      ms,
    )
  return { world, event, ends, giveBack: () => (forbidden = false) }
}

t.test('it comes back: the run goes on', async (t) => {
  const { world, event, giveBack } = await givenRun()
  await world.clock.advance(2 * MINUTE)
  t.strictSame(world.kinds(event), ['started'])
  giveBack()
  t.equal(await world.settle(5 * MINUTE), true)
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(world.reports(event)[1]?.data.result, 'pass')
})

t.test('a user ends the run', async (t) => {
  const { world, event, ends } = await givenRun()
  const [head] = world.jobs('head')
  await world.cluster.delete('Job', 'jobs', head!.metadata!.name!)
  t.equal(await ends(5 * MINUTE), true)
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(world.reports(event)[1]?.data.result, 'fail')
})

t.test('nobody does: it ends when its tasks must be over', async (t) => {
  const { world, event, ends } = await givenRun()
  // Two of five minutes each, and a quarter of an hour.
  t.equal(await ends(23 * MINUTE), false)
  t.equal(await ends(5 * MINUTE), true)
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(world.reports(event)[1]?.data.message, /Task 'away' failed/)
})
