import t from 'tap'
import { commandLine, folder, repository } from './command-line.ts'

const files = folder({
  'mixed.yaml': `apiVersion: v2
actions:
- name: good
  events: [{name: ^sh.keptn.event.test.triggered$}]
  tasks:
  - {name: one, image: alpine, cmd: [a], ttlSecondsAfterFinished: 5}
  - {name: two, image: alpine, cmd: [a], namespace: other}
- name: other
  events: [{name: deployment}]
- name: half
  silent: true
  events: [{name: test}]
  tasks:
  - {name: three, image: alpine, env: [{name: X, value: $.nope, valueFrom: event}]}
  - {name: four, image: alpine, cmd: [a]}
`,
  'refused.yaml':
    'apiVersion: v2\nactions:\n- events: [{name: test}]\n  tasks: [{name: t, cmd: [a]}]\n',
  'files.yaml':
    'apiVersion: v2\nactions:\n- events: [{name: test}]\n  tasks: [{name: t, image: i, files: [a/b, c]}]\n',
  'there/a/b': 'text',
  'there/c/d': 'text',
  'empty/x': '',
  'event.json': '{"specversion":"1.0"}',
})
t.teardown(files.remove)

const event = repository('test/events/test.triggered.json')

const render = async (
  config: string,
  more: string[] = [],
  env: Record<string, string> = {},
) => {
  const { code, out } = await commandLine(
    ['render', '--config', config, '--event', event, ...more],
    { env },
  )
  return { code, output: JSON.parse(out) }
}

t.test('the actions that match, their Jobs, and what cannot run', async (t) => {
  const { code, output } = await render(files.path('mixed.yaml'))
  t.equal(code, 1)
  t.same(output.actions, [
    { index: 0, name: 'good', silent: false },
    { index: 2, name: 'half', silent: true },
  ])
  t.same(
    output.objects.map(
      (job: { metadata: { labels: Record<string, string> } }) =>
        job.metadata.labels['keptn.sh/jes-task'],
    ),
    ['one', 'two', 'four'],
  )
  t.match(output.errors, [{ action: 2, task: 0, message: /\$\.nope/ }])
  t.type(output.errors[0].code, 'string')
  t.equal(output.errors.length, 1)
})

t.test('Jobs have the time to live of their end', async (t) => {
  const { output } = await render(files.path('mixed.yaml'))
  t.same(
    output.objects.map(
      (job: { spec: { ttlSecondsAfterFinished: number } }) =>
        job.spec.ttlSecondsAfterFinished,
    ),
    [60, 21600, 21600],
  )
})

t.test('settings come from the environment', async (t) => {
  const { output } = await render(files.path('mixed.yaml'), [], {
    JOB_NAMESPACE: 'jobs',
    JOB_NAMESPACES: 'elsewhere',
    DEFAULT_RESOURCE_LIMITS_CPU: '2',
    KEPTN_API_ENDPOINT: 'not even a URL',
  })
  t.match(output.objects[0], {
    metadata: { namespace: 'jobs' },
    spec: {
      template: {
        spec: { containers: [{ resources: { limits: { cpu: '2' } } }] },
      },
    },
  })
  t.match(output.errors[0], {
    action: 0,
    task: 1,
    code: 'namespace-not-allowed',
  })
})

t.test('settings that cannot be used', async (t) => {
  const { code, output } = await render(files.path('mixed.yaml'), [], {
    DEFAULT_RESOURCE_LIMITS_CPU: 'much',
  })
  t.equal(code, 1)
  t.match(output, { error: { code: 'settings', message: /much/ } })
})

t.test('what a cluster would refuse is a warning', async (t) => {
  const { code, output } = await render(files.path('refused.yaml'))
  t.equal(code, 0)
  t.equal(output.objects.length, 1)
  t.match(output.warnings, [
    { action: 0, task: 0, code: 'refused', message: /image/ },
  ])
})

t.test('files from a folder', async (t) => {
  const { code, output } = await render(files.path('files.yaml'), [
    '--files',
    files.path('there'),
    '--run',
  ])
  t.equal(code, 0)
  t.notOk(output.warnings)
  t.match(output.bundles, [{ kind: 'ConfigMap', binaryData: {} }])
  t.match(output.objects[0].spec.template.spec.volumes[2], {
    projected: {
      sources: [{ configMap: { items: [{ path: 'a/b' }, { path: 'c/d' }] } }],
    },
  })
  t.match(output.head, {
    metadata: { name: /^run-/ },
    spec: { completions: 0 },
  })
})

t.test('files that are not there', async (t) => {
  const strict = await render(files.path('files.yaml'), [
    '--files',
    files.path('empty'),
  ])
  t.equal(strict.code, 1)
  t.match(strict.output.errors, [{ code: 'file-not-found', message: /a\/b/ }])
  const lenient = await render(files.path('files.yaml'))
  t.equal(lenient.code, 0)
  t.equal(lenient.output.objects.length, 1)
  t.match(lenient.output.warnings, [{ code: 'file-not-found' }])
  const nowhere = await render(files.path('files.yaml'), [
    '--files',
    '/nowhere',
  ])
  t.equal(nowhere.code, 1)
  t.match(nowhere.output, { error: { code: 'files-unreadable' } })
})

t.test('an event that cannot be used', async (t) => {
  const { code, out } = await commandLine([
    'render',
    '-c',
    files.path('mixed.yaml'),
    '-e',
    files.path('event.json'),
  ])
  t.equal(code, 1)
  t.match(JSON.parse(out), { error: { code: 'event', message: /id/ } })
})
