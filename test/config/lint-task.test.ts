import t from 'tap'
import { doubtsAboutTask } from '../../config/lint-task.ts'
import type { EnvEntry, Task } from '../../config/model.ts'

const doubts = (task: Partial<Task>, cmd?: string | string[]): string[] =>
  doubtsAboutTask(
    { name: 't', files: [], image: 'alpine', env: [], ...task },
    cmd ?? task.command,
  ).map(({ code, at }) => [code, ...at].join(' '))

const env = (entry: Partial<EnvEntry>): { env: EnvEntry[] } => ({
  env: [{ name: 'A', value: 'a', valueFrom: 'string', ...entry }],
})

const two = (first: string, second: string): { env: EnvEntry[] } => ({
  env: [
    { name: 'A', value: 'a', valueFrom: first },
    { name: 'A', value: 'a', valueFrom: second },
  ],
})

const HOST = env({ name: 'HOST' })

const cases: [name: string, task: Partial<Task>, doubts: string[]][] = [
  ['nothing odd', {}, []],
  ['no image', { image: '' }, ['image image']],
  ['a policy', { imagePullPolicy: 'Always' }, []],
  [
    'no policy',
    { imagePullPolicy: 'always' },
    ['image-pull-policy imagePullPolicy'],
  ],
  ['words', { command: ['ls', '-la'] }, []],
  ['a blank in an argument', { command: ['sh', '-c', 'ls -la'] }, []],
  [
    'a blank in the program',
    { command: ['ls -la'] },
    ['blank-in-command cmd 0'],
  ],
  [
    '$NAME without a shell',
    { ...HOST, command: ['a', '$HOST'] },
    ['not-expanded cmd'],
  ],
  ['${NAME} in args', { ...HOST, args: ['${HOST}'] }, ['not-expanded cmd']],
  ['$NAME with a shell', { ...HOST, command: ['/bin/sh', '-c', '$HOST'] }, []],
  [
    '$NAME with a shell behind another program',
    { ...HOST, command: ['env', 'sh', '-ec', '$HOST'] },
    [],
  ],
  [
    '$NAME beside the script',
    { ...HOST, command: ['env', 'sh', '-c', 'a "$1"', 'sh', '$HOST'] },
    ['not-expanded cmd'],
  ],
  ['$(NAME)', { ...HOST, command: ['a', '$(HOST)'] }, []],
  ['$NAME of something else', { ...HOST, command: ['a', '$HOSTNAME'] }, []],
  ['no valueFrom', env({ valueFrom: '' }), ['value-from env 0 valueFrom']],
  [
    'an unknown valueFrom',
    env({ valueFrom: 'Event' }),
    ['value-from env 0 valueFrom'],
  ],
  ['a jsonpath', env({ valueFrom: 'event', value: '$.a' }), []],
  [
    'a bad jsonpath',
    env({ valueFrom: 'event', value: '$.a[' }),
    ['jsonpath env 0 value'],
  ],
  ['no name', env({ name: '' }), ['env-name env 0 name']],
  ['a name with a blank', env({ name: 'A B' }), ['env-name env 0 name']],
  ['a name of a Secret', env({ name: '1-a', valueFrom: 'secret' }), []],
  ['as', env({ as: 'JSON' }), []],
  ['an unknown as', env({ as: 'xml' }), ['as env 0 as']],
  ['a name twice', two('string', 'event'), ['same-name env 1 name']],
  ['a Secret of the same name', two('secret', 'string'), []],
  ['a time limit', { maxPollDuration: 1 }, []],
  [
    'no time limit',
    { maxPollDuration: 0 },
    ['max-poll-duration maxPollDuration'],
  ],
  [
    'a negative one',
    { maxPollDuration: -1 },
    ['max-poll-duration maxPollDuration'],
  ],
  ['a TTL', { ttlSecondsAfterFinished: 60 }, []],
  [
    'a short TTL',
    { ttlSecondsAfterFinished: 59 },
    ['ttl ttlSecondsAfterFinished'],
  ],
  [
    'quantities',
    {
      resources: {
        limits: { cpu: '500m', memory: '1.5Gi' },
        requests: { cpu: '.5', memory: '1e3' },
      },
    },
    [],
  ],
  [
    'no quantities',
    { resources: { limits: { cpu: 'one' }, requests: { memory: '1GB' } } },
    ['quantity resources limits cpu', 'quantity resources requests memory'],
  ],
  [
    'a seccomp profile without type',
    { securityContext: { seccompProfile: {} } },
    ['seccomp-profile securityContext seccompProfile'],
  ],
]

t.test('doubts', (t) => {
  for (const [name, task, wanted] of cases) {
    t.strictSame(doubts(task), wanted, name)
  }
  t.end()
})

t.test('a text is not taken for one program', (t) => {
  t.strictSame(doubts({ command: ['ls', '-la'] }, 'ls -la'), [])
  t.end()
})
