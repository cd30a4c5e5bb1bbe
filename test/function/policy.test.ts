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
