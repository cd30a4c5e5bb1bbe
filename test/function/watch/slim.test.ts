import t from 'tap'
import type { Pod } from '../../../function/cluster/cluster.ts'
import { dueReason } from '../../../function/watch/due.ts'
import { slim } from '../../../function/watch/slim.ts'
import { headJob, RUN } from '../given.ts'

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

t.test('a head: what says how its run stands is kept', async (t) => {
  const head = headJob()
  head.metadata!.managedFields = [{ manager: 'x' }]
  const before = copy(head)
  const slimmed = slim<'Job'>(head)
  t.strictSame(head, before, 'the object itself is left as it was')
  t.ok(JSON.stringify(slimmed).length < JSON.stringify(head).length / 2)
  t.strictSame(slimmed.metadata?.labels, head.metadata?.labels)
  const runs = [head, slimmed].map((head) => ({ head, jobs: [], pods: [] }))
  for (const now of [0, Date.now(), Date.now() + 1e9])
    t.equal(dueReason(runs[1]!, now), dueReason(runs[0]!, now))
})

t.test('a pod: its status is kept, its containers are not', async (t) => {
  const pod: Pod = {
    metadata: { name: 'a', labels: { run: RUN } },
    spec: { containers: [{ name: 'task', image: 'busybox' }] },
    status: { phase: 'Running' },
  }
  t.match(slim<'Pod'>(pod), {
    metadata: { name: 'a', labels: { run: RUN } },
    status: { phase: 'Running' },
    spec: { containers: [] },
  })
})

t.test('without anything', async (t) =>
  t.strictSame(slim<'Job'>({}), { metadata: { annotations: {} } }),
)
