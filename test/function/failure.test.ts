import t from 'tap'
import type { Job, Pod } from '../../function/cluster/cluster.ts'
import { failureReason } from '../../function/failure.ts'
import { containerStatus, ended, pod, waiting } from './given.ts'

const JOB: Job = { metadata: { name: 'job-1' } }
const CONDITION = { reason: 'BackoffLimitExceeded', message: 'the limit' }

const terminated = (exitCode: number, reason: string, message: string) =>
  containerStatus('task', { terminated: { exitCode, reason, message } })
const disrupted = (reason: string, status = 'True'): Pod =>
  pod(JOB, {
    status: {
      conditions: [
        { type: 'DisruptionTarget', status, reason, message: 'so they say' },
      ],
    },
  })
const task = (...containerStatuses: ReturnType<typeof ended>[]): Pod =>
  pod(JOB, { status: { phase: 'Failed', containerStatuses } })

const CASES: [name: string, pods: Pod[], details: string][] = [
  [
    'a container that ended by itself: its message may hold a secret',
    [task(ended('task', 3, 'hunter2'))],
    'container task ended with exit code 3 (Error)',
  ],
  [
    'too little memory',
    [task(terminated(137, 'OOMKilled', ''))],
    'container task ended with exit code 137 (OOMKilled: it needed more memory than its limit)',
  ],
  [
    'a program that is not there',
    [task(terminated(128, 'StartError', 'exec: "x": not found'))],
    'container task ended with exit code 128 (StartError: it could not be started: exec: "x": not found)',
  ],
  ...(
    [
      ['EvictionByEvictionAPI', 'it was evicted'],
      [
        'TerminationByKubelet',
        'its node ended it: it runs short, or shuts down',
      ],
      ['DeletionByTaintManager', 'its node is drained or gone'],
      ['DeletionByPodGC', 'its node is gone'],
      ['PreemptionByScheduler', 'it made room for a pod of higher priority'],
      ['SomethingNew', 'it was disrupted'],
    ] as const
  ).map(([reason, words]): [string, Pod[], string] => [
    `a pod that was disrupted: ${reason}`,
    [disrupted(reason)],
    `pod pod-1: ${words}. Reason: ${reason}, Message: so they say`,
  ]),
  ['a disruption that did not come', [disrupted('Any', 'False')], ''],
  [
    'a pod that is gone',
    [],
    'its pod is not there any more: it was deleted, or its node is gone',
  ],
]
for (const [name, pods, details] of CASES)
  t.test(name, async (t) => {
    t.equal(
      failureReason(JOB, CONDITION, pods),
      `job job-1 failed. Reason: BackoffLimitExceeded, Message: the limit${details && `; ${details}`}`,
    )
  })

const TIMED_OUT = { reason: 'DeadlineExceeded', message: 'too long' }
const limited: Job = {
  ...JOB,
  spec: { activeDeadlineSeconds: 60, template: {} },
}

const TOO_LONG: [name: string, pods: Pod[], details: string][] = [
  ['it ran', [task(containerStatus('task', { running: {} }))], ''],
  ['its pod is gone', [], ''],
  [
    'its node is silent',
    [pod(JOB, { status: { phase: 'Pending' } })],
    'pod pod-1 had not started (its node says nothing of it)',
  ],
  [
    'its volumes were not there',
    [task(waiting('task', 'ContainerCreating'))],
    'pod pod-1 had not started (container task: ContainerCreating)',
  ],
  [
    'it got no node',
    [
      pod(JOB, {
        status: {
          conditions: [
            {
              type: 'PodScheduled',
              status: 'False',
              reason: 'Unschedulable',
              message: '0/1 nodes are available',
            },
          ],
        },
      }),
    ],
    'pod pod-1 had not started (Unschedulable, 0/1 nodes are available)',
  ],
]
for (const [name, pods, details] of TOO_LONG)
  t.test(`it took too long: ${name}`, async (t) => {
    t.equal(
      failureReason(limited, TIMED_OUT, pods),
      `job job-1 timed out after 60 s and was stopped. Reason: DeadlineExceeded, Message: too long${details && `; ${details}`}`,
    )
  })
