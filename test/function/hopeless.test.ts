import t from 'tap'
import type { Job, Pod } from '../../function/cluster/cluster.ts'
import { hopelessReason } from '../../function/hopeless.ts'
import { ANNOTATION } from '../../function/labels.ts'
import { pod, waiting } from './given.ts'

const GRACE = 30
const SINCE = Date.UTC(2026, 0, 1)

const job = (annotations: Record<string, string> = {}): Job => ({
  metadata: { name: 'job-1', namespace: 'jobs', uid: 'uid-1', annotations },
})
const patient = job({ [ANNOTATION.unschedulableGrace]: `${GRACE}` })

const pulls = (message: string, startTime?: string): Pod =>
  pod(job(), {
    status: {
      ...(startTime && { startTime }),
      containerStatuses: [waiting('task', 'ImagePullBackOff', message)],
    },
  })

const PULLS: [message: string, told: RegExp][] = [
  [
    'failed to resolve reference "r/i:1": r/i:1: not found',
    /^its image cannot be pulled, the registry has no such image: container/,
  ],
  ['manifest unknown', /no such image/],
  [
    'pull access denied, repository does not exist or may require authorization',
    /^its image cannot be pulled, the registry refuses it: its credentials are/,
  ],
  ['failed with status code 401 Unauthorized', /credentials/],
  ['dial tcp: lookup rig: no such host', /the registry cannot be reached/],
  ['dial tcp 10.0.0.1:443: connect: connection refused', /cannot be reached/],
  ['because', /^its image cannot be pulled: container/],
]
for (const [message, told] of PULLS)
  t.test(`an image that cannot be pulled: ${message}`, async (t) => {
    const reason = hopelessReason(job(), pulls(message), SINCE)
    t.match(reason, told)
    t.ok(reason?.endsWith(`Reason: ImagePullBackOff, Message: ${message}`))
  })

for (const message of [
  'unexpected status from GET request: 503 Service Unavailable',
  'toomanyrequests: You have reached your pull rate limit',
  'dial tcp 10.0.0.1:443: i/o timeout',
])
  t.test(`a registry that may come back: ${message}`, async (t) => {
    const waits = pulls(message, new Date(SINCE).toISOString())
    t.equal(hopelessReason(job(), waits, SINCE + 19_000), undefined)
    t.match(hopelessReason(job(), waits, SINCE + 20_000), message)
  })

type Condition = NonNullable<NonNullable<Pod['status']>['conditions']>[number]

const condition = (fields: Partial<Condition> = {}): Condition => ({
  type: 'PodScheduled',
  status: 'False',
  reason: 'Unschedulable',
  message: '0/3 nodes are available: 3 Insufficient cpu.',
  lastTransitionTime: new Date(SINCE).toISOString(),
  ...fields,
})
const pending = (...conditions: Condition[]): Pod =>
  pod(job(), { status: { phase: 'Pending', conditions } })

const WAITS: [
  name: string,
  job: Job,
  pod: Pod,
  seconds: number,
  told: RegExp | undefined,
][] = [
  [
    'it has waited for its grace',
    patient,
    pending(condition()),
    GRACE,
    /^no node can take its pod: pod pod-1 has waited for one for 30 s\. Reason: Unschedulable, Message: 0\/3 nodes are available: 3 Insufficient cpu\.$/,
  ],
  [
    'a node may still come',
    patient,
    pending(condition()),
    GRACE - 1,
    undefined,
  ],
  [
    'it has a node',
    patient,
    pending(condition({ status: 'True', reason: '' })),
    GRACE,
    undefined,
  ],
  ['nobody has looked for a node yet', patient, pending(), GRACE, undefined],
  [
    'it is held back by somebody who will let it go',
    patient,
    pending(condition({ reason: 'SchedulingGated' })),
    GRACE,
    undefined,
  ],
  [
    'a Job of a version that knew no grace',
    job(),
    pending(condition()),
    GRACE,
    undefined,
  ],
  [
    'without patience',
    job({ [ANNOTATION.unschedulableGrace]: '0' }),
    pending(condition()),
    0,
    /no node can take its pod/,
  ],
  [
    'a pod on its way out',
    patient,
    pod(job(), { deleting: true, status: { conditions: [condition()] } }),
    GRACE,
    undefined,
  ],
]
for (const [name, job, pod, seconds, told] of WAITS)
  t.test(`a pod without a node: ${name}`, async (t) => {
    const reason = hopelessReason(job, pod, SINCE + seconds * 1000)
    if (told) t.match(reason, told)
    else t.equal(reason, undefined)
  })
