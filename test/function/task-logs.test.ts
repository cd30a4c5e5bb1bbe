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
): Pod =>
  pod(
    { metadata: { namespace: 'jobs' } },
    { status: { containerStatuses: main, initContainerStatuses: init } },
  )

const asked: unknown[] = []
const cluster = {
  log: async (
    namespace: string,
    name: string,
    { container, limitBytes }: { container: string; limitBytes: number },
  ) => {
    asked.push([namespace, name, limitBytes])
    if (container === 'broken') throw new ClusterError('NotFound', 'it is gone')
    return container === 'quiet' ? '' : `log of ${container}`
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
    'a container that runs still',
    [podOf([containerStatus('task', { running: {} })])],
    ['Container task of pod pod-1'],
  ],
  [
    'a container that waits',
    [podOf([waiting('task', 'ImagePullBackOff')])],
    [],
  ],
  ['a container that printed nothing', [podOf([ended('quiet', 0)])], []],
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
    await readTaskLogs(cluster, [podOf([ended('broken', 0)])], 100),
    [
      {
        heading: 'Container broken of pod pod-1',
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
