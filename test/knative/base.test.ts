import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadAll } from 'js-yaml'
import t from 'tap'
import { MIN_HEAD_TTL } from '../../function/head.ts'
import { LABEL } from '../../function/labels.ts'
import { settingsTable } from '../../function/settings-table.ts'

/** What the manifests say twice, or in words of the function's, must agree. */
const folder = join(import.meta.dirname, '../../knative')

interface Manifest {
  kind: string
  metadata: { name: string }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [field: string]: any
}
const read = (dir: string): Manifest[] =>
  readdirSync(join(folder, dir))
    .filter((file) => file.endsWith('.yaml'))
    .flatMap(
      (file) =>
        loadAll(readFileSync(join(folder, dir, file), 'utf8')) as Manifest[],
    )
const base = read('base')
const named = (kind: string) => base.filter((object) => object.kind === kind)
const names = (kind: string) => named(kind).map(({ metadata }) => metadata.name)

t.test('the service accounts are those that the settings mean', async (t) => {
  const name = settingsTable.FUNCTION_NAME.default
  t.same(
    new Set(names('ServiceAccount')),
    new Set([
      name,
      `${name}-job-watch`,
      settingsTable.DEFAULT_JOB_SERVICE_ACCOUNT.default,
    ]),
  )
  t.ok(names('Service').includes(name))
})

t.test(
  'there is a Trigger for each type that is always answered',
  async (t) => {
    const types = named('Trigger').flatMap(
      ({ spec }) => (spec.filter?.attributes.type ?? []) as string[],
    )
    t.same(
      new Set(types),
      new Set(settingsTable.ANSWER_INVALID_CONFIG_FOR.default.split(',')),
    )
  },
)

t.test(
  'each Trigger delivers to the function, with a dead letter',
  async (t) => {
    t.ok(named('Trigger').length > 0)
    for (const { spec } of named('Trigger')) {
      const ref = {
        apiVersion: 'serving.knative.dev/v1',
        kind: 'Service',
        name: settingsTable.FUNCTION_NAME.default,
      }
      t.same(spec.subscriber, { ref, uri: '/events' })
      t.same(spec.delivery.deadLetterSink, { ref, uri: '/dead-letter' })
      t.ok(spec.delivery.retry > 0, 'complete: it replaces the whole default')
      t.ok(spec.delivery.backoffPolicy && spec.delivery.backoffDelay)
    }
  },
)

/**
 * What may lie between the first delivery and the end of the last, if each is
 * answered as late as can be. Seconds.
 */
const retriedFor = ({
  retry,
  backoffPolicy,
  backoffDelay,
}: Manifest['delivery']): number => {
  const delay = Number(/^PT([\d.]+)S$/.exec(String(backoffDelay))?.[1])
  const timeout = Number(named('Service')[0]!.spec.template.spec.timeoutSeconds)
  // https://knative.dev/docs/eventing/event-delivery/; some count from 1.
  const pause = (attempt: number): number =>
    delay * (backoffPolicy === 'exponential' ? 2 ** attempt : attempt)
  const pauses = Array.from({ length: retry as number }, (_, at) =>
    pause(at + 1),
  )
  return pauses.reduce((sum, each) => sum + each + timeout, timeout)
}

t.test('a settled run is remembered for longer than it is retried', (t) => {
  for (const { metadata, spec } of named('Trigger')) {
    const seconds = retriedFor(spec.delivery)
    t.ok(
      seconds > 0 && seconds < MIN_HEAD_TTL,
      `${metadata.name}: ${seconds} s`,
    )
  }
  t.end()
})

t.test('every setting in the manifests exists', async (t) => {
  const literals = named('Kustomization').flatMap(({ configMapGenerator }) =>
    ((configMapGenerator ?? []) as { literals: string[] }[]).flatMap(
      (generator) => generator.literals,
    ),
  )
  t.ok(literals.length > 0)
  for (const literal of literals)
    t.ok(literal.split('=')[0]! in settingsTable, literal)
})

t.test('the policies say who may connect to what', async (t) => {
  const name = settingsTable.FUNCTION_NAME.default
  t.strictSame(
    Object.fromEntries(
      named('NetworkPolicy').map(({ metadata, spec }) => [metadata.name, spec]),
    ),
    {
      [`${name}-jobs`]: {
        podSelector: {
          matchExpressions: [
            { key: LABEL.role, operator: 'In', values: ['task', 'watch'] },
          ],
        },
        policyTypes: ['Ingress'],
      },
      [name]: {
        podSelector: { matchLabels: { 'app.kubernetes.io/name': name } },
        policyTypes: ['Ingress'],
        ingress: [
          {
            from: [
              {
                namespaceSelector: {
                  matchExpressions: [
                    {
                      key: 'kubernetes.io/metadata.name',
                      operator: 'In',
                      values: [
                        ...['knative-serving', 'knative-eventing'],
                        ...['kourier-system', 'contour-internal'],
                        'istio-system',
                      ],
                    },
                  ],
                },
              },
            ],
          },
        ],
      },
    },
  )
  const [service] = named('Service')
  t.equal(
    service?.['spec'].template.metadata.labels['app.kubernetes.io/name'],
    name,
    'the function has the label',
  )
})

t.test('each role is of one account, in its namespace alone', async (t) => {
  const name = settingsTable.FUNCTION_NAME.default
  const accounts = [name, `${name}-job-watch`]
  t.strictSame(names('ClusterRole'), [])
  t.strictSame(names('ClusterRoleBinding'), [])
  t.strictSame(names('Role'), accounts)
  t.strictSame(
    named('RoleBinding').map(({ roleRef, subjects }) => ({
      roleRef,
      subjects,
    })),
    accounts.map((name) => ({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name }],
    })),
  )
})

t.test('no role is about something else', async (t) => {
  for (const { metadata, rules } of named('Role')) {
    const granted = rules as { resources: string[]; verbs: string[] }[]
    t.ok(granted.length > 0, `${metadata.name} grants something`)
    for (const { resources, verbs } of granted) {
      t.ok(resources.length > 0 && verbs.length > 0)
      t.notOk(resources.includes('secrets'), 'no right to read Secrets')
      t.notOk([...resources, ...verbs].includes('*'), 'no wildcard')
    }
  }
})

t.test('the Deployment of the overlay is the Knative Service', async (t) => {
  const [service] = named('Service')
  const deployment = read('overlays/deployment').find(
    ({ kind }) => kind === 'Deployment',
  )
  const container = ({ spec }: Manifest) => spec.template.spec.containers[0]
  for (const part of ['image', 'envFrom', 'resources', 'securityContext'])
    t.same(container(deployment!)[part], container(service!)[part], part)
})
