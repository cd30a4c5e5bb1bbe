import fc from 'fast-check'
import t, { type Test } from 'tap'
import type { JobEvent } from '../../config/event.ts'
import type { Task } from '../../config/model.ts'
import { parseConfig } from '../../config/parse.ts'
import type { Job } from '../../function/cluster/cluster.ts'
import { isImageAllowed } from '../../function/image.ts'
import { planRun } from '../../function/plan-run.ts'
import type { Settings } from '../../function/settings.ts'
import { givenSettings, RUN } from '../function/given.ts'

/**
 * Whatever a config says: what is rendered has these fields and no others, and
 * each of them is within the policy.
 */

const FIELDS = {
  pod: [
    ...['restartPolicy', 'serviceAccountName', 'automountServiceAccountToken'],
    ...['securityContext', 'containers', 'initContainers', 'volumes'],
  ],
  container: [
    ...['name', 'image', 'imagePullPolicy', 'command', 'args', 'workingDir'],
    ...['env', 'envFrom', 'resources', 'securityContext', 'volumeMounts'],
  ],
  securityContext: [
    ...['capabilities', 'privileged', 'runAsUser', 'runAsGroup'],
    ...['runAsNonRoot', 'readOnlyRootFilesystem', 'allowPrivilegeEscalation'],
    ...['procMount', 'seccompProfile'],
  ],
  volume: ['name', 'emptyDir', 'projected'],
  job: ['backoffLimit', 'activeDeadlineSeconds', 'template'],
}

const only = (object: object, fields: string[], where: string): void => {
  const other = Object.keys(object).find((key) => !fields.includes(key))
  if (other !== undefined) throw new Error(`${where} has a field ${other}`)
}

const listed = (names: readonly string[], name: string): boolean =>
  names.some((each) =>
    each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : each === name,
  )

const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what)
}

const withinPolicy = (settings: Settings, job: Job): void => {
  const namespace = job.metadata!.namespace!
  must(
    [settings.jobNamespace, ...settings.jobNamespaces].includes(namespace),
    `namespace ${namespace}`,
  )
  only(job.spec!, FIELDS.job, 'the Job')
  const { metadata, spec } = job.spec!.template
  only(metadata!, ['labels', 'annotations'], 'the metadata')
  only(spec!, FIELDS.pod, 'the pod')
  must(
    JSON.stringify(spec!.securityContext) ===
      JSON.stringify(settings.jobDefaults.podSecurityContext),
    'the pod has another security context',
  )
  const account = spec!.serviceAccountName ?? 'default'
  must(
    ![settings.serviceAccount, settings.jobWatch.serviceAccount].includes(
      account,
    ) ||
      ![settings.jobNamespace, settings.instance.namespace].includes(namespace),
    `the function's account ${account}`,
  )
  must(
    account === settings.jobDefaults.serviceAccount ||
      listed(settings.allowedServiceAccounts, account),
    `account ${account}`,
  )
  for (const volume of spec!.volumes ?? []) {
    only(volume, FIELDS.volume, 'a volume')
    for (const source of volume.projected?.sources ?? [])
      only(source, ['configMap'], 'a projected volume')
  }
  for (const container of [
    ...(spec!.initContainers ?? []),
    ...spec!.containers,
  ]) {
    only(container, FIELDS.container, 'a container')
    const { securityContext = {} } = container
    only(securityContext, FIELDS.securityContext, 'a security context')
    must(!securityContext.privileged, 'it is privileged')
    for (const name of securityContext.capabilities?.add ?? [])
      must(
        settings.allowedCapabilities.includes(
          name.toUpperCase().replace(/^CAP_/, ''),
        ),
        `capability ${name}`,
      )
    for (const variable of container.env ?? [])
      only(variable, ['name', 'value'], 'a variable')
    for (const source of container.envFrom ?? []) {
      only(source, ['secretRef'], 'a source of variables')
      const { name = '' } = source.secretRef ?? {}
      must(listed(settings.allowedSecrets, name), `Secret ${name}`)
      must(
        namespace !== settings.instance.namespace ||
          !listed(settings.functionSecrets, name),
        `the function's Secret ${name}`,
      )
    }
  }
  must(
    isImageAllowed(settings.allowedImages, spec!.containers[0]!.image!),
    `image ${spec!.containers[0]!.image}`,
  )
  for (const key of Object.keys(metadata!.annotations ?? {}))
    must(!key.startsWith('job-executor.keptn.sh/'), `annotation ${key}`)
}

const oneOf = fc.constantFrom<string[]>
const name = oneOf('fn', 'fn-job-watch', 'default', 'team-a', 'own', 'FN', '')
const optional = <T>(value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined, freq: 2 })

/** Words of Kubernetes that no config has, and those that it has. */
const more = fc.dictionary(
  oneOf(
    ...['hostNetwork', 'hostPID', 'hostIPC', 'volumes', 'nodeName'],
    ...['serviceAccountName', 'automountServiceAccountToken', 'envFrom'],
    ...['volumeMounts', 'lifecycle', 'initContainers', '__proto__', 'spec'],
  ),
  fc.oneof(fc.boolean(), name, fc.constant([{ hostPath: { path: '/' } }])),
  { maxKeys: 2 },
)

const task = fc
  .record({
    task: fc.record(
      {
        name: oneOf('t', '../t', 'T T', ''),
        image: oneOf(
          ...['ok/one:1', 'docker.io/ok/two', 'ok/../evil/x', 'evil.io/ok/one'],
          ...['ok', 'OK/one', 'ok/one@sha256:0123', 'evil/x', ' ok/one', ''],
        ),
        namespace: optional(oneOf('jobs', 'more', 'kube-system', 'JOBS', '*')),
        serviceAccount: optional(name),
        files: optional(fc.constant(['a', '../b'])),
        annotations: optional(
          fc.dictionary(
            oneOf('a', 'job-executor.keptn.sh/head', 'team/x'),
            oneOf('x'),
          ),
        ),
        env: optional(
          fc.array(
            fc.record({
              name: oneOf('team', 'own-token', 'job-executor-service-keptn'),
              value: oneOf('x', '$.data', '$(HOME)'),
              valueFrom: oneOf('secret', 'Secret', 'string', 'event'),
            }),
            { maxLength: 3 },
          ),
        ),
        securityContext: optional(
          fc.record(
            {
              privileged: fc.boolean(),
              runAsUser: fc.constant(0),
              procMount: oneOf('Default', 'Unmasked'),
              capabilities: fc.record(
                {
                  add: fc.array(
                    oneOf('NET_RAW', 'cap_net_raw', 'SYS_ADMIN', 'ALL', 'all'),
                    { maxLength: 2 },
                  ),
                  drop: fc.constant(['ALL']),
                },
                { requiredKeys: [] },
              ),
            },
            { requiredKeys: [] },
          ),
        ),
      },
      { requiredKeys: ['name', 'image'] },
    ),
    more: fc.oneof(
      { weight: 3, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: more },
    ),
  })
  .map(({ task, more }) => ({ ...task, ...more }))

const config = fc.record({
  version: oneOf('apiVersion: v2\n', 'apiVersion: v1\n', ''),
  tasks: fc.array(task, { minLength: 1, maxLength: 3 }),
})

const text = ({
  version,
  tasks,
}: {
  version: string
  tasks: object[]
}): string =>
  `${version}actions: ${JSON.stringify([
    { name: 'a', events: [{ name: '*' }, { name: '.*' }], tasks },
  ])}\n`

const POLICY = {
  ALLOWED_IMAGE_LIST: 'docker.io/ok/*',
  JOB_NAMESPACES: 'more',
  ALLOWED_SERVICE_ACCOUNTS: 'team-*,fn*',
  ALLOWED_SECRETS: 'team,own-*',
  FUNCTION_SECRETS: 'own-*,job-executor-service-keptn',
  ALLOWED_CAPABILITIES: 'NET_RAW',
}
const STRICT = givenSettings(POLICY)
/** Jobs run in a namespace of their own, and may run in the function's. */
const APART = givenSettings({
  ...POLICY,
  JOB_NAMESPACE: 'work',
  JOB_NAMESPACES: 'more,jobs',
})

const neverExceeds = async (t: Test, settings: Settings): Promise<void> => {
  let rendered = 0
  let refused = 0
  await fc.assert(
    fc.asyncProperty(config, async (given) => {
      const parsed = parseConfig(text(given))
      if ('problems' in parsed) return
      const { tasks } = await planRun(
        {
          settings,
          image: async () => 'fn:1',
          files: async () => ({
            files: [{ path: 'a', content: Buffer.from('x') }],
          }),
          accept: async () => undefined,
        },
        RUN,
        {
          id: 'x',
          source: 's',
          specversion: '1.0',
          type: 'sh.keptn.event.test.triggered',
          data: {},
        },
        { config: parsed.config, configHash: 'abc' },
      )
      for (const { result } of tasks)
        if ('job' in result) {
          rendered += 1
          withinPolicy(settings, result.job)
        } else refused += 1
    }),
    { numRuns: 3_000, seed: 1 },
  )
  t.ok(rendered > 50, `${rendered} tasks were rendered`)
  t.ok(refused > 500, `${refused} tasks were refused`)
}

t.test('what is rendered never exceeds the policy', (t) =>
  neverExceeds(t, STRICT),
)
t.test('nor where Jobs run in another namespace than the function', (t) =>
  neverExceeds(t, APART),
)

t.test('the test can fail: without the policy it does', async (t) => {
  const loose = givenSettings({ JOB_NAMESPACES: '*' })
  const task: Task = {
    name: 't',
    image: 'evil/x',
    files: [],
    env: [{ name: 'own-token', value: '', valueFrom: 'secret' }],
  }
  const { renderTask } = await import('../../function/render.ts')
  const result = renderTask({
    settings: loose,
    run: RUN,
    event: { id: 'x', source: 's', type: 't', data: {} } as unknown as JobEvent,
    place: { action: 0, task: 0 },
    action: { name: 'a', silent: false, events: [], tasks: [task] },
    task,
    configHash: 'abc',
  })
  t.ok('job' in result)
  if ('job' in result) t.throws(() => withinPolicy(STRICT, result.job))
})
