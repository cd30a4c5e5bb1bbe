import t from 'tap'
import { annotationPath } from '../../function/json-pointer.ts'
import { ANNOTATION, LABEL } from '../../function/labels.ts'
import type { World } from '../world.ts'
import { runningTask } from './given.ts'

const CONFIG = `apiVersion: v2
actions:
- name: Deploy
  events:
  - name: sh.keptn.event.deployment.triggered
  tasks:
  - name: one
    image: busybox
  - name: two
    image: busybox
`

const annotate = async (world: World, key: string, value: string) => {
  const { namespace, name } = world.jobs('head')[0]!.metadata!
  await world.cluster.patch('Job', namespace!, name!, [
    {
      op: 'replace',
      path: annotationPath(key),
      value,
    },
  ])
}

for (const [key, value] of [
  [ANNOTATION.plan, 'no gzip'],
  [ANNOTATION.plan, 'bnVsbA=='],
  [ANNOTATION.plan, '{}'],
  [ANNOTATION.tasks, '['],
  [ANNOTATION.tasks, 'null'],
  [ANNOTATION.claim, '[]'],
  [ANNOTATION.claim, 'null'],
  [ANNOTATION.envelope, '"text"'],
] as const)
  t.test(`${key} edited to ${value}: the run ends and is told`, async (t) => {
    const { world, event } = await runningTask(CONFIG)
    await annotate(world, key, value)
    t.equal(await world.deliver(event), true, 'a repeat is taken')
    t.equal(await world.settle(), true, 'it comes to rest')
    t.strictSame(world.runs, ['one'], 'nothing more was started')
    const [head] = world.jobs('head')
    t.notOk(head!.metadata!.finalizers?.length)
    t.ok(head!.spec!.ttlSecondsAfterFinished! >= 15 * 60)
    const [task] = world.jobs('task')
    t.equal(task!.spec!.activeDeadlineSeconds, 1, 'its task was stopped')
    t.equal(task!.metadata!.labels![LABEL.unsettled], undefined)
    t.match(task!.metadata!.annotations![ANNOTATION.stopped], /was damaged/)
    const told = () =>
      world.cluster
        .objects('Event')
        .filter(({ reason }) => reason === 'Damaged')
        .map(({ message }) => message)
    t.match(
      told()[0],
      new RegExp(`^head ${head!.metadata!.name} was damaged: .*not reported`),
    )
    t.equal(await world.deliver(event), true, 'so is the next one')
    t.equal(await world.settle(), true)
    t.strictSame(world.runs, ['one'])
    t.equal(told().length, 1, 'it is told once')
  })

t.test('the end of a sequence passes a damaged head by', async (t) => {
  const { world } = await runningTask(CONFIG)
  await annotate(world, ANNOTATION.plan, 'no gzip')
  const context = world.keptn.engine.sequences()[0]!.context
  t.equal(
    await world.deliver({
      ...{ id: 'end', source: 'shipyard-controller', specversion: '1.0' },
      type: 'sh.keptn.event.dev.delivery.finished',
      shkeptncontext: context,
      data: { ...world.scope, status: 'aborted', result: 'fail' },
    }),
    true,
  )
  t.equal(await world.settle(), true)
  t.strictSame(world.runs, ['one'], 'it was ended, not brought on')
})
