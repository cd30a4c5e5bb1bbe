import t from 'tap'
import { toJobConfig } from '../../config/canonical.ts'
import type { ConfigFile } from '../../config/canonical.ts'
import type { Task } from '../../config/model.ts'
import type { Dialect } from '../../config/schema.ts'

type TaskFile = NonNullable<
  NonNullable<ConfigFile['actions']>[number]['tasks']
>[number]

const task = (dialect: Dialect, file: TaskFile): Task => {
  const { actions } = toJobConfig(dialect, { actions: [{ tasks: [file] }] })
  const [made] = actions[0]?.tasks ?? []
  if (made === undefined) throw new Error('no task')
  return made
}

t.test('what is not given has its default or is absent', (t) => {
  t.strictSame(toJobConfig('v2', {}), { actions: [] })
  t.strictSame(toJobConfig('v2', { actions: [{}] }), {
    actions: [{ name: '', silent: false, events: [], tasks: [] }],
  })
  t.strictSame(task('v2', {}), { name: '', files: [], image: '', env: [] })
  t.end()
})

t.test('an empty text is not given, but for the service account', (t) => {
  const made = task('v2', {
    imagePullPolicy: '',
    workingDir: '',
    namespace: '',
    serviceAccount: '',
    cmd: [],
    args: [],
  })
  t.strictSame(made, {
    name: '',
    files: [],
    image: '',
    env: [],
    serviceAccount: '',
  })
  t.end()
})

t.test('resources count when they are there, whatever is in them', (t) => {
  t.strictSame(task('v2', { resources: {} }).resources, {})
  t.strictSame(
    task('v2', { resources: { limits: { cpu: '1', memory: '' } } }).resources,
    { limits: { cpu: '1' } },
  )
  t.end()
})

t.test('the dialect says how event names are read', (t) => {
  const file = { actions: [{ events: [{ name: 'a' }] }] }
  const syntax = (dialect: Dialect) =>
    toJobConfig(dialect, file).actions[0]?.events[0]?.syntax
  t.equal(syntax('seed'), 'glob')
  t.equal(syntax('v1'), 're2')
  t.equal(syntax('v2'), 're2')
  t.end()
})

t.test('a jsonpath without a property is no condition', (t) => {
  const events = [
    { name: 'a', jsonpath: { property: '$.a', match: 'x' } },
    { name: 'a', jsonpath: { property: '$.a' } },
    { name: 'a', jsonpath: { match: 'x' } },
  ]
  const { actions } = toJobConfig('v2', { actions: [{ events }] })
  t.strictSame(
    actions[0]?.events.map(({ jsonpath }) => jsonpath),
    [
      { property: '$.a', match: 'x' },
      { property: '$.a', match: '' },
      undefined,
    ],
  )
  t.end()
})

t.test('env without valueFrom', (t) => {
  const env = [{ name: 'A', value: '$.a' }]
  const from = (dialect: Dialect) => task(dialect, { env }).env[0]?.valueFrom
  t.equal(from('seed'), 'event')
  t.equal(from('v1'), '')
  t.equal(from('v2'), '')
  t.end()
})

t.test('a text of cmd is split in every dialect', (t) => {
  for (const dialect of ['seed', 'v1', 'v2'] as const) {
    const { command } = task(dialect, { cmd: 'sh -c "a b"' })
    t.strictSame(command, ['sh', '-c', 'a b'], dialect)
    t.strictSame(task(dialect, { cmd: ['a b'] }).command, ['a b'], dialect)
    t.equal(task(dialect, { cmd: '' }).command, undefined, dialect)
  }
  t.end()
})

t.test('only the first dialect puts variables into a text', (t) => {
  const env = [{ name: 'HOST', value: '$.a', valueFrom: 'event' }]
  const cmd = 'locust --host=$HOST'
  t.strictSame(task('seed', { env, cmd }).command, ['locust', '--host=$(HOST)'])
  for (const dialect of ['v1', 'v2'] as const) {
    t.strictSame(task(dialect, { env, cmd }).command, [
      'locust',
      '--host=$HOST',
    ])
  }
  t.strictSame(
    task('seed', { env, cmd: ['sh', '-c', '$HOST'] }).command,
    ['sh', '-c', '$HOST'],
    'a list stays as it is',
  )
  t.end()
})

const scripts: [cmd: string, command: string[]][] = [
  ['sh -c "curl $HOST"', ['sh', '-c', 'curl $HOST']],
  ['sh -c curl\\ ${HOST}', ['sh', '-c', 'curl ${HOST}']],
  ['sh -c "echo $$ $HOST"', ['sh', '-c', 'echo $$ $HOST']],
  ['/bin/bash -ec "curl $HOST"', ['/bin/bash', '-ec', 'curl $HOST']],
  ['env A=$HOST sh -c $HOST', ['env', 'A=$(HOST)', 'sh', '-c', '$HOST']],
  ['sh -c "a $1" sh $HOST', ['sh', '-c', 'a $1', 'sh', '$(HOST)']],
  ['sh -c -e "a $HOST"', ['sh', '-c', '-e', 'a $HOST']],
  ['sh -c -- "a $HOST"', ['sh', '-c', '--', 'a $HOST']],
  [
    'bash -c -o pipefail "a $HOST" $HOST',
    ['bash', '-c', '-o', 'pipefail', 'a $HOST', '$(HOST)'],
  ],
  [
    'timeout 5 busybox ash -lc "a $HOST"',
    ['timeout', '5', 'busybox', 'ash', '-lc', 'a $HOST'],
  ],
  ['pwsh -c echo $HOST', ['pwsh', '-c', 'echo', '$HOST']],
  [
    'pwsh -NonInteractive -File a.ps1 $HOST',
    ['pwsh', '-NonInteractive', '-File', 'a.ps1', '$(HOST)'],
  ],
  [
    'bash -euo pipefail -c "a $HOST"',
    ['bash', '-euo', 'pipefail', '-c', 'a $HOST'],
  ],
  ['bash -co pipefail "a $HOST"', ['bash', '-co', 'pipefail', 'a $HOST']],
  ['bash -s -c "a $HOST"', ['bash', '-s', '-c', 'a $HOST']],
  ['su app -c "a $HOST"', ['su', 'app', '-c', 'a $HOST']],
  ['su -s /bin/sh -c "a $HOST"', ['su', '-s', '/bin/sh', '-c', 'a $HOST']],
  ['su --command="a $HOST"', ['su', '--command=a $HOST']],
  ['sh run.sh -c $HOST', ['sh', 'run.sh', '-c', '$(HOST)']],
  [
    'bash run.sh -locustfile $HOST',
    ['bash', 'run.sh', '-locustfile', '$(HOST)'],
  ],
  [`sh -c 'p "$@"' _ -c $HOST`, ['sh', '-c', 'p "$@"', '_', '-c', '$(HOST)']],
  ['sh script.sh $HOST', ['sh', 'script.sh', '$(HOST)']],
  ['sh -e script.sh $HOST', ['sh', '-e', 'script.sh', '$(HOST)']],
  ['curl -c $HOST $HOST', ['curl', '-c', '$(HOST)', '$(HOST)']],
  ['python -c $HOST', ['python', '-c', '$(HOST)']],
]

t.test('nothing is put into the script of a shell', (t) => {
  const env = [{ name: 'HOST', value: '$.a' }]
  for (const [cmd, command] of scripts)
    t.strictSame(task('seed', { env, cmd }).command, command, cmd)
  t.end()
})
