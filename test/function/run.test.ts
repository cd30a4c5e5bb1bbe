import t from 'tap'
import { ends, makeWorld, type World } from '../world.ts'

const config = (tasks: string, more = '') => `apiVersion: v2
actions:
- name: Deploy
  events:
  - name: sh.keptn.event.deployment.triggered
  tasks:
${tasks}${more}`

const task = (name: string, more = '') =>
  `  - name: ${name}\n    image: busybox\n    cmd: [run]\n${more}`

t.test('one task runs and is reported once', async (t) => {
  const world = makeWorld({ config: config(task('one')) })
  const event = world.trigger()
  t.equal(await world.deliver(event), true)
  t.equal(await world.settle(), true, 'it comes to rest')
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.strictSame(world.runs, ['one'])
  const [, finished] = world.reports(event)
  t.match(finished?.data, { status: 'succeeded', result: 'pass' })
  t.match(finished?.data.message, /Task 'one' finished successfully!/)
  t.match(finished?.data.message, /hello from one/)
  t.equal(world.keptn.engine.sequences()[0]?.state, 'finished')
})

t.test('three tasks run one after another', async (t) => {
  const world = makeWorld({
    config: config(task('one') + task('two') + task('three')),
  })
  const event = world.trigger()
  await world.deliver(event)
  t.equal(await world.settle(), true)
  t.strictSame(world.runs, ['one', 'two', 'three'])
  t.strictSame(world.kinds(event), ['started', 'finished'])
})

t.test('a failed task ends its action, the other actions run', async (t) => {
  const world: World = makeWorld({
    config: config(
      task('one') + task('two'),
      `- name: Other
  events: [{name: deployment}]
  tasks:
${task('three')}`,
    ),
    scripts: { one: (run) => ends(() => world, 3)(run) },
  })
  const event = world.trigger()
  await world.deliver(event)
  t.equal(await world.settle(), true)
  t.strictSame(world.runs, ['one', 'three'])
  t.strictSame(world.kinds(event), ['started', 'finished'])
  const data = world.reports(event)[1]?.data
  t.match(data, { status: 'errored', result: 'fail' })
  t.match(data?.message, /Task 'one' failed: .*exit code 3/)
  t.match(data?.message, /one ends with 3/)
  t.match(data?.message, /Task 'three' finished successfully/)
})
