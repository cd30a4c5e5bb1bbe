import t from 'tap'
import type { Event, Job, Pod } from '../../function/cluster/cluster.ts'
import { ANNOTATION } from '../../function/labels.ts'
import {
  lacksPod,
  NO_POD_GRACE,
  type Outcome,
  taskOutcome,
} from '../../function/outcome.ts'
import { containerStatus, ended, pod, waiting } from './given.ts'

type Condition = {
  type: string
  status?: string
  reason?: string
  message?: string
}

const CREATED = Date.UTC(2026, 0, 1)

const job = (
  conditions: Condition[] = [],
  fields: { active?: number; annotations?: Record<string, string> } = {},
): Job => ({
  metadata: {
    name: 'job-1',
    namespace: 'jobs',
    uid: 'uid-1',
    creationTimestamp: new Date(CREATED).toISOString(),
    ...(fields.annotations && { annotations: fields.annotations }),
  },
  spec: { activeDeadlineSeconds: 30, template: {} },
  status: {
    ...(fields.active !== undefined && { active: fields.active }),
    conditions: conditions.map((condition) => ({
      status: 'True',
      ...condition,
    })),
  },
})

const failedCreate: Event = {
  metadata: {},
  involvedObject: {},
  reason: 'FailedCreate',
  message: 'exceeded quota',
}

const withStatus = (status: Pod['status']): Pod => pod(job(), { status })
const main = (...containerStatuses: ReturnType<typeof ended>[]): Pod =>
  withStatus({ phase: 'Running', containerStatuses })
const init = (...initContainerStatuses: ReturnType<typeof ended>[]): Pod =>
  withStatus({ phase: 'Pending', initContainerStatuses })

/** A pod whose task ended long ago, while another container goes on. */
const beside = (exitCode: number, finished = CREATED - 5_000): Pod => {
  const task = ended('task', exitCode)
  task.state!.terminated!.finishedAt = new Date(finished).toISOString()
  return main(task, containerStatus('istio-proxy', { running: {} }))
}

const RUNNING: Outcome = { state: 'running' }
const SUCCEEDED: Outcome = { state: 'succeeded' }
const failed = (reason: RegExp) => ({
  state: 'failed',
  reason,
  hopeless: undefined,
})
const hopeless = (reason: RegExp) => ({
  state: 'failed',
  reason,
  hopeless: true,
})

const CASES: [
  name: string,
  given: { job?: Job; pods?: Pod[]; events?: Event[] },
  outcome: object,
][] = [
  ['a new Job without a pod', {}, RUNNING],
  [
    'a pod that is pending',
    { pods: [withStatus({ phase: 'Pending' })] },
    RUNNING,
  ],
  [
    'a container that runs',
    { pods: [main(containerStatus('task', { running: {} }))] },
    RUNNING,
  ],
  [
    'a container that ended with 0, before the Job says so',
    { pods: [main(ended('task', 0))] },
    SUCCEEDED,
  ],
  [
    'a container that ended with 0 when its pod was deleted at the time limit',
    {
      job: job([{ type: 'FailureTarget', reason: 'DeadlineExceeded' }]),
      pods: [
        pod(job(), {
          deleting: true,
          status: { phase: 'Running', containerStatuses: [ended('task', 0)] },
        }),
      ],
    },
    failed(/timed out after 30 s/),
  ],
  [
    'a container that ended with 0 when its pod was evicted: the Job tells',
    {
      pods: [
        withStatus({
          phase: 'Failed',
          reason: 'Evicted',
          containerStatuses: [ended('task', 0)],
        }),
      ],
    },
    RUNNING,
  ],
  [
    'the container for files ended with 0: the task has not run yet',
    { pods: [init(ended('files', 0))] },
    RUNNING,
  ],
  [
    'a sidecar that ended with 0 is not the task',
    { pods: [main(ended('istio-proxy', 0))] },
    RUNNING,
  ],
  [
    'a sidecar runs on after the task succeeded',
    { pods: [beside(0)] },
    SUCCEEDED,
  ],
  [
    'a sidecar runs on after the task failed',
    { pods: [beside(3)] },
    failed(
      /^job job-1 failed, while other containers of its pod ran on; container task ended with exit code 3 \(Error\)$/,
    ),
  ],
  [
    'the task failed, and a native sidecar is told to end: the pod tells',
    {
      pods: [
        withStatus({
          ...beside(3).status,
          containerStatuses: beside(3).status!.containerStatuses!.slice(0, 1),
          initContainerStatuses: [
            containerStatus('istio-proxy', { running: {} }),
          ],
        }),
      ],
    },
    RUNNING,
  ],
  [
    'the task failed a moment ago: its pod may be about to say so',
    { pods: [beside(3, CREATED - 4_000)] },
    RUNNING,
  ],
  [
    'Complete, its pod is gone',
    { job: job([{ type: 'Complete' }]) },
    SUCCEEDED,
  ],
  [
    'Complete with status False is not complete',
    { job: job([{ type: 'Complete', status: 'False' }]) },
    RUNNING,
  ],
  [
    'Suspended with status False is a Job that runs',
    { job: job([{ type: 'Suspended', status: 'False' }]) },
    RUNNING,
  ],
  [
    'a container that failed, before the Job says so: it may be replaced',
    { pods: [main(ended('task', 1))] },
    RUNNING,
  ],
  [
    'Failed: with the exit code of the container, and not its message, which may hold a secret',
    {
      job: job([
        {
          type: 'Failed',
          reason: 'BackoffLimitExceeded',
          message: 'the limit',
        },
      ]),
      pods: [main(ended('task', 3, 'said so'))],
    },
    failed(
      /^job job-1 failed\. Reason: BackoffLimitExceeded, Message: the limit; container task ended with exit code 3 \(Error\)$/,
    ),
  ],
  [
    'Failed: the container for files is told, the task is not blamed',
    {
      job: job([{ type: 'Failed', reason: 'BackoffLimitExceeded' }]),
      pods: [init(ended('files', 2))],
    },
    failed(/; container files ended with exit code 2 \(Error\)$/),
  ],
  [
    'Failed: an evicted pod tells why',
    {
      job: job([{ type: 'Failed', reason: 'BackoffLimitExceeded' }]),
      pods: [
        withStatus({
          phase: 'Failed',
          reason: 'Evicted',
          message: 'low on disk',
        }),
      ],
    },
    failed(/; pod: Evicted low on disk$/),
  ],
  [
    'FailureTarget is the decision already',
    { job: job([{ type: 'FailureTarget', reason: 'BackoffLimitExceeded' }]) },
    failed(/^job job-1 failed\. Reason: BackoffLimitExceeded/),
  ],
  [
    'a time-out is told as one, with its limit',
    {
      job: job([
        { type: 'Failed', reason: 'DeadlineExceeded', message: 'was active' },
      ]),
    },
    failed(/^job job-1 timed out after 30 s and was stopped\. Reason: Dead/),
  ],
  [
    'it ended with 0 before the time-out',
    {
      job: job([{ type: 'Failed', reason: 'DeadlineExceeded' }]),
      pods: [main(ended('task', 0))],
    },
    SUCCEEDED,
  ],
  [
    'a replaced pod: one failed, the other ended with 0',
    { pods: [main(ended('task', 1)), main(ended('task', 0))] },
    SUCCEEDED,
  ],
  [
    'what we stopped has the reason that we wrote',
    {
      job: job([{ type: 'Failed', reason: 'DeadlineExceeded' }], {
        annotations: { [ANNOTATION.stopped]: 'its image cannot be pulled' },
      }),
      pods: [main(waiting('task', 'ImagePullBackOff'))],
    },
    failed(/^its image cannot be pulled$/),
  ],
  ...(
    [
      [
        'ImagePullBackOff',
        /^its image cannot be pulled: container task .*Reason: ImagePullBackOff, Message: because$/,
      ],
      ['InvalidImageName', /^its image name is not valid/],
      ['ErrImageNeverPull', /must not be pulled/],
      ['CreateContainerConfigError', /cannot be configured/],
      ['CreateContainerError', /cannot be created/],
    ] as const
  ).map(([reason, told]): [string, { pods: Pod[] }, object] => [
    `a container that waits for ever: ${reason}`,
    { pods: [main(waiting('task', reason))] },
    hopeless(told),
  ]),
  ...['ErrImagePull', 'ContainerCreating', 'PodInitializing'].map(
    (reason): [string, { pods: Pod[] }, object] => [
      `a container that waits a moment: ${reason}`,
      { pods: [main(waiting('task', reason))] },
      RUNNING,
    ],
  ),
  [
    'the container for files waits for ever',
    { pods: [init(waiting('files', 'ImagePullBackOff'))] },
    hopeless(/container files/),
  ],
  [
    'a pod on its way out is not looked at',
    {
      pods: [
        pod(job(), {
          deleting: true,
          status: { containerStatuses: [waiting('task', 'ImagePullBackOff')] },
        }),
      ],
    },
    RUNNING,
  ],
  [
    'FailedCreate and no pod',
    { events: [failedCreate] },
    hopeless(
      /^job job-1 cannot start a pod\. Reason: FailedCreate, Message: exceeded quota$/,
    ),
  ],
  [
    'FailedCreate, but then there was a pod',
    { events: [failedCreate], pods: [withStatus({ phase: 'Pending' })] },
    RUNNING,
  ],
  [
    'FailedCreate that passes: it is tried again',
    {
      events: [{ ...failedCreate, message: 'failed calling webhook "policy"' }],
    },
    RUNNING,
  ],
  [
    'FailedCreate of a busy API server: it is tried again',
    {
      events: [
        {
          ...failedCreate,
          message:
            'Internal error occurred: resource quota evaluation timed out',
        },
      ],
    },
    RUNNING,
  ],
  ...[
    'Timeout: request did not complete within requested timeout',
    'rpc error: code = Unavailable desc = transport is closing',
    'Post "https://webhook": http2: client connection lost',
  ].map((message): [string, { events: Event[] }, object] => [
    `FailedCreate that passes: ${message}`,
    { events: [{ ...failedCreate, message }] },
    RUNNING,
  ]),
  [
    'FailedCreate of a task with a name that sounds like passing',
    {
      events: [
        {
          ...failedCreate,
          message:
            'Error creating: pods "timeout-test-" is forbidden: error looking up service account jobs/x: serviceaccount "x" not found',
        },
      ],
    },
    hopeless(/serviceaccount/),
  ],
  [
    'a missing Secret with a name that sounds like passing',
    {
      pods: [
        main(
          waiting(
            'task',
            'CreateContainerConfigError',
            'secret "gateway-timeout" not found',
          ),
        ),
      ],
    },
    hopeless(/gateway-timeout/),
  ],
  [
    'FailedCreate that passes, and one that does not',
    {
      events: [
        { ...failedCreate, message: 'Operation cannot be fulfilled on quota' },
        failedCreate,
      ],
    },
    hopeless(/exceeded quota$/),
  ],
  [
    'an Event about something else',
    { events: [{ ...failedCreate, reason: 'SuccessfulCreate' }] },
    RUNNING,
  ],
]

for (const [name, given, outcome] of CASES)
  t.test(name, async (t) => {
    t.match(
      taskOutcome({ job: job(), pods: [], now: CREATED, ...given }),
      outcome,
    )
  })

const LACKS: [
  name: string,
  job: Job,
  pods: Pod[],
  ms: number,
  lacks: boolean,
][] = [
  ['no pod after the grace', job(), [], NO_POD_GRACE, true],
  ['no pod yet', job(), [], NO_POD_GRACE - 1, false],
  ['a pod', job(), [main()], NO_POD_GRACE, false],
  [
    'a Job that is held back',
    { ...job(), spec: { suspend: true, template: {} } },
    [],
    NO_POD_GRACE,
    false,
  ],
  [
    'a pod that the list did not see',
    job([], { active: 1 }),
    [],
    NO_POD_GRACE,
    false,
  ],
  [
    'no pod any more: Complete',
    job([{ type: 'Complete' }]),
    [],
    NO_POD_GRACE,
    false,
  ],
  [
    'no pod any more: Failed',
    job([{ type: 'Failed' }]),
    [],
    NO_POD_GRACE,
    false,
  ],
]
for (const [name, job, pods, ms, lacks] of LACKS)
  t.test(`${name}: it is ${lacks ? '' : 'not '}asked why`, async (t) => {
    t.equal(lacksPod(job, pods, CREATED + ms), lacks)
  })

t.test('a node that is only slow ends no task', async (t) => {
  const state = (reason: string, message: string) =>
    taskOutcome({
      job: job(),
      pods: [main(waiting('task', reason, message))],
      now: CREATED,
    }).state
  t.equal(
    state(
      'CreateContainerConfigError',
      'failed to sync secret cache: timed out waiting for the condition',
    ),
    'running',
  )
  for (const message of [
    'context deadline exceeded',
    'failed to reserve container name "a": name "a" is reserved for "b"',
  ])
    t.equal(state('CreateContainerError', message), 'running', message)
  t.equal(state('CreateContainerConfigError', 'secret "x" not found'), 'failed')
})
