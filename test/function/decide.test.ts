import t from 'tap'
import {
  decide,
  type Decision,
  type RunState,
  STORE_DELAY,
} from '../../function/decide.ts'
import type { Claim, Head } from '../../function/head.ts'
import type { Outcome } from '../../function/outcome.ts'
import { type Plan, recordName } from '../../function/plan.ts'
import type { TaskRecord, Verdict } from '../../function/verdict.ts'
import { action, givenEnvelope, plan, RUN, stepOf } from './given.ts'

const NOW = Date.UTC(2026, 0, 1, 12)
const TIME = new Date(NOW).toISOString()
const DEADLINE = 3600

const two = plan(action(0, ['one', 'two']))
const twoActions = plan(action(0, ['one', 'two']), action(2, ['three']))
const withSilent = plan(
  action(0, ['one']),
  action(1, ['two'], { silent: true }),
)
const silentFirst = plan(
  action(0, ['one'], { silent: true }),
  action(1, ['two']),
)
const unusable: Plan = {
  ...plan(),
  failure: { code: 'x', message: 'bad config' },
}
const oneBad = plan(
  action(0, [], { failure: { code: 'x', message: 'bad', task: 'one' } }),
  action(1, ['two']),
)
const silentBad = plan(
  action(0, [], { silent: true, failure: { code: 'x', message: 'bad' } }),
  action(1, ['two']),
)

const created: TaskRecord = { state: 'created' }
const succeeded: TaskRecord = { state: 'succeeded' }
const failed = (reason: string): TaskRecord => ({ state: 'failed', reason })
const DELETED = failed('its job was deleted')

const PASS: Verdict = {
  status: 'succeeded',
  result: 'pass',
  time: TIME,
  tasks: { '1-1': succeeded, '1-2': succeeded },
}

const started = (until: number): Claim => ({
  for: 'started',
  by: 'other',
  until,
})
const finished = (until: number, verdict: Verdict = PASS): Claim => ({
  for: 'finished',
  by: 'other',
  until,
  verdict,
})

interface Given {
  plan?: Plan
  /** A run that has been announced has these; `true`: nothing written yet. */
  fresh?: true
  answered?: false
  head?: Partial<Head>
  jobs?: Record<string, Outcome>
  holding?: RunState['holding']
  startedSent?: true
  received?: number
}

const runState = (given: Given): RunState => {
  const { plan = two, jobs = {} } = given
  const claim = given.head?.claim ?? started(NOW - 60_000)
  return {
    head: {
      run: RUN,
      namespace: 'jobs',
      name: `run-${RUN}`,
      uid: 'uid-1',
      unsettled: true,
      deleting: false,
      finalizers: [],
      created: NOW - 60_000,
      envelope: givenEnvelope({
        answered: given.answered ?? true,
        received: new Date(given.received ?? NOW - 60_000).toISOString(),
      }),
      plan,
      claim,
      claimText: JSON.stringify(claim),
      tasks: {},
      tasksText: '{}',
      ...(!given.fresh && { announced: TIME }),
      ...given.head,
    },
    jobs: new Map(
      Object.entries(jobs).map(([name, outcome]) => [
        name,
        { job: stepOf(plan, name).task.job, outcome },
      ]),
    ),
    now: NOW,
    reportDeadline: DEADLINE,
    ...(given.holding && { holding: given.holding }),
    ...(given.startedSent && { startedSent: true }),
  }
}

/** A decision with its step by name, and without the Job. */
const told = (decision: Decision): object => {
  if (!('step' in decision)) return decision
  const { step, ...rest } = decision
  if (rest.do === 'stop')
    return { do: 'stop', step: recordName(step), reason: rest.reason }
  return { ...rest, step: recordName(step) }
}

const RUNNING: Outcome = { state: 'running' }
const GOOD: Outcome = { state: 'succeeded' }
const BAD: Outcome = { state: 'failed', reason: 'exit code 1' }
const STUCK: Outcome = { state: 'failed', reason: 'no image', hopeless: true }

const all = { '1-1': succeeded, '1-2': succeeded }
const claimFinished = (verdict: Partial<Verdict>): object => ({
  do: 'claim',
  for: 'finished',
  ask: false,
  verdict: { ...PASS, ...verdict },
})
const errored = { status: 'errored', result: 'fail' } as const

const CASES: [name: string, given: Given, decision: object][] = [
  // Announcing.
  ['settled: nothing', { head: { unsettled: false } }, { do: 'nothing' }],
  [
    'just committed: .started',
    { fresh: true, holding: { for: 'started', ask: false } },
    { do: 'start', ask: false },
  ],
  [
    'somebody else announces: wait',
    { fresh: true, head: { claim: started(NOW + 1) } },
    { do: 'wait', until: NOW + 1 + STORE_DELAY },
  ],
  [
    'its claim expired, what it sent may not be stored yet: wait',
    { fresh: true, head: { claim: started(NOW - STORE_DELAY + 1) } },
    { do: 'wait', until: NOW + 1 },
  ],
  [
    'its claim expired long enough ago: take it over, and ask',
    { fresh: true, head: { claim: started(NOW - STORE_DELAY) } },
    { do: 'claim', for: 'started', ask: true },
  ],
  [
    'taken over: .started, if it did not arrive',
    { fresh: true, holding: { for: 'started', ask: true } },
    { do: 'start', ask: true },
  ],
  [
    '.started can be sent until the deadline',
    { fresh: true, received: NOW - DEADLINE * 1000 },
    { do: 'claim', for: 'started', ask: true },
  ],
  [
    '.started cannot be sent any more: end',
    { fresh: true, received: NOW - DEADLINE * 1000 - 1 },
    { do: 'settle', unreported: '.started could not be delivered' },
  ],
  [
    '.started is out: the first Job comes before the mark',
    { fresh: true, startedSent: true },
    { do: 'create', step: '1-1', tasks: { '1-1': created } },
  ],
  [
    '.started is out, the Job is there: mark',
    { fresh: true, startedSent: true, jobs: { '1-1': RUNNING } },
    { do: 'mark', tasks: { '1-1': created } },
  ],
  [
    '.started is out, no task will run: mark',
    { fresh: true, startedSent: true, plan: unusable },
    { do: 'mark', tasks: {} },
  ],
  [
    'a crash after the Job: .started is out, it is not sent again',
    { fresh: true, jobs: { '1-1': RUNNING } },
    { do: 'mark', tasks: { '1-1': created } },
  ],
  [
    'a crash after the Job, which has ended: the next one, and the mark',
    { fresh: true, jobs: { '1-1': GOOD } },
    { do: 'create', step: '1-2', tasks: { '1-1': succeeded, '1-2': created } },
  ],
  [
    'a crash after the only Job, which has ended: mark before the answer',
    { fresh: true, plan: plan(action(0, ['one'])), jobs: { '1-1': GOOD } },
    { do: 'mark', tasks: { '1-1': succeeded } },
  ],
  [
    'not answered: the first Job at once, whoever claims',
    { fresh: true, answered: false, head: { claim: started(NOW + 60_000) } },
    { do: 'create', step: '1-1', tasks: { '1-1': created } },
  ],
  [
    'not answered: the mark, whoever claims',
    { fresh: true, answered: false, jobs: { '1-1': RUNNING } },
    { do: 'mark', tasks: { '1-1': created } },
  ],

  // Tasks.
  [
    'a task runs: wait',
    { head: { tasks: { '1-1': created } }, jobs: { '1-1': RUNNING } },
    { do: 'wait' },
  ],
  [
    'a task succeeded: the next',
    { head: { tasks: { '1-1': created } }, jobs: { '1-1': GOOD } },
    { do: 'create', step: '1-2', tasks: { '1-1': succeeded, '1-2': created } },
  ],
  [
    'a crash between the next Job and its mark: mark',
    {
      head: { tasks: { '1-1': created } },
      jobs: { '1-1': GOOD, '1-2': RUNNING },
    },
    { do: 'mark', tasks: { '1-1': succeeded, '1-2': created } },
  ],
  [
    'a later Job is there: this one had succeeded, whatever its pod says now',
    {
      head: { tasks: { '1-1': created } },
      jobs: { '1-1': BAD, '1-2': RUNNING },
    },
    { do: 'mark', tasks: { '1-1': succeeded, '1-2': created } },
  ],
  [
    '... and if it is gone',
    { head: { tasks: { '1-1': created } }, jobs: { '1-2': RUNNING } },
    { do: 'mark', tasks: { '1-1': succeeded, '1-2': created } },
  ],
  [
    'a task failed: the other action goes on',
    {
      plan: twoActions,
      head: { tasks: { '1-1': created } },
      jobs: { '1-1': BAD },
    },
    {
      do: 'create',
      step: '3-1',
      tasks: { '1-1': failed('exit code 1'), '3-1': created },
    },
  ],
  [
    'a failure that was written down ends its action too',
    { plan: twoActions, head: { tasks: { '1-1': failed('x') } } },
    {
      do: 'create',
      step: '3-1',
      tasks: { '1-1': failed('x'), '3-1': created },
    },
  ],
  [
    'a task that was written down as succeeded may be gone',
    { head: { tasks: { '1-1': succeeded } } },
    { do: 'create', step: '1-2', tasks: { '1-1': succeeded, '1-2': created } },
  ],
  [
    'what is written down does not change',
    { head: { tasks: { '1-1': succeeded } }, jobs: { '1-1': BAD } },
    { do: 'create', step: '1-2', tasks: { '1-1': succeeded, '1-2': created } },
  ],
  [
    'a Job that was created and is gone was deleted',
    { plan: twoActions, head: { tasks: { '1-1': created } } },
    { do: 'create', step: '3-1', tasks: { '1-1': DELETED, '3-1': created } },
  ],
  [
    'a task that can never start is stopped',
    { head: { tasks: { '1-1': created } }, jobs: { '1-1': STUCK } },
    { do: 'stop', step: '1-1', reason: 'no image' },
  ],
  [
    'the action of a bad task runs nothing, the other does',
    { plan: oneBad },
    { do: 'create', step: '2-1', tasks: { '2-1': created } },
  ],

  // Reporting.
  [
    'all succeeded: claim with the verdict',
    {
      head: { tasks: { '1-1': succeeded, '1-2': created } },
      jobs: { '1-2': GOOD },
    },
    claimFinished({}),
  ],
  [
    'one failed: claim with the verdict',
    { head: { tasks: { '1-1': created } }, jobs: { '1-1': BAD } },
    claimFinished({ ...errored, tasks: { '1-1': failed('exit code 1') } }),
  ],
  [
    'fail beats pass, whatever comes after it',
    {
      plan: twoActions,
      head: { tasks: { '1-1': failed('x'), '3-1': created } },
      jobs: { '3-1': GOOD },
    },
    claimFinished({
      ...errored,
      tasks: { '1-1': failed('x'), '3-1': succeeded },
    }),
  ],
  [
    'a deleted Job is a failure',
    { head: { tasks: { '1-1': created } } },
    claimFinished({ ...errored, tasks: { '1-1': DELETED } }),
  ],
  [
    'a config that cannot be used is a failure',
    { plan: unusable },
    claimFinished({ ...errored, tasks: {} }),
  ],
  [
    'a bad task is a failure, though the other action passed',
    { plan: oneBad, head: { tasks: { '2-1': succeeded } } },
    claimFinished({ ...errored, tasks: { '2-1': succeeded } }),
  ],
  [
    'a bad task of a silent action is none',
    { plan: silentBad, head: { tasks: { '2-1': succeeded } } },
    claimFinished({ tasks: { '2-1': succeeded } }),
  ],
  [
    'an action without tasks passes',
    { plan: plan(action(0, [])) },
    claimFinished({ tasks: {} }),
  ],
  [
    'a verdict that was claimed does not change',
    {
      head: { tasks: { '1-1': created }, claim: finished(NOW + 1) },
      holding: { for: 'finished', ask: false },
    },
    { do: 'finish', verdict: PASS, ask: false },
  ],
  [
    'somebody else reports: wait',
    { head: { tasks: all, claim: finished(NOW + 1) } },
    { do: 'wait', until: NOW + 1 + STORE_DELAY },
  ],
  [
    'its claim expired, what it sent may not be stored yet: wait still',
    { head: { tasks: all, claim: finished(NOW - STORE_DELAY + 1) } },
    { do: 'wait', until: NOW + 1 },
  ],
  [
    'its claim expired long enough ago: take over its verdict, and ask',
    { head: { tasks: { '1-1': created }, claim: finished(NOW - STORE_DELAY) } },
    { do: 'claim', for: 'finished', ask: true, verdict: PASS },
  ],
  [
    'taken over: .finished, if it did not arrive',
    {
      head: { tasks: all, claim: finished(NOW + 60_000) },
      holding: { for: 'finished', ask: true },
    },
    { do: 'finish', verdict: PASS, ask: true },
  ],
  [
    '.finished cannot be sent any more: end',
    {
      head: {
        tasks: all,
        claim: finished(NOW - STORE_DELAY, {
          ...PASS,
          time: new Date(NOW - DEADLINE * 1000 - 1).toISOString(),
        }),
      },
    },
    { do: 'settle', unreported: '.finished could not be delivered' },
  ],
  [
    '.finished is out and nothing runs: settle',
    { head: { tasks: all, reported: TIME } },
    { do: 'settle' },
  ],
  [
    'not answered and nothing left: settle',
    { answered: false, head: { tasks: all } },
    { do: 'settle' },
  ],

  // Silent actions.
  [
    'only a silent action is left: .finished does not wait for it',
    {
      plan: withSilent,
      head: { tasks: { '1-1': succeeded, '2-1': created } },
      jobs: { '2-1': RUNNING },
    },
    claimFinished({ tasks: { '1-1': succeeded } }),
  ],
  [
    'a silent action runs before one that counts: wait',
    {
      plan: silentFirst,
      head: { tasks: { '1-1': created } },
      jobs: { '1-1': RUNNING },
    },
    { do: 'wait' },
  ],
  [
    '.finished is out, a silent action runs: wait',
    {
      plan: withSilent,
      head: {
        tasks: { '1-1': succeeded, '2-1': created },
        reported: TIME,
        claim: finished(NOW - 60_000),
      },
      jobs: { '2-1': RUNNING },
    },
    { do: 'wait' },
  ],
  [
    'the failure of a silent action does not count',
    {
      plan: silentFirst,
      head: { tasks: { '1-1': failed('x'), '2-1': succeeded } },
    },
    claimFinished({ tasks: { '2-1': succeeded } }),
  ],

  // Ends from outside.
  [
    'cancelled before it was announced: .started still, for the .finished',
    {
      fresh: true,
      head: { deleting: true },
      holding: { for: 'started', ask: false },
    },
    { do: 'start', ask: false },
  ],
  [
    'cancelled: what runs is stopped',
    {
      head: { deleting: true, tasks: { '1-1': created } },
      jobs: { '1-1': RUNNING },
    },
    { do: 'stop', step: '1-1', reason: 'cancelled' },
  ],
  [
    'cancelled: what is stuck is stopped with its own reason',
    {
      head: { deleting: true, tasks: { '1-1': created } },
      jobs: { '1-1': STUCK },
    },
    { do: 'stop', step: '1-1', reason: 'no image' },
  ],
  [
    'cancelled: no further task, an answer',
    { head: { deleting: true, tasks: { '1-1': succeeded } } },
    claimFinished({
      ...errored,
      tasks: { '1-1': succeeded },
      reason: 'the run was cancelled: its head was deleted',
    }),
  ],
  [
    'cancelled after the answer: the silent task is stopped',
    {
      plan: withSilent,
      head: {
        deleting: true,
        reported: TIME,
        tasks: { '1-1': succeeded, '2-1': created },
      },
      jobs: { '2-1': RUNNING },
    },
    { do: 'stop', step: '2-1', reason: 'cancelled' },
  ],
  [
    'aborted: what runs is stopped',
    {
      head: { ended: { reason: 'aborted' }, tasks: { '1-1': created } },
      jobs: { '1-1': RUNNING },
    },
    { do: 'stop', step: '1-1', reason: 'aborted' },
  ],
  [
    'aborted: no further task, no answer',
    { head: { ended: { reason: 'aborted' }, tasks: { '1-1': succeeded } } },
    { do: 'settle' },
  ],
  [
    'aborted before it was announced: not a word',
    {
      fresh: true,
      head: { ended: { reason: 'aborted' } },
      holding: { for: 'started', ask: false },
    },
    { do: 'settle' },
  ],
  [
    'aborted and deleted: no answer',
    {
      head: {
        ended: { reason: 'aborted' },
        deleting: true,
        tasks: { '1-1': succeeded },
      },
    },
    { do: 'settle' },
  ],
  [
    'aborted while somebody reports: it is too late for that one, we settle',
    {
      head: {
        ended: { reason: 'aborted' },
        tasks: all,
        claim: finished(NOW + 60_000),
      },
    },
    { do: 'settle' },
  ],
]

for (const [name, given, decision] of CASES)
  t.test(name, async (t) => {
    t.strictSame(told(decide(runState(given))), decision)
  })

t.test('the Job that is stopped is the one that was found', async (t) => {
  const state = runState({
    head: { tasks: { '1-1': created } },
    jobs: { '1-1': STUCK },
  })
  t.match(decide(state), { job: state.jobs.get('1-1')!.job })
})
