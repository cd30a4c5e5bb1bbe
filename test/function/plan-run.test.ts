import { randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import type { JobEvent } from '../../config/event.ts'
import { parseConfig } from '../../config/parse.ts'
import type { Job } from '../../function/cluster/cluster.ts'
import {
  failedRun,
  planRun,
  type PlanSources,
} from '../../function/plan-run.ts'
import { recordName, stepsOf } from '../../function/plan.ts'
import { StoreError } from '../../function/resource-store.ts'
import { givenSettings, RUN } from './given.ts'

const event: JobEvent = {
  specversion: '1.0',
  id: 'id-1',
  source: 'shipyard-controller',
  type: 'sh.keptn.event.test.triggered',
  data: { project: 'sockshop', stage: 'dev', service: 'carts' },
}

const task = (name: string, more = '') =>
  `  - {name: ${name}, image: busybox, cmd: [run]${more}}\n`
const action = (type: string, tasks: string, more = '') =>
  `- name: on ${type}\n${more}  events: [{name: sh.keptn.event.${type}.triggered}]\n${tasks && `  tasks:\n${tasks}`}`
const config = (...actions: string[]) =>
  `apiVersion: v2\nactions:\n${actions.join('')}`

const configOf = (text: string) => {
  const parsed = parseConfig(text)
  if ('problems' in parsed) throw new Error(parsed.problems[0]!.message)
  return parsed.config
}

const given = (
  text: string,
  fields: Partial<PlanSources> & { env?: NodeJS.ProcessEnv } = {},
) => {
  const { env, ...sources } = fields
  const judged: Job[] = []
  let images = 0
  const planning = planRun(
    {
      settings: givenSettings(env),
      image: async () => {
        images += 1
        return 'fn:1'
      },
      files: async (files) => ({
        files: files.map((path) => ({ path, content: Buffer.from(path) })),
      }),
      accept: async (job) => void judged.push(job),
      ...sources,
    },
    RUN,
    event,
    { config: configOf(text), configHash: 'hash' },
  )
  return { planning, judged, images: () => images }
}

const stepNames = (plan: Parameters<typeof stepsOf>[0]) =>
  stepsOf(plan).map((step) => `${recordName(step)} ${step.task.name}`)

t.test(
  'all matching actions in file order, each with its own place',
  async (t) => {
    const { planning, judged } = given(
      config(
        action('other', task('never')),
        action('test', task('one') + task('two')),
        action('test', task('three'), '  silent: true\n'),
      ),
    )
    const { plan, tasks } = await planning
    t.strictSame(stepNames(plan), ['2-1 one', '2-2 two', '3-1 three'])
    t.match(plan.actions, [
      { index: 1, name: 'on test', silent: false },
      { index: 2, name: 'on test', silent: true },
    ])
    t.strictSame(
      tasks.map(({ actionIndex, taskIndex, task }) => [
        actionIndex,
        taskIndex,
        task.name,
      ]),
      [
        [1, 0, 'one'],
        [1, 1, 'two'],
        [2, 0, 'three'],
      ],
    )
    t.strictSame(
      judged,
      stepsOf(plan).map(({ task }) => task.job),
      'every Job was put before the API server as it is planned',
    )
  },
)

t.test('nothing matches: an empty plan without a failure', async (t) => {
  const { planning } = given(config(action('other', task('never'))))
  t.strictSame(await planning, {
    plan: { actions: [], bundles: [] },
    tasks: [],
    bundles: [],
  })
})

t.test('an action without tasks is one that matched', async (t) => {
  const { plan } = await given(config(action('test', ''))).planning
  t.match(plan.actions, [{ index: 0, tasks: [] }])
  t.equal(plan.failure, undefined)
})

const failing = async (
  t: Test,
  more: string,
  failure: object,
  fields: Parameters<typeof given>[1] = {},
) => {
  const { plan, tasks } = await given(
    config(
      action('test', task('good') + task('bad', more)),
      action('test', task('other')),
    ),
    fields,
  ).planning
  t.strictSame(stepNames(plan), ['2-1 other'], 'the other action runs')
  t.match(plan.actions[0], {
    tasks: [],
    failure: { task: 'bad', ...failure },
  })
  t.match(
    tasks.map(({ result }) => Object.keys(result)[0]),
    ['job', 'error', 'job'],
  )
  t.strictSame(plan.bundles.length, 0)
}

t.test('a task that cannot be rendered ends its action', (t) =>
  failing(t, ', env: [{name: A, value: $.no, valueFrom: event}]', {
    message: /no/,
  }),
)

t.test('a task whose files are missing ends its action', (t) =>
  failing(
    t,
    ', files: [a.txt]',
    { code: 'file-not-found', message: 'not there' },
    {
      files: async () => ({
        error: { code: 'file-not-found', message: 'not there' },
      }),
    },
  ),
)

t.test('a task that the API server refuses ends its action', (t) =>
  failing(
    t,
    '',
    { code: 'refused', message: 'no' },
    {
      accept: async (job) =>
        job.metadata!.name!.startsWith('bad-')
          ? { code: 'refused', message: 'no' }
          : undefined,
    },
  ),
)

for (const port of ['files', 'accept', 'image'] as const)
  t.test(`what may work later makes no plan: ${port}`, async (t) => {
    const failure = new StoreError('away', true)
    const { planning } = given(
      config(action('test', task('one', ', files: [a.txt]'))),
      { [port]: async () => Promise.reject(failure) },
    )
    await t.rejects(planning, { message: 'away' })
  })

t.test('files: a bundle, mounts, and our own image', async (t) => {
  const { planning, images } = given(
    config(
      action('test', task('one', ', files: [a.txt, b.txt]') + task('two')),
    ),
  )
  const { plan, bundles } = await planning
  t.equal(images(), 1, 'not for a task without files')
  t.equal(bundles.length, 1)
  const { name = '' } = bundles[0]!.metadata!
  t.strictSame(plan.bundles, [{ namespace: 'jobs', name }])
  const [one, two] = stepsOf(plan).map(
    ({ task }) => task.job.spec!.template.spec!,
  )
  t.match(one, {
    initContainers: [{ name: 'files', image: 'fn:1' }],
  })
  t.match(
    one!.volumes!.find(({ projected }) => projected)!.projected!.sources![0],
    { configMap: { name, items: [{ path: 'a.txt' }, { path: 'b.txt' }] } },
  )
  t.equal(two!.initContainers, undefined)
})

t.test('the same files twice are one bundle, per namespace', async (t) => {
  const files = ', files: [a.txt]'
  const { plan, bundles } = await given(
    config(
      action(
        'test',
        task('one', files) +
          task('two', files) +
          task('far', `${files}, namespace: far`),
      ),
    ),
    { env: { JOB_NAMESPACES: 'far' } },
  ).planning
  t.strictSame(
    plan.bundles.map(({ namespace }) => namespace),
    ['jobs', 'far'],
  )
  t.strictSame(
    bundles.map(({ metadata }) => metadata!.namespace),
    ['jobs', 'far'],
  )
})

t.test('the time to live is kept in the plan, not on the Job', async (t) => {
  const { plan } = await given(
    config(action('test', task('one', ', ttlSecondsAfterFinished: 90'))),
  ).planning
  const [step] = stepsOf(plan)
  t.equal(step!.task.ttl, 90)
  t.equal(step!.task.job.spec!.ttlSecondsAfterFinished, undefined)
})

t.test('too many tasks: nothing is judged, nothing runs', async (t) => {
  const text = config(
    action('test', task('one') + task('two')),
    action('test', task('three')),
  )
  const within = await given(text, { env: { LIMIT_TASKS: '3' } }).planning
  t.equal(stepsOf(within.plan).length, 3)
  const { planning, judged } = given(text, { env: { LIMIT_TASKS: '2' } })
  t.match((await planning).plan, {
    actions: [],
    failure: {
      code: 'too-many-tasks',
      message: /3 tasks; at most 2 .*LIMIT_TASKS/,
    },
  })
  t.strictSame(judged, [])
})

t.test('a plan that cannot be kept is told, and carries nothing', async (t) => {
  const value = randomBytes(200 * 1024).toString('base64')
  const run = await given(
    config(
      action(
        'test',
        task(
          'one',
          `, files: [a], env: [{name: A, value: "${value}", valueFrom: string}]`,
        ),
      ),
    ),
  ).planning
  t.match(run.plan.failure, { code: 'plan-too-large' })
  t.strictSame(run, failedRun(run.plan.failure!))
})

t.test('a failed run says just why', async (t) => {
  const failure = { code: 'x', message: 'because' }
  t.strictSame(failedRun(failure), {
    plan: { actions: [], failure, bundles: [] },
    tasks: [],
    bundles: [],
  })
})

for (const [name, labels, env, message] of [
  [
    'too many labels',
    { a: '1', b: '2' },
    { LIMIT_LABELS: '1' },
    /has 2 labels; at most 1 are allowed \(LIMIT_LABELS\)/,
  ],
  [
    'too large labels',
    { a: 'x'.repeat(100) },
    { LIMIT_LABELS_BYTES: '100' },
    /have 108 bytes; at most 100 are allowed \(LIMIT_LABELS_BYTES\)/,
  ],
] as const)
  t.test(`${name}: the run does nothing but tell so`, async (t) => {
    const run = (env: NodeJS.ProcessEnv) =>
      planRun(
        {
          settings: givenSettings(env),
          image: async () => 'fn:1',
          files: async () => ({ files: [] }),
          accept: async () => undefined,
        },
        RUN,
        { ...event, data: { labels } },
        { config: configOf(config(action('test', task('a')))), configHash: '' },
      )
    const { plan } = await run(env)
    t.match(plan, { actions: [], failure: { message } })
    t.notOk((await run({})).plan.failure, 'below the limit')
  })
