import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { loadAll } from 'js-yaml'
import t from 'tap'
import { lintConfig } from '../../config/lint.ts'
import { LABEL } from '../../function/labels.ts'
import { readSettings } from '../../function/settings.ts'
import { settingsTable } from '../../function/settings-table.ts'
import { assets } from '../apiserver.ts'

/** What each overlay comes to, without a cluster. */
const kubectl = join(assets(), 'kubectl')
const skip = existsSync(kubectl)
  ? false
  : 'no kubectl, run npm run cluster:build'
const folder = join(import.meta.dirname, '../../knative')

interface Manifest {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string; labels?: object }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [field: string]: any
}
const build = (overlay: string): Manifest[] =>
  loadAll(
    execFileSync(kubectl, ['kustomize', join(folder, 'overlays', overlay)], {
      encoding: 'utf8',
    }),
  ) as Manifest[]
const of = (objects: Manifest[], kind: string, namespace?: string) =>
  objects.filter(
    (object) =>
      object.kind === kind &&
      (!namespace || object.metadata.namespace === namespace),
  )
const settingsOf = (objects: Manifest[]): Record<string, string> =>
  of(objects, 'ConfigMap').find(({ metadata: { name } }) =>
    name.startsWith('job-executor-service-settings'),
  )?.['data'] as Record<string, string>

const NAMESPACED = new Set(['Namespace'])
for (const overlay of readdirSync(join(folder, 'overlays')))
  t.test(`${overlay}: it is whole`, { skip }, async (t) => {
    const objects = build(overlay)
    const settings = settingsOf(objects)
    for (const name of Object.keys(settings)) t.ok(name in settingsTable, name)
    t.ok(
      readSettings(
        { K_SINK: 'http://broker', ...settings },
        { read: () => undefined },
      ),
      'the settings can be used',
    )
    const names = new Set(
      objects.map(({ kind, metadata: { namespace, name } }) =>
        [kind, namespace, name].join('/'),
      ),
    )
    t.equal(names.size, objects.length, 'nothing twice')
    for (const { kind, metadata } of objects)
      t.ok(NAMESPACED.has(kind) || metadata.namespace, `${kind} in a namespace`)
    // Draining looks for it.
    for (const { kind, metadata } of objects)
      t.match(
        metadata.labels,
        { 'app.kubernetes.io/part-of': 'job-executor-service' },
        `${kind} ${metadata.name}`,
      )
    for (const binding of of(objects, 'RoleBinding'))
      for (const { kind, name, namespace } of binding['subjects'] as {
        kind: string
        name: string
        namespace: string
      }[])
        t.ok(names.has([kind, namespace, name].join('/')), `${name} is there`)
    for (const { spec, metadata } of of(objects, 'Trigger'))
      t.ok(spec.delivery.deadLetterSink, `${metadata.name}: a dead letter`)
    const text = JSON.stringify(objects)
    for (const [reference] of text.matchAll(
      /job-executor-service-(settings|resources)[-a-z0-9]*/g,
    ))
      t.ok(names.has(`ConfigMap/keptn-jes/${reference}`), reference)
  })

t.test('apiserversource: the job watch is off', { skip }, async (t) => {
  const objects = build('apiserversource')
  t.equal(settingsOf(objects)['JOB_WATCH'], 'false')
  const [source] = of(objects, 'ApiServerSource')
  t.match(source?.['spec'].resources, [
    { selector: { matchExpressions: [{ key: LABEL.unsettled }] } },
    { selector: { matchLabels: { [LABEL.role]: 'task' } } },
  ])
  t.equal(source?.['spec'].sink.uri, '/callbacks/job')
  t.equal(of(objects, 'PingSource')[0]?.['spec'].sink.uri, '/callbacks/job')
})

t.test('sender-identity: one audience everywhere', { skip }, async (t) => {
  const objects = build('sender-identity')
  const { AUDIENCE, ALLOWED_SENDERS } = settingsOf(objects)
  t.equal(
    AUDIENCE,
    'serving.knative.dev/service/keptn-jes/job-executor-service',
  )
  t.equal(
    ALLOWED_SENDERS,
    'system:serviceaccount:keptn-jes:job-executor-service-*',
  )
  for (const { spec } of of(objects, 'Trigger')) {
    t.equal(spec.subscriber.audience, AUDIENCE)
    t.equal(spec.delivery.deadLetterSink.audience, AUDIENCE)
  }
})

for (const [overlay, namespace, level] of [
  ['job-namespace', 'keptn-jes-jobs', 'restricted'],
  ['job-namespace-privileged', 'keptn-jes-builds', 'baseline'],
] as const)
  t.test(`${overlay}: rights and no more`, { skip }, async (t) => {
    const objects = build(overlay)
    const there = objects.filter(
      ({ metadata }) => metadata.namespace === namespace,
    )
    t.same(
      new Set(there.map(({ kind }) => kind)),
      new Set(['Role', 'RoleBinding', 'ServiceAccount', 'NetworkPolicy']),
    )
    t.equal(settingsOf(objects)['JOB_NAMESPACES'], namespace)
    const rules = (name: string, ns: string) =>
      of(objects, 'Role', ns).find(({ metadata }) => metadata.name === name)?.[
        'rules'
      ]
    const NAME = 'job-executor-service'
    t.same(rules(NAME, namespace), rules(NAME, 'keptn-jes'))
    t.match(rules(`${NAME}-job-watch`, namespace), [
      { verbs: ['list', 'watch'] },
      { verbs: ['list', 'watch'] },
    ])
    t.match(
      of(objects, 'Namespace').find(
        ({ metadata: { name } }) => name === namespace,
      )?.metadata.labels,
      { 'pod-security.kubernetes.io/enforce': level },
    )
  })

t.test('deployment: tasks cannot post to the function', { skip }, async (t) => {
  const policy = of(build('deployment'), 'NetworkPolicy').find(
    ({ metadata: { name } }) => name === 'job-executor-service',
  )
  t.strictSame(policy?.['spec'].ingress, [
    {
      from: [
        {
          podSelector: {
            matchExpressions: [
              { key: LABEL.role, operator: 'NotIn', values: ['task'] },
            ],
          },
        },
        {
          namespaceSelector: {
            matchLabels: { 'kubernetes.io/metadata.name': 'keptn' },
          },
        },
      ],
    },
  ])
})

const distributorOf = (objects: Manifest[]) =>
  of(objects, 'Deployment').find(({ metadata: { name } }) =>
    name.endsWith('-distributor'),
  )?.['spec'].template.spec.containers[0]

t.test(
  'deployment-keptn: it posts to the Service of the function',
  { skip },
  async (t) => {
    const objects = build('deployment-keptn')
    const env = Object.fromEntries(
      (distributorOf(objects).env as { name: string; value?: string }[]).map(
        ({ name, value }) => [name, value],
      ),
    )
    t.hasStrict(env, {
      PUBSUB_RECIPIENT: 'http://job-executor-service',
      PUBSUB_RECIPIENT_PORT: '80',
      PUBSUB_RECIPIENT_PATH: 'events',
    })
    t.notOk('BROKER_NAMESPACE' in env)
    const [service] = of(objects, 'Service')
    t.hasStrict(service, {
      apiVersion: 'v1',
      metadata: { name: 'job-executor-service' },
      spec: { ports: [{ port: 80 }] },
    })
    t.same(
      objects.filter(({ apiVersion }) => apiVersion.includes('knative')),
      [],
    )
  },
)

t.test(
  'keptn-distributor-remote: a token or OAuth, as the function has it',
  { skip },
  async (t) => {
    const objects = build('keptn-distributor-remote')
    const [service] = of(objects, 'Service')
    const own = service?.['spec'].template.spec.containers[0]
    t.same(distributorOf(objects).envFrom, own.envFrom)
    t.match(own.envFrom, [{}, { secretRef: { optional: true } }])
    t.match(
      distributorOf(objects).env.find(
        ({ name }: { name: string }) => name === 'KEPTN_API_ENDPOINT',
      ),
      { valueFrom: { configMapKeyRef: { key: 'KEPTN_API_ENDPOINT' } } },
      'a distributor without it does not start',
    )
  },
)

t.test('without-keptn: the example can be used', { skip }, async (t) => {
  const objects = build('without-keptn')
  t.equal(settingsOf(objects)['KEPTN_API_ENDPOINT'], '', 'it is not set')
  const files = of(objects, 'ConfigMap').find(({ metadata: { name } }) =>
    name.startsWith('job-executor-service-resources'),
  )
  t.strictSame(lintConfig(files?.['data']['config.yaml'] as string), {
    problems: [],
    warnings: [],
  })
  t.equal(of(objects, 'Trigger').length, 1)
})
