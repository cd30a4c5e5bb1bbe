import t from 'tap'
import { labelPath } from '../../function/json-pointer.ts'
import { LABEL } from '../../function/labels.ts'
import { ONE_TASK, runningTask } from './given.ts'

/** What an admin may do to the labels of a head while its task runs. */
const edits: [string, { op: 'replace' | 'remove'; label: string }][] = [
  ['unsettled is said to be false', { op: 'replace', label: LABEL.unsettled }],
  ['the run is another one', { op: 'replace', label: LABEL.run }],
  ['the run is not told', { op: 'remove', label: LABEL.run }],
]

for (const [name, { op, label }] of edits)
  t.test(`${name}: the run goes on`, async (t) => {
    const { world, event } = await runningTask(ONE_TASK)
    const path = labelPath(label)
    await world.cluster.patch(
      'Job',
      'jobs',
      world.jobs('head')[0]!.metadata!.name!,
      [op === 'remove' ? { op, path } : { op, path, value: 'false' }],
    )
    world.cluster.resetCounts()
    t.equal(await world.settle(), true)
    t.strictSame(world.kinds(event), ['started', 'finished'])
    t.match(world.reports(event)[1]?.data, { result: 'pass' })
    t.notOk(world.jobs('head')[0]!.metadata!.finalizers?.length)
    t.ok(world.cluster.counts()['patch Job']! < 20, 'without a storm')
  })
