import t from 'tap'
import type { Task } from '../../config/model.ts'
import { parseConfig } from '../../config/parse.ts'
import { checkTask } from '../../function/policy.ts'
import { readSettings } from '../../function/settings.ts'
import { corpus } from './corpus.ts'

const settings = (env: NodeJS.ProcessEnv = {}) =>
  readSettings(
    { FUNCTION_NAME: 'fn', FUNCTION_NAMESPACE: 'home', ...env },
    { read: () => undefined },
    { configs: 'given' },
  )

const task = (fields: Partial<Task> = {}): Task => ({
  name: 't',
  image: 'alpine',
  files: [],
  env: [],
  ...fields,
})

const secret = (name: string): Partial<Task> => ({
  env: [{ name, value: '', valueFrom: 'secret' }],
})
const adds = (...add: string[]): Partial<Task> => ({
  securityContext: { capabilities: { add } },
})
const privileged = { securityContext: { privileged: true } }
const cases: [string, NodeJS.ProcessEnv, Partial<Task>, string | undefined][] =
  [
    ['a plain task', {}, {}, undefined],
    [
      'an image of the list',
      { ALLOWED_IMAGE_LIST: 'docker.io/*' },
      {},
      undefined,
    ],
    ['another image', { ALLOWED_IMAGE_LIST: 'x' }, {}, 'image-not-allowed'],
    ['privileged', {}, privileged, 'privileged'],
    [
      'privileged, allowed',
      { ALLOW_PRIVILEGED_JOBS: 'true' },
      privileged,
      undefined,
    ],
    [
      'the job namespace',
      { JOB_NAMESPACE: 'j' },
      { namespace: 'j' },
      undefined,
    ],
    ['another namespace', {}, { namespace: 'j' }, 'namespace-not-allowed'],
    ['a capability', {}, adds('SYS_ADMIN'), undefined],
    [
      'a listed capability, spelled otherwise',
      { ALLOWED_CAPABILITIES: 'NET_RAW,CAP_CHOWN' },
      adds('cap_net_raw', 'chown'),
      undefined,
    ],
    [
      'another capability',
      { ALLOWED_CAPABILITIES: 'NET_RAW' },
      adds('NET_RAW', 'SYS_ADMIN'),
      'capability-not-allowed',
    ],
    [
      'all capabilities where some are listed',
      { ALLOWED_CAPABILITIES: 'NET_RAW' },
      adds('all'),
      'capability-not-allowed',
    ],
    [
      'a capability where none is allowed',
      { ALLOWED_CAPABILITIES: '' },
      adds('CHOWN'),
      'capability-not-allowed',
    ],
    [
      'a service account of the list',
      { ALLOWED_SERVICE_ACCOUNTS: 'team-*' },
      { serviceAccount: 'team-a' },
      undefined,
    ],
    [
      'another service account',
      { ALLOWED_SERVICE_ACCOUNTS: 'team-*' },
      { serviceAccount: 'x' },
      'service-account-not-allowed',
    ],
    [
      'the default service account, whatever the list',
      { ALLOWED_SERVICE_ACCOUNTS: '', DEFAULT_JOB_SERVICE_ACCOUNT: 'd' },
      { serviceAccount: 'd' },
      undefined,
    ],
    [
      "the namespace's default account where another is the default",
      { ALLOWED_SERVICE_ACCOUNTS: '', DEFAULT_JOB_SERVICE_ACCOUNT: 'd' },
      { serviceAccount: '' },
      'service-account-not-allowed',
    ],
    ['a Secret', {}, secret('x'), undefined],
    [
      "the function's Secret",
      {},
      secret('job-executor-service-keptn'),
      'secret-not-allowed',
    ],
    [
      "the function's Secret, although listed",
      { FUNCTION_SECRETS: 'own-*', ALLOWED_SECRETS: '*' },
      secret('own-token'),
      'secret-not-allowed',
    ],
    [
      "a Secret of that name in another namespace than the function's",
      { JOB_NAMESPACES: 'j' },
      { ...secret('job-executor-service-keptn'), namespace: 'j' },
      undefined,
    ],
    [
      'a Secret of the list',
      { ALLOWED_SECRETS: 'a,b' },
      secret('b'),
      undefined,
    ],
    [
      'another Secret',
      { ALLOWED_SECRETS: 'a,b' },
      secret('c'),
      'secret-not-allowed',
    ],
    [
      'a Secret where none is allowed',
      { ALLOWED_SECRETS: '' },
      secret('c'),
      'secret-not-allowed',
    ],
    [
      "the function's namespace",
      { JOB_NAMESPACE: 'j' },
      { namespace: 'home' },
      'namespace-not-allowed',
    ],
    [
      'a listed namespace',
      { JOB_NAMESPACES: 'i,j' },
      { namespace: 'j' },
      undefined,
    ],
    ['any namespace', { JOB_NAMESPACES: '*' }, { namespace: 'j' }, undefined],
    [
      'the own account',
      {},
      { serviceAccount: 'fn' },
      'service-account-not-allowed',
    ],
    [
      "the watch's account",
      {},
      { serviceAccount: 'fn-job-watch' },
      'service-account-not-allowed',
    ],
    [
      "the own account in the function's namespace, where Jobs run elsewhere",
      { JOB_NAMESPACE: 'j', JOB_NAMESPACES: 'home' },
      { serviceAccount: 'fn', namespace: 'home' },
      'service-account-not-allowed',
    ],
    [
      "the watch's account in the function's namespace",
      { JOB_NAMESPACE: 'j', JOB_NAMESPACES: 'home' },
      { serviceAccount: 'fn-job-watch', namespace: 'home' },
      'service-account-not-allowed',
    ],
    [
      'the own account where Jobs run',
      { JOB_NAMESPACE: 'j' },
      { serviceAccount: 'fn' },
      'service-account-not-allowed',
    ],
    [
      "the event source's account",
      {},
      { serviceAccount: 'job-executor-service-source' },
      'service-account-not-allowed',
    ],
    [
      'a reserved account',
      { RESERVED_SERVICE_ACCOUNTS: 'infra-*' },
      { serviceAccount: 'infra-backup' },
      'service-account-not-allowed',
    ],
    [
      'a reserved account elsewhere',
      { RESERVED_SERVICE_ACCOUNTS: 'infra-*', JOB_NAMESPACES: 'j' },
      { serviceAccount: 'infra-backup', namespace: 'j' },
      'service-account-not-allowed',
    ],
    [
      'the default account as own',
      { FUNCTION_SERVICE_ACCOUNT: 'default' },
      { serviceAccount: '' },
      'service-account-not-allowed',
    ],
    [
      'an account of that name elsewhere',
      { JOB_NAMESPACES: 'j' },
      { serviceAccount: 'fn', namespace: 'j' },
      undefined,
    ],
    ['another account', {}, { serviceAccount: 'deployer' }, undefined],
    ['an annotation', {}, { annotations: { 'a/b': 'c' } }, undefined],
    [
      'an annotation of ours',
      {},
      { annotations: { 'job-executor.keptn.sh/stopped': '{}' } },
      'annotation-reserved',
    ],
  ]
for (const [name, env, fields, code] of cases)
  t.equal(checkTask(settings(env), task(fields))?.code, code, name)

interface Row {
  name: string
  task: string
  allow: boolean
  want: { ok: true } | { error: string }
}

for (const row of corpus<Row>('tables/privileged_policy')) {
  const parsed = parseConfig(
    `apiVersion: v2\nactions:\n- tasks:\n  - securityContext: {${row.task.replace(/^\{\}$/, '')}}\n`,
  )
  const found = 'config' in parsed ? parsed.config.actions[0]?.tasks[0] : null
  const error = checkTask(
    settings({ ALLOW_PRIVILEGED_JOBS: String(row.allow) }),
    found ?? task(),
  )
  t.ok(found, `${row.name} is read`)
  t.equal(error === undefined, 'ok' in row.want, row.name)
  if ('error' in row.want && error)
    t.ok(error.message.startsWith(row.want.error), error.message)
}
