import t from 'tap'
import type { JobEvent } from '../../config/event.ts'
import { ClusterError, type Job } from '../../function/cluster/cluster.ts'
import { CannotStart } from '../../function/cluster/runner.ts'
import { sleep } from '../../function/clock.ts'
import { LABEL } from '../../function/labels.ts'
import { StoreError } from '../../function/resource-store.ts'
import { ends, makeWorld, type World } from '../world.ts'

const config = (tasks: string, more = '') => `apiVersion: v2
actions:
- name: Deploy
  events:
  - name: sh.keptn.event.deployment.triggered
  tasks:
${tasks}${more}`

const task = (name: string, more = '') =>
  `  - name: ${name}\n    image: busybox\n    cmd: [run]\n${more}`

t.test('one task runs and is reported once', async (t) => {
  const world = makeWorld({ config: config(task('one')) })
  const event = world.trigger()
  t.equal(await world.deliver(event), true)
  t.equal(await world.settle(), true, 'it comes to rest')
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.strictSame(world.runs, ['one'])
  const [, finished] = world.reports(event)
  t.match(finished?.data, { status: 'succeeded', result: 'pass' })
  t.match(finished?.data.message, /Task 'one' finished successfully!/)
  t.match(finished?.data.message, /hello from one/)
  t.equal(world.keptn.engine.sequences()[0]?.state, 'finished')
})

t.test('three tasks run one after another', async (t) => {
  const world = makeWorld({
    config: config(task('one') + task('two') + task('three')),
  })
  const event = world.trigger()
  await world.deliver(event)
  t.equal(await world.settle(), true)
  t.strictSame(world.runs, ['one', 'two', 'three'])
  t.strictSame(world.kinds(event), ['started', 'finished'])
})

t.test('a failed task ends its action, the other actions run', async (t) => {
  const world: World = makeWorld({
    config: config(
      task('one') + task('two'),
      `- name: Other
  events: [{name: deployment}]
  tasks:
${task('three')}`,
    ),
    scripts: { one: (run) => ends(() => world, 3)(run) },
  })
  const event = world.trigger()
  await world.deliver(event)
  t.equal(await world.settle(), true)
  t.strictSame(world.runs, ['one', 'three'])
  t.strictSame(world.kinds(event), ['started', 'finished'])
  const data = world.reports(event)[1]?.data
  t.match(data, { status: 'errored', result: 'fail' })
  t.match(data?.message, /Task 'one' failed: .*exit code 3/)
  t.match(data?.message, /one ends with 3/)
  t.match(data?.message, /Task 'three' finished successfully/)
})

t.test('a silent action runs and is not reported', async (t) => {
  const world = makeWorld({
    config: config(task('one')).replace(
      '- name: Deploy',
      '- name: Deploy\n  silent: true',
    ),
  })
  const event = world.trigger()
  await world.deliver(event)
  t.equal(await world.settle(), true)
  t.strictSame(world.runs, ['one'])
  t.strictSame(world.kinds(event), [])
})

t.test('the failure of a silent action does not count', async (t) => {
  const world: World = makeWorld({
    config: config(
      task('loud'),
      `- name: Quiet
  silent: true
  events: [{name: deployment}]
  tasks:
${task('quiet')}`,
    ),
    scripts: { quiet: (run) => ends(() => world, 1, 60_000)(run) },
  })
  const event = world.trigger()
  await world.deliver(event)
  await world.clock.run(() => world.kinds(event).length === 2, 30_000)
  t.strictSame(
    world.kinds(event),
    ['started', 'finished'],
    'the answer does not wait for the silent action',
  )
  t.ok(world.jobs('head')[0]?.metadata?.finalizers?.length, 'not settled yet')
  t.equal(await world.settle(), true)
  t.strictSame(world.runs, ['loud', 'quiet'])
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(world.reports(event)[1]?.data, { result: 'pass' })
  t.notMatch(world.reports(event)[1]?.data.message, /quiet/)
})

t.test('nothing matches: nothing is sent, nothing is created', async (t) => {
  const world = makeWorld({ config: config(task('one')) })
  const event = world.trigger('test')
  t.equal(await world.deliver(event), true)
  t.strictSame(world.kinds(event), [])
  t.strictSame(world.cluster.objects('Job'), [])
})

t.test('no config: not ours', async (t) => {
  const world = makeWorld({})
  const event = world.trigger()
  t.equal(await world.deliver(event), true)
  t.strictSame(world.kinds(event), [])
  t.strictSame(world.cluster.objects('Job'), [])
})

t.test('a project that Keptn does not know: not ours', async (t) => {
  const world = makeWorld({ config: config(task('one')) })
  const event = world.trigger('deployment', { project: 'unknown' })
  t.equal(await world.deliver(event), true)
  t.strictSame(world.cluster.objects('Job'), [])
})

t.test('what is hardly meant in a config is told once', async (t) => {
  const world = makeWorld({
    config: config(task('one')).replace('apiVersion: v2', 'apiversion: v2'),
  })
  for (let times = 0; times < 2; times += 1) {
    t.equal(await world.deliver(world.trigger()), true)
    t.equal(await world.settle(), true)
  }
  const told = world.cluster
    .objects('Event')
    .filter(({ reason }) => reason === 'ConfigWarning')
  t.match(told, [
    {
      message:
        /^job\/config\.yaml of sockshop\/dev\/carts: line 1: apiversion: /,
    },
  ])
  t.equal(told.length, 1)
})

t.test('a config that cannot be parsed is answered with why', async (t) => {
  const world = makeWorld({ config: 'apiVersion: v2\nactions: 3\n' })
  const event = world.trigger()
  t.equal(await world.deliver(event), true)
  t.equal(await world.settle(), true)
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(world.reports(event)[1]?.data, { status: 'errored', result: 'fail' })
  t.match(
    world.reports(event)[1]?.data.message,
    /job\/config\.yaml cannot be used:\nline 2: actions: /,
  )
})

t.test('... but not for a type that nobody set', async (t) => {
  const world = makeWorld({
    config: 'apiVersion: v2\nactions: 3\n',
    env: { ANSWER_INVALID_CONFIG_FOR: 'sh.keptn.event.test.triggered' },
  })
  const event = world.trigger()
  t.equal(await world.deliver(event), true)
  t.strictSame(world.kinds(event), [])
  t.match(world.cluster.objects('Event'), [{ reason: 'InvalidConfig' }])
})

t.test('one bad task: its action runs nothing, the others run', async (t) => {
  const world = makeWorld({
    config: config(
      task('good') +
        task('bad', '    env: [{name: A, value: $.nope, valueFrom: event}]\n'),
      `- name: Other
  events: [{name: deployment}]
  tasks:
${task('other')}`,
    ),
  })
  const event = world.trigger()
  await world.deliver(event)
  await world.settle()
  t.strictSame(world.runs, ['other'])
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(world.reports(event)[1]?.data, { status: 'errored', result: 'fail' })
  t.match(world.reports(event)[1]?.data.message, /Task 'bad' failed: .*nope/)
})

t.test('an action without tasks passes', async (t) => {
  const world = makeWorld({
    config: `apiVersion: v2\nactions:\n- events: [{name: deployment}]\n`,
  })
  const event = world.trigger()
  await world.deliver(event)
  await world.settle()
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(world.reports(event)[1]?.data, {
    status: 'succeeded',
    result: 'pass',
  })
})

t.test('a missing file ends the task before it runs', async (t) => {
  const world = makeWorld({
    config: config(task('one', '    files: [nowhere/x.py]\n')),
  })
  const event = world.trigger()
  await world.deliver(event)
  await world.settle()
  t.strictSame(world.runs, [])
  t.match(world.reports(event)[1]?.data.message, /nowhere\/x\.py/)
})

t.test('a time-out stops the job and is told as one', async (t) => {
  const world: World = makeWorld({
    config: config(task('slow', '    maxPollDuration: 30\n')),
    scripts: { slow: (run) => ends(() => world, 0, 3_600_000)(run) },
  })
  const event = world.trigger()
  await world.deliver(event)
  t.equal(await world.settle(120_000), true)
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(
    world.reports(event)[1]?.data.message,
    /Task 'slow' failed: job slow-\S+ timed out after 30 s and was stopped/,
  )
})

t.test('an image that cannot be pulled ends its task in seconds', async (t) => {
  const world: World = makeWorld({
    config: config(task('one')),
    scripts: {
      one: async () => {
        throw new CannotStart('ImagePullBackOff', 'not there')
      },
    },
  })
  const event = world.trigger()
  await world.deliver(event)
  const before = world.clock.monotonic()
  await world.clock.run(() => world.kinds(event).length === 2)
  t.ok(world.clock.monotonic() - before < 5_000)
  await world.settle()
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(
    world.reports(event)[1]?.data.message,
    /Task 'one' failed: its image cannot be pulled.*not there/,
  )
  t.match(
    world.jobs('task')[0]?.status?.conditions?.at(-1),
    { type: 'Failed', reason: 'DeadlineExceeded' },
    'the job was stopped',
  )
})

t.test('a job that gets no pod ends its task with the reason', async (t) => {
  const world = makeWorld({ config: config(task('one')) })
  world.cluster.admit = (kind) => {
    if (kind === 'Pod' && world.jobs('watch')[0]?.status?.active)
      throw new ClusterError(
        'Forbidden',
        'violates PodSecurity "restricted:latest"',
      )
  }
  const event = world.trigger()
  await world.deliver(event)
  await world.clock.run(() => world.kinds(event).length === 2, 60_000)
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(world.reports(event)[1]?.data.message, /violates PodSecurity/)
})

for (const code of ['Invalid', 'Forbidden', 'NotFound'] as const)
  t.test(
    `a job that is refused when it is due (${code}) ends its task`,
    async (t) => {
      const world: World = makeWorld({
        config: config(task('one') + task('two') + task('three')),
      })
      let refused = 0
      world.fault = async ({ method, args }, phase) => {
        if (phase !== 'before' || method !== 'create' || args[0] !== 'Job')
          return
        const [, job, options] = args as [string, Job, { dryRun?: boolean }?]
        if (options?.dryRun || !job.metadata?.name?.startsWith('two')) return
        refused += 1
        throw new ClusterError(code, 'the namespace is gone')
      }
      const event = world.trigger()
      await world.deliver(event)
      t.equal(await world.settle(60_000), true)
      t.equal(refused, 1)
      t.strictSame(world.runs, ['one'])
      t.strictSame(world.kinds(event), ['started', 'finished'])
      t.match(
        world.reports(event)[1]?.data.message,
        /Task 'two' failed: the cluster does not accept its job: the namespace is gone/,
      )
    },
  )

t.test('a task that is to be kept for ever: the run ends', async (t) => {
  const ttl = 2 ** 31 - 1
  const world = makeWorld({
    config: config(
      `  - {name: one, image: busybox, ttlSecondsAfterFinished: ${ttl}}\n`,
    ),
  })
  const event = world.trigger()
  await world.deliver(event)
  t.equal(await world.settle(60_000), true)
  t.strictSame(world.kinds(event), ['started', 'finished'])
  for (const job of [...world.jobs('head'), ...world.jobs('task')])
    t.equal(job.spec?.ttlSecondsAfterFinished, ttl)
})

t.test('many tasks with long last words: the run ends', async (t) => {
  const names = Array.from({ length: 60 }, (_, index) => `t${index}`)
  const world = makeWorld({
    config: `apiVersion: v2
actions:
${names
  .map(
    (name) => `- name: ${name}
  events: [{name: sh.keptn.event.deployment.triggered}]
  tasks: [{name: ${name}, image: busybox}]
`,
  )
  .join('')}`,
    scripts: Object.fromEntries(
      names.map((name) => [
        name,
        async (run) => {
          run.started()
          return { exitCode: 1, message: '\u{1f600}\n'.repeat(800) }
        },
      ]),
    ),
  })
  const event = world.trigger()
  await world.deliver(event)
  t.equal(await world.settle(600_000), true)
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(world.reports(event)[1]?.data.message, /Task 't59' failed: job t59-/)
})

t.test('a job that somebody deletes ends its task', async (t) => {
  const world: World = makeWorld({
    config: config(task('one') + task('two')),
    scripts: { one: (run) => ends(() => world, 0, 600_000)(run) },
  })
  const event = world.trigger()
  await world.deliver(event)
  await world.clock.advance(5_000)
  const { name } = world.jobs('task')[0]!.metadata!
  await world.cluster.delete('Job', 'jobs', name!)
  t.equal(await world.settle(300_000), true)
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(world.reports(event)[1]?.data.message, /its job was deleted/)
  t.strictSame(world.runs, ['one'])
})

t.test('deleting the head cancels the run', async (t) => {
  const world: World = makeWorld({
    config: config(task('one') + task('two')),
    scripts: { one: (run) => ends(() => world, 0, 600_000)(run) },
  })
  const event = world.trigger()
  await world.deliver(event)
  await world.clock.advance(5_000)
  await world.cluster.delete(
    'Job',
    'jobs',
    world.jobs('head')[0]!.metadata!.name!,
  )
  t.equal(await world.settle(120_000), true)
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(world.reports(event)[1]?.data, { status: 'errored', result: 'fail' })
  t.match(world.reports(event)[1]?.data.message, /cancelled/)
  t.strictSame(world.runs, ['one'])
  t.equal(await world.deliver(event), true, 'a repeat')
  await world.settle()
  t.strictSame(world.runs, ['one'], 'changes nothing')
  t.strictSame(world.kinds(event), ['started', 'finished'])
  await world.clock.advance(31 * 60_000)
  t.strictSame(world.cluster.objects('Job'), [], 'nothing is left behind')
})

t.test('an aborted sequence is stopped and not answered', async (t) => {
  const world: World = makeWorld({
    config: config(task('one') + task('two')),
    scripts: { one: (run) => ends(() => world, 0, 600_000)(run) },
  })
  const event = world.trigger()
  await world.deliver(event)
  await world.clock.advance(5_000)
  const heard: JobEvent[] = []
  world.keptn.engine.subscribe((sent) => heard.push(sent))
  world.keptn.engine.control({
    project: 'sockshop',
    context: String(event.shkeptncontext),
    state: 'abort',
  })
  t.equal(await world.deliver(heard.at(-1)!), true)
  t.equal(await world.settle(120_000), true)
  t.strictSame(world.kinds(event), ['started'])
  t.strictSame(world.runs, ['one'])
  t.equal(world.keptn.engine.sequences()[0]?.state, 'aborted')
})

t.test('an event that comes too late is not answered', async (t) => {
  const world = makeWorld({ config: config(task('one')) })
  const event = world.trigger()
  await world.clock.run(
    () => world.keptn.engine.sequences()[0]?.state === 'timedOut',
  )
  t.equal(await world.deliver(event), true)
  await world.settle()
  t.strictSame(world.kinds(event), [])
  t.strictSame(world.runs, [])
})

t.test('a task in another namespace', async (t) => {
  const world: World = makeWorld({
    config: config(
      task('far', '    namespace: other\n    files: [a.txt]\n') + task('near'),
    ),
    files: { 'a.txt': 'a' },
    env: { JOB_NAMESPACES: 'other' },
  })
  const event = world.trigger()
  await world.deliver(event)
  await world.clock.advance(10)
  t.equal(world.cluster.objects('ConfigMap', 'other').length, 1)
  t.equal(world.jobs('task')[0]?.metadata?.ownerReferences, undefined)
  t.equal(await world.settle(), true)
  t.strictSame(world.runs, ['far', 'near'])
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.strictSame(world.cluster.objects('ConfigMap'), [], 'no bundle is left')
  await world.clock.advance(7 * 3600_000)
  t.strictSame(world.cluster.objects('Job'), [], 'all of it expired')
})

t.test('files and their owner', async (t) => {
  const world = makeWorld({
    config: config(task('one', '    files: [a.txt]\n')),
    files: { 'a.txt': 'a' },
  })
  const event = world.trigger()
  await world.deliver(event)
  await world.settle()
  t.match(world.reports(event)[1]?.data, { result: 'pass' })
  t.match(world.cluster.objects('ConfigMap')[0]?.metadata?.ownerReferences, [
    { name: world.jobs('head')[0]?.metadata?.name },
  ])
  await world.clock.advance(7 * 3600_000)
  t.strictSame(world.cluster.objects('ConfigMap'), [])
  t.strictSame(world.cluster.objects('Job'), [])
})

t.test('no task starts: no bundle is left', async (t) => {
  const world = makeWorld({
    config: config(
      task('one', '    files: [a.txt]\n') + task('two', '    files: [nope]\n'),
    ),
    files: { 'a.txt': 'a' },
  })
  const event = world.trigger()
  await world.deliver(event)
  await world.settle()
  t.match(world.reports(event)[1]?.data, { result: 'fail' })
  t.strictSame(world.cluster.objects('ConfigMap'), [])
})

t.test('a repeat is taken while Keptn is away', async (t) => {
  const world = makeWorld({ config: config(task('one')) })
  const event = world.trigger()
  t.equal(await world.deliver(event), true)
  world.fault = async ({ port }) => {
    if (port === 'store') throw new StoreError('Keptn is away', true)
  }
  t.equal(await world.deliver(event), true)
  t.equal(await world.deliver(world.trigger()), false, 'another is not')
})

t.test('a signal in the middle of a commit holds up no .started', async (t) => {
  const world = makeWorld({ config: config(task('one')) })
  const event = world.trigger()
  world.fault = async ({ port, method, args }, phase) => {
    if (port !== 'cluster') return
    // So that what the signal began still reads when the commit is done.
    if (method === 'get' && phase === 'before') await sleep(world.clock, 50)
    const run = world.jobs('head')[0]?.metadata?.labels?.[LABEL.run]
    const created = args[1] as Job | undefined
    const isHead = created?.metadata?.labels?.[LABEL.role] === 'head'
    if (method === 'create' && phase === 'after' && isHead)
      void world.executor.ring({ run: run! })
  }
  t.equal(await world.deliver(event), true)
  t.equal(
    await world.clock.run(() => world.kinds(event).length > 0, 5_000),
    true,
    'the claim of the commit is used, not waited for',
  )
  t.equal(await world.settle(), true)
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.strictSame(world.runs, ['one'])
})

t.test('there can be no job watch: a sweep brings runs on', async (t) => {
  const world = makeWorld({ config: config(task('one')) })
  const event = world.trigger()
  await world.deliver(event)
  const [watch] = world.jobs('watch')
  world.cluster.remove('Job', 'jobs', watch!.metadata!.name!)
  world.cluster.admit = (kind, { metadata }) => {
    if (kind === 'Job' && metadata?.labels?.[LABEL.role] === 'watch')
      throw new ClusterError('Forbidden', 'denied by a policy')
  }
  await world.clock.advance(60_000)
  t.strictSame(world.kinds(event), ['started'])
  let error: unknown
  world.executor.ring({ all: true }).catch((told: unknown) => (error = told))
  await world.clock.run(() => error !== undefined, 60_000)
  t.match(error, { code: 'Forbidden' }, 'it is told')
  t.strictSame(world.kinds(event), ['started', 'finished'])
})

t.test('labels, commit and test times are kept', async (t) => {
  const world = makeWorld({
    config: config(task('one')).replace('deployment', 'test'),
  })
  const event = world.trigger('test', {
    labels: { owner: 'JohnDoe', build: '17' },
  })
  const commit = world.keptn.resources.head(world.scope)
  await world.deliver({ ...event, gitcommitid: commit })
  await world.settle()
  const [started, finished] = world.reports(event)
  for (const report of [started, finished]) {
    t.match(report?.data.labels, { owner: 'JohnDoe', build: '17' })
    t.equal(report?.gitcommitid, commit)
    t.equal(report?.source, 'job-executor-service')
  }
  t.match(finished?.data.test, { start: /^\d{4}-/, end: /^\d{4}-/ })
  t.equal(started?.data.test, undefined)
})

t.test('long logs: the newest part, below 60 KiB in all', async (t) => {
  const world: World = makeWorld({
    config: config(task('one') + task('two')),
    scripts: {
      one: async (run) => {
        run.started()
        for (let line = 0; line < 20_000; line += 1)
          run.log(`line ${line} "quoted" \u001b[1m ünïcode\n`)
        return { exitCode: 0 }
      },
    },
  })
  const event = world.trigger()
  await world.deliver(event)
  await world.settle()
  const finished = world.reports(event)[1]!
  t.ok(Buffer.byteLength(JSON.stringify(finished)) < 60 * 1024)
  t.ok(Buffer.byteLength(JSON.stringify(finished)) > 50 * 1024)
  t.match(finished.data.message, /line 19999/)
  t.notMatch(finished.data.message, /line 100 /)
  t.match(finished.data.message, /hello from two/, 'the short log is whole')
})

t.test('Keptn is away for an hour: reported when it is back', async (t) => {
  const world: World = makeWorld({ config: config(task('one')) })
  const event = world.trigger()
  await world.deliver(event)
  let away = true
  world.fault = async ({ port, method }) =>
    away && port === 'reporter'
      ? {
          instead:
            method === 'send'
              ? { state: 'unsent', reason: 'connection refused' }
              : undefined,
        }
      : undefined
  await world.clock.advance(3_600_000)
  t.strictSame(world.kinds(event), ['started'])
  t.ok(world.rings.length < 100, `${world.rings.length} rings in an hour`)
  away = false
  t.equal(await world.settle(), true)
  t.strictSame(world.kinds(event), ['started', 'finished'])
})

t.test('Keptn never comes back: the run ends unreported', async (t) => {
  const world: World = makeWorld({
    config: config(task('one')),
    env: { REPORT_DEADLINE: '1800' },
  })
  const event = world.trigger()
  await world.deliver(event)
  world.fault = async ({ port, method }) =>
    port === 'reporter'
      ? {
          instead:
            method === 'send'
              ? { state: 'unsent', reason: 'connection refused' }
              : undefined,
        }
      : undefined
  t.equal(await world.settle(3_600_000), true)
  t.match(world.cluster.objects('Event'), [{ reason: 'Unreported' }])
})

t.test('a refused .finished is sent once more without message', async (t) => {
  const world: World = makeWorld({ config: config(task('one')) })
  const event = world.trigger()
  world.fault = async ({ port, method, args }, phase) =>
    phase === 'before' &&
    port === 'reporter' &&
    method === 'send' &&
    (args[0] as JobEvent).data?.message !== undefined
      ? { instead: { state: 'refused', reason: 'too large' } }
      : undefined
  await world.deliver(event)
  t.equal(await world.settle(), true)
  t.strictSame(world.kinds(event), ['started', 'finished'])
  t.match(world.reports(event)[1]?.data, { result: 'pass', message: undefined })
})

t.test(
  'the watch is killed: a new one comes with the next signal',
  async (t) => {
    const world: World = makeWorld({
      config: config(task('one') + task('two')),
      scripts: { one: (run) => ends(() => world, 0, 60_000)(run) },
    })
    const event = world.trigger()
    await world.deliver(event)
    await world.clock.advance(5_000)
    await world.cluster.delete(
      'Job',
      'jobs',
      world.jobs('watch')[0]!.metadata!.name!,
    )
    await world.clock.advance(120_000)
    t.strictSame(world.runs, ['one'], 'nobody looks')
    await world.deliver(event)
    t.equal(await world.settle(), true)
    t.strictSame(world.runs, ['one', 'two'])
    t.strictSame(world.kinds(event), ['started', 'finished'])
  },
)

t.test('what a single task costs', async (t) => {
  const world = makeWorld({ config: config(task('one')) })
  const event = world.trigger()
  await world.deliver(world.trigger('other'))
  let writes: string[] = []
  world.fault = async ({ port, method, args }, phase) => {
    if (phase !== 'after' || port !== 'cluster') return
    if (!['create', 'patch', 'delete'].includes(method)) return
    writes.push(`${method} ${String(args[0])}`)
  }
  const requests = world.keptn.requests.length
  await world.deliver(event)
  t.equal(world.jobs('task').length, 1)
  t.ok(
    writes.length <= 6,
    'at most 5, and one for a watch that is not there yet',
  )
  t.strictSame(writes, [
    'create Job',
    'create Job',
    'patch Job',
    'create Job',
    'create Job',
    'patch Job',
  ])
  writes = []
  await world.settle()
  t.ok(writes.length <= 4, `${writes.length} writes until it is settled`)
  t.equal(
    world.keptn.requests
      .slice(requests)
      .filter(({ method }) => method === 'POST').length,
    2,
    'two requests to Keptn beside the config',
  )
  t.equal(world.keptn.requests.length - requests, 3)
})
