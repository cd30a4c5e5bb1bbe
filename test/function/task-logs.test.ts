import t from 'tap'
import {
  type Cluster,
  ClusterError,
  type Pod,
} from '../../function/cluster/cluster.ts'
import { readTaskLogs } from '../../function/task-logs.ts'
import { containerStatus, ended, pod, waiting } from './given.ts'

const podOf = (
  main: ReturnType<typeof ended>[],
  init: ReturnType<typeof ended>[] = [],
  name = 'pod-1',
): Pod =>
  pod(
    { metadata: { namespace: 'jobs' } },
    { name, status: { containerStatuses: main, initContainerStatuses: init } },
  )

const asked: unknown[] = []
const cluster = {
  log: async (
    namespace: string,
    name: string,
    { container, limitBytes }: { container: string; limitBytes: number },
  ) => {
    asked.push([namespace, name, limitBytes])
    if (name === 'broken') throw new ClusterError('NotFound', 'it is gone')
    return name === 'quiet' ? '' : `log of ${container}`
  },
} as unknown as Cluster

const CASES: [name: string, pods: Pod[], headings: string[]][] = [
  ['no pod', [], []],
  [
    'success: the task',
    [podOf([ended('task', 0)], [ended('files', 0)])],
    ['Container task of pod pod-1'],
  ],
  [
    'failure: what it ended with, and the container for files',
    [podOf([ended('task', 3)], [ended('files', 0)])],
    [
      'Container files of pod pod-1',
      'Container task of pod pod-1 terminated with an error (Reason: Error, ExitCode: 3)',
    ],
  ],
  [
    'failure with a message',
    [podOf([ended('task', 1, 'said so')])],
    [
      'Container task of pod pod-1 terminated with an error (Reason: Error, Message: said so)',
    ],
  ],
  [
    'the container for files failed, the task never ran',
    [podOf([waiting('task', 'PodInitializing')], [ended('files', 1)])],
    [
      'Container files of pod pod-1 terminated with an error (Reason: Error, ExitCode: 1)',
    ],
  ],
  [
    'what somebody put beside the task',
    [
      podOf([
        ended('task', 0),
        ended('vault-agent', 0),
        containerStatus('istio-proxy', { running: {} }),
      ]),
    ],
    ['Container task of pod pod-1'],
  ],
  [
    'what somebody put beside the task, and ended badly',
    [podOf([ended('task', 0), ended('vault-agent', 1)])],
    [
      'Container task of pod pod-1',
      'Container vault-agent of pod pod-1 terminated with an error (Reason: Error, ExitCode: 1)',
    ],
  ],
  [
    'a container that runs still',
    [podOf([containerStatus('task', { running: {} })])],
    ['Container task of pod pod-1'],
  ],
  [
    'a container that waits',
    [podOf([waiting('task', 'ImagePullBackOff')])],
    [],
  ],
  [
    'a container that printed nothing',
    [podOf([ended('task', 0)], [], 'quiet')],
    [],
  ],
  [
    'two pods',
    [podOf([ended('task', 1)]), podOf([ended('task', 0)])],
    [
      'Container task of pod pod-1 terminated with an error (Reason: Error, ExitCode: 1)',
      'Container task of pod pod-1',
    ],
  ],
  ['a pod without a status', [pod({ metadata: { namespace: 'jobs' } })], []],
]

for (const [name, pods, headings] of CASES)
  t.test(name, async (t) => {
    const logs = await readTaskLogs(cluster, pods, 100)
    t.strictSame(
      logs.map(({ heading }) => heading),
      headings,
    )
    for (const { text } of logs) t.match(text, /^log of /)
  })

t.test('a log that cannot be read says so', async (t) => {
  t.strictSame(
    await readTaskLogs(cluster, [podOf([ended('task', 0)], [], 'broken')], 100),
    [
      {
        heading: 'Container task of pod broken',
        text: 'Unable to query logs of container: it is gone',
      },
    ],
  )
})

t.test('not more is asked for than can be told', async (t) => {
  asked.length = 0
  await readTaskLogs(cluster, [podOf([ended('task', 0)])], 100)
  t.strictSame(asked, [['jobs', 'pod-1', 100]])
})
