import t from 'tap'
import type { JobEvent } from '../../config/event.ts'
import type { Action, Task } from '../../config/model.ts'
import { isLabelKey, isLabelValue } from '../../function/job-labels.ts'
import { ANNOTATION } from '../../function/labels.ts'
import { renderTask, taskDeadline, taskTtl } from '../../function/render.ts'
import type { FileMount } from '../../function/render.ts'
import { readSettings } from '../../function/settings.ts'
import { corpus } from './corpus.ts'

const settings = (env: NodeJS.ProcessEnv = {}) =>
  readSettings(env, { read: () => undefined }, { configs: 'given' })

const task = (fields: Partial<Task> = {}): Task => ({
  name: 'Run locust',
  image: 'locustio/locust',
  files: [],
  env: [],
  ...fields,
})

const event: JobEvent = {
  specversion: '1.0',
  id: 'an id with blanks and / more than sixty-three characters in all of it, surely',
  source: 'shipyard',
  type: 'sh.keptn.event.test.triggered',
  shkeptncontext: '--ctx--',
  data: { project: 'p', stage: 's', service: 'svc' },
}

const action: Action = { name: 'Test', silent: false, events: [], tasks: [] }

const render = (
  fields: Partial<Task> = {},
  env: NodeJS.ProcessEnv = {},
  more: { files?: FileMount[]; image?: string } = {},
) =>
  renderTask({
    settings: settings(env),
    run: '0123456789abcdef0123',
    event,
    place: { action: 1, task: 0 },
    action,
    task: task(fields),
    configHash: 'hash',
    ...more,
  })

const jobOf = (...args: Parameters<typeof render>) => {
  const rendered = render(...args)
  if ('error' in rendered) throw new Error(rendered.error.message)
  return rendered.job
}

const podOf = (...args: Parameters<typeof render>) =>
  jobOf(...args).spec!.template.spec!

t.test('a whole Job', async (t) => {
  const files = [
    { configMap: 'bundle-a', key: 'file-0', path: 'locust/basic.py' },
    { configMap: 'bundle-a', key: 'file-1', path: 'locust/import.py' },
    { configMap: 'bundle-b', key: 'file-0', path: 'data.csv' },
  ]
  t.matchSnapshot(
    JSON.stringify(
      jobOf(
        {
          command: ['locust'],
          args: ['-f', '/keptn/locust/basic.py'],
          workingDir: '/keptn',
          imagePullPolicy: 'Always',
          annotations: { 'a/b': 'c' },
          env: [{ name: 'creds', value: '', valueFrom: 'secret' }],
        },
        {},
        { files, image: 'example.org/function:1' },
      ),
      null,
      2,
    ),
  )
})

t.test('labels are what the API server accepts', async (t) => {
  const { metadata, spec } = jobOf()
  for (const labels of [metadata?.labels, spec?.template.metadata?.labels]) {
    t.equal(labels?.['keptn.sh/context'], 'ctx')
    t.equal(labels?.['keptn.sh/jes-action-index'], '1')
    for (const [key, value] of Object.entries(labels ?? {}))
      t.ok(isLabelKey(key) && isLabelValue(value), `${key}=${value}`)
  }
})

t.test('restricted pod security admits it', async (t) => {
  const pod = podOf(
    {},
    {},
    { files: [{ configMap: 'a', key: 'b', path: 'c' }], image: 'i' },
  )
  t.equal(pod.securityContext?.runAsNonRoot, true)
  const containers = [...pod.containers, ...(pod.initContainers ?? [])]
  t.equal(containers.length, 2)
  for (const { securityContext } of containers)
    t.match(securityContext, {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    })
})

t.test('files', async (t) => {
  const files = [{ configMap: 'a', key: 'b', path: 'c' }]
  t.equal(podOf().initContainers, undefined, 'none: no init container')
  t.notOk(podOf().volumes?.some(({ name }) => name === 'bundle'))
  t.match(render({}, {}, { files }), { error: { code: 'own-image-unknown' } })
  const pod = podOf({}, { FUNCTION_IMAGE: 'set' }, { files })
  t.equal(pod.initContainers?.[0]?.image, 'set')
  t.notOk(
    pod.containers[0]?.volumeMounts?.some(({ name }) => name === 'bundle'),
    'the task sees /keptn only',
  )
})

const accounts: [string | undefined, string, string | undefined, unknown][] = [
  [undefined, 'jobs', 'jobs', false],
  ['jobs', 'jobs', 'jobs', undefined],
  ['deployer', 'jobs', 'deployer', undefined],
  ['', 'jobs', undefined, false],
  [undefined, '', undefined, false],
]
for (const [named, byDefault, name, automount] of accounts) {
  const pod = podOf(named === undefined ? {} : { serviceAccount: named }, {
    DEFAULT_JOB_SERVICE_ACCOUNT: byDefault,
  })
  t.equal(pod.serviceAccountName, name, `account ${named} or ${byDefault}`)
  t.equal(pod.automountServiceAccountToken, automount)
}

const deadlines: [number | undefined, string, number | undefined][] = [
  [undefined, '0', 300],
  [undefined, '60', 60],
  [20, '60', 20],
  [90, '60', 60],
  [0, '60', 60],
  [0, '0', undefined],
  [-1, '0', undefined],
  [1e12, '0', 2147483647],
]
for (const [own, common, want] of deadlines) {
  const fields = own === undefined ? {} : { maxPollDuration: own }
  const env = { TASK_DEADLINE_SECONDS: common }
  t.equal(taskDeadline(task(fields), settings(env)), want, `${own}, ${common}`)
  t.equal(jobOf(fields, env).spec?.activeDeadlineSeconds, want)
}

const graces: [own: number, grace: string | undefined, want: string][] = [
  [3600, undefined, '240'],
  [3600, '600', '600'],
  [0, '600', '600'],
  [3600, '0', '0'],
  // So that it is told what was missing, and not only that time is up.
  [60, undefined, '55'],
  [3, undefined, '0'],
]
for (const [maxPollDuration, grace, want] of graces)
  t.test(`a pod may wait ${want} s for a node`, async (t) => {
    const { metadata } = jobOf(
      { maxPollDuration },
      { UNSCHEDULABLE_GRACE_SECONDS: grace },
    )
    t.equal(metadata?.annotations?.[ANNOTATION.unschedulableGrace], want)
  })

for (const row of corpus<{ ttlSecondsAfterFinished: number; want: number }>(
  'tables/ttl',
)) {
  t.equal(taskTtl(task(row), settings()), row.want)
  const { metadata, spec } = jobOf(row)
  t.equal(metadata?.annotations?.['job-executor.keptn.sh/ttl'], `${row.want}`)
  t.equal(spec?.ttlSecondsAfterFinished, undefined, 'set when it is settled')
}
t.equal(taskTtl(task(), settings()), 21600)

const errors: [Partial<Task>, string, RegExp][] = [
  [{ securityContext: { privileged: true } }, 'privileged', /not allowed/],
  [
    { securityContext: { seccompProfile: {} } },
    'seccomp-profile',
    /has no `type`/,
  ],
  [
    { resources: { limits: { cpu: 'lots' } } },
    'resources',
    /^unable to create resource requirements for task Run locust: unable to parse resource limits requirement: unable to parse cpu quantity 'lots': /,
  ],
  [
    { env: [{ name: 'X', value: '$.data.no', valueFrom: 'event' }] },
    'env-jsonpath',
    /unknown key no/,
  ],
]
for (const [fields, code, message] of errors)
  t.match(render(fields), { error: { code, message } }, code)

t.test('resources replace all defaults', async (t) => {
  t.strictSame(podOf({ resources: {} }).containers[0]?.resources, {})
  t.strictSame(
    podOf({ resources: { limits: { memory: '1024Mi' } } }).containers[0]
      ?.resources,
    { limits: { memory: '1Gi' } },
  )
})

t.test('our labels win, and annotations reach the pod', async (t) => {
  const { metadata, spec } = jobOf({ annotations: { a: 'b' } })
  t.equal(metadata?.annotations?.['a'], 'b')
  t.strictSame(spec?.template.metadata?.annotations, {
    a: 'b',
    'kubectl.kubernetes.io/default-container': 'task',
  })
  t.strictSame(spec?.template.metadata?.labels, metadata?.labels)
})

interface NameRow {
  id: string
  actionIndex: number
  taskIndex: number
}

t.test('the name of a Job does not depend on the id', async (t) => {
  for (const { id, actionIndex, taskIndex } of corpus<NameRow>(
    'tables/job_name',
  )) {
    const rendered = renderTask({
      settings: settings(),
      run: '0123456789abcdef0123',
      event: { ...event, id },
      place: { action: actionIndex, task: taskIndex },
      action,
      task: task(),
      configHash: 'hash',
    })
    t.match(rendered, {
      job: {
        metadata: {
          name: `run-locust-0123456789abcdef0123-${actionIndex + 1}-${taskIndex + 1}`,
        },
      },
    })
  }
})
