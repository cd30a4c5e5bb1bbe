import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadAll } from 'js-yaml'
import t from 'tap'
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

t.test('no policy and no role is about something else', async (t) => {
  const [jobs] = named('NetworkPolicy').filter(({ metadata: { name } }) =>
    name.endsWith('-jobs'),
  )
  t.equal(jobs?.['spec'].podSelector.matchExpressions[0].key, LABEL.role)
  for (const { rules } of named('Role'))
    for (const { resources, verbs } of rules as {
      resources: string[]
      verbs: string[]
    }[]) {
      t.notOk(resources.includes('secrets'), 'no right to read Secrets')
      t.notOk([...resources, ...verbs].includes('*'), 'no wildcard')
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
