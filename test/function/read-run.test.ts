import t from 'tap'
import { LABEL } from '../../function/labels.ts'
import { ownedJob } from '../../function/own-task.ts'
import { readTasks } from '../../function/read-run.ts'
import {
  action,
  createHead,
  createTask,
  givenCluster,
  plan,
  stepOf,
} from './given.ts'

/** A run with that many tasks, of which all but the last were created. */
const given = async (tasks: number) => {
  const { cluster } = givenCluster()
  const names = Array.from({ length: tasks }, (_, index) => `task-${index}`)
  const head = await createHead(cluster, { plan: plan(action(0, names)) })
  for (let task = 0; task < tasks - 1; task += 1)
    await createTask(cluster, head, `1-${task + 1}`)
  return { cluster, head }
}

for (const tasks of [1, 2, 10, 11, 30])
  t.test(`of ${tasks} tasks, those that were created`, async (t) => {
    const { cluster, head } = await given(tasks)
    const { jobs, pods } = await readTasks(cluster, head)
    const created = Array.from(
      { length: tasks - 1 },
      (_, task) => `1-${task + 1}`,
    )
    t.strictSame([...jobs.keys()], created)
    t.strictSame([...pods.keys()], created)
  })

for (const tasks of [2, 30])
  t.test(`of ${tasks} tasks, not those of another head`, async (t) => {
    const { cluster, head } = await given(tasks)
    const job = ownedJob(head, stepOf(head.plan, `1-${tasks}`))
    job.metadata!.labels![LABEL.head] = 'another-head'
    await cluster.create('Job', job)
    const { jobs } = await readTasks(cluster, head)
    t.equal(jobs.size, tasks - 1)
  })

t.test('a run of few tasks lists no Jobs', async (t) => {
  const { cluster, head } = await given(3)
  const listed: string[] = []
  const list = cluster.list.bind(cluster)
  cluster.list = (kind, ...rest) => {
    listed.push(kind)
    return list(kind, ...rest)
  }
  await readTasks(cluster, head)
  t.strictSame(listed, ['Pod'])
})
