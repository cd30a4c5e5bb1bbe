import t from 'tap'
import type { Job, Pod } from '../../../function/cluster/cluster.ts'
import { STORE_DELAY } from '../../../function/decide.ts'
import type { Claim } from '../../../function/head.ts'
import { ANNOTATION, LABEL } from '../../../function/labels.ts'
import { NO_POD_GRACE } from '../../../function/outcome.ts'
import type { TaskRecord } from '../../../function/verdict.ts'
import { dueReason, watchedRuns } from '../../../function/watch/due.ts'
import {
  containerStatus,
  ended,
  headJob,
  OTHER_RUN,
  pod,
  RUN,
  waiting,
} from '../given.ts'

const NOW = Date.UTC(2026, 0, 1, 12)

const claim = (kind: Claim['for'], until: number): string =>
  JSON.stringify({ for: kind, by: 'me', until })

interface HeadFields {
  claim?: string
  announced?: true
  reported?: true
  ended?: true
  deleting?: true
  tasks?: Record<string, TaskRecord> | string
  run?: string
}

const head = (fields: HeadFields = {}): Job => {
  const job = headJob({ run: fields.run ?? RUN })
  const { tasks } = fields
  return {
    ...job,
    metadata: {
      ...job.metadata,
      ...(fields.deleting && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      annotations: {
        ...job.metadata!.annotations,
        [ANNOTATION.claim]: fields.claim ?? claim('started', NOW - 60_000),
        ...(fields.announced && { [ANNOTATION.announced]: 'then' }),
        ...(fields.reported && { [ANNOTATION.reported]: 'then' }),
        ...(fields.ended && { [ANNOTATION.ended]: '{"reason":"aborted"}' }),
        ...(tasks !== undefined && {
          [ANNOTATION.tasks]:
            typeof tasks === 'string' ? tasks : JSON.stringify(tasks),
        }),
      },
    },
  }
}

const task = (
  place: string,
  fields: { status?: Job['status']; age?: number; run?: string } = {},
): Job => ({
  metadata: {
    name: `one-${fields.run ?? RUN}-${place}`,
    namespace: 'jobs',
    uid: `uid ${place}`,
    creationTimestamp: new Date(NOW - (fields.age ?? 0)).toISOString(),
    labels: { [LABEL.role]: 'task', [LABEL.run]: fields.run ?? RUN },
  },
  status: fields.status ?? {},
})

const podOf = (job: Job, status: NonNullable<Pod['status']>) =>
  pod(job, { status })
const one = task('1-1')
const two = task('1-2')
const runs = podOf(one, {
  containerStatuses: [containerStatus('task', { running: {} })],
})
const good = podOf(one, { containerStatuses: [ended('task', 0)] })
const stuck = podOf(one, {
  containerStatuses: [waiting('task', 'ImagePullBackOff')],
})
const failed = task('1-1', {
  status: { conditions: [{ type: 'Failed', status: 'True' }] },
})

const RUNNING: HeadFields = {
  announced: true,
  tasks: { '1-1': { state: 'created' } },
}
const reporting = claim('finished', NOW - STORE_DELAY + 1)
const expired = claim('finished', NOW - STORE_DELAY)

const CASES: [
  name: string,
  given: { head: Job; jobs?: Job[]; pods?: Pod[] },
  reason: string | undefined,
][] = [
  [
    'a task runs',
    { head: head(RUNNING), jobs: [one], pods: [runs] },
    undefined,
  ],
  ['a task has no pod yet', { head: head(RUNNING), jobs: [one] }, undefined],
  [
    'a task ended',
    { head: head(RUNNING), jobs: [one], pods: [good] },
    '1-1 succeeded',
  ],
  ['a task failed', { head: head(RUNNING), jobs: [failed] }, '1-1 failed'],
  [
    'a pod cannot start',
    { head: head(RUNNING), jobs: [one], pods: [stuck] },
    '1-1 failed',
  ],
  [
    'a Job has no pod',
    { head: head(RUNNING), jobs: [task('1-1', { age: NO_POD_GRACE })] },
    '1-1 has no pod',
  ],
  [
    "the pod of another Job is not the task's",
    { head: head(RUNNING), jobs: [two], pods: [good] },
    undefined,
  ],
  [
    'what is written down is done with; the next runs',
    {
      head: head({
        announced: true,
        tasks: { '1-1': { state: 'succeeded' }, '1-2': { state: 'created' } },
      }),
      jobs: [one, two],
      pods: [good],
    },
    undefined,
  ],
  [
    'all that is there is done with',
    {
      head: head({ announced: true, tasks: { '1-1': { state: 'succeeded' } } }),
      jobs: [one],
      pods: [good],
    },
    'no task runs',
  ],
  [
    'its Job is being deleted, its pod is not gone yet',
    {
      head: head(RUNNING),
      jobs: [
        {
          ...one,
          metadata: {
            ...one.metadata,
            deletionTimestamp: '2026-01-01T00:00:00Z',
          },
        },
      ],
      pods: [runs],
    },
    'no task runs',
  ],
  ['its Job was deleted', { head: head(RUNNING) }, 'no task runs'],
  [
    'a task ended before anything was marked',
    {
      head: head({ claim: claim('started', NOW + 1) }),
      jobs: [one],
      pods: [good],
    },
    '1-1 succeeded',
  ],
  [
    'just committed: it is being announced',
    { head: head({ claim: claim('started', NOW - STORE_DELAY + 1) }) },
    undefined,
  ],
  [
    'the claim to announce has expired',
    { head: head({ claim: claim('started', NOW - STORE_DELAY) }) },
    'no task runs',
  ],
  [
    'announced, and no task: it is not waited for the claim',
    { head: head({ announced: true, claim: claim('started', NOW + 60_000) }) },
    'no task runs',
  ],
  [
    'somebody reports',
    { head: head({ ...RUNNING, claim: reporting }) },
    undefined,
  ],
  [
    'somebody reports a head that is deleted',
    { head: head({ ...RUNNING, claim: reporting, deleting: true }) },
    undefined,
  ],
  [
    'the claim to report has expired',
    { head: head({ ...RUNNING, claim: expired }) },
    'no task runs',
  ],
  [
    'reported, a silent task ended',
    {
      head: head({ ...RUNNING, claim: reporting, reported: true }),
      jobs: [one],
      pods: [good],
    },
    '1-1 succeeded',
  ],
  [
    'the head is deleted',
    { head: head({ ...RUNNING, deleting: true }), jobs: [one], pods: [runs] },
    'deleted',
  ],
  [
    'the sequence has ended',
    { head: head({ ...RUNNING, ended: true }), jobs: [one], pods: [runs] },
    'ended',
  ],
  [
    'a head that somebody damaged is rung for',
    { head: head({ claim: '{', tasks: '{' }) },
    'no task runs',
  ],
]

for (const [name, given, reason] of CASES)
  t.test(`${name}: ${reason ?? 'nothing'}`, async (t) => {
    t.equal(dueReason({ jobs: [], pods: [], ...given }, NOW), reason)
  })

for (const value of ['null', '0', '[]', '{'])
  t.test(`a claim that somebody edited to ${value} stops nobody`, async (t) => {
    const run = { head: head({ claim: value }), jobs: [], pods: [] }
    t.equal(dueReason(run, NOW), 'no task runs')
  })

t.test('that there is no pod is a reason for who asks why', async (t) => {
  const jobs = [task('1-1', { age: NO_POD_GRACE })]
  const run = { head: head(RUNNING), jobs, pods: [] }
  t.equal(dueReason(run, NOW), '1-1 has no pod')
  t.equal(dueReason(run, NOW, false), undefined)
})

t.test('what belongs to which run', async (t) => {
  const other = head({ run: OTHER_RUN })
  const theirs = task('1-1', { run: OTHER_RUN })
  const lost = task('1-1', { run: 'f'.repeat(20) })
  const found = watchedRuns(
    [theirs, one, two, head(), other, lost],
    [runs, podOf(lost, {}), podOf(theirs, {})],
  )
  t.strictSame([...found.keys()].sort(), [RUN, OTHER_RUN].sort())
  t.strictSame(found.get(RUN), { head: head(), jobs: [one, two], pods: [runs] })
  t.equal(found.get(OTHER_RUN)!.jobs.length, 1)
  t.equal(found.get(OTHER_RUN)!.pods.length, 1)
})

t.test('the Job of the watch itself is no run', async (t) => {
  const watch: Job = { metadata: { labels: { [LABEL.role]: 'watch' } } }
  t.equal(watchedRuns([watch], []).size, 0)
})
