import t from 'tap'
import { BUSYBOX, clusterMissing, locustImage, until } from './cluster.ts'
import { installDeployment } from './deployment.ts'
import { NAME } from './installation.ts'
import { answeredOnce, answers, deliveriesOf, play, trigger } from './keptn.ts'
import { configFor } from './knative.ts'

const missing = clusterMissing()
if (missing) t.bailout(missing)

const [installed, locust] = await Promise.all([
  installDeployment(t),
  locustImage(),
])
const { kubectl, jobs: jobsBy, tasks, keptn, endpoint } = installed
const ids: string[] = []

await kubectl(
  ...['create', 'secret', 'generic', 'registry'],
  ...['--from-literal=USER=scott', '--from-literal=PASSWORD=tiger'],
)
keptn.deliver({ url: endpoint })

const LOCUST = `
actions:
  - name: "Run locust"
    events:
      - name: "sh.keptn.event.test.triggered"
        jsonpath:
          property: "$.data.test.teststrategy"
          match: "health"
      - name: "sh.keptn.event.test.triggered"
        jsonpath:
          property: "$.data.test.teststrategy"
          match: "load"
    tasks:
      - name: "Run locust smoke tests"
        files:
          - locust/basic.py
          - locust/import.py
        image: "${locust}"
        cmd: "locust -f /keptn/locust/basic.py --host=$HOST"
        env:
          - name: HOST
            value: "$.data.deployment.deploymentURIsLocal[0]"
`
const LOCUST_FILES = {
  'locust/basic.py': 'print("basic")\n',
  'locust/import.py': 'print("import")\n',
  'locust/other.py': 'print("other")\n',
}
const testData = (teststrategy: string) => ({
  test: { teststrategy },
  deployment: { deploymentURIsLocal: ['https://keptn.sh'] },
})

for (const strategy of ['health', 'load'])
  t.test(`locust runs for the test strategy ${strategy}`, async (t) => {
    const played = await play(keptn, {
      service: `locust-${strategy}`,
      config: LOCUST,
      files: LOCUST_FILES,
      task: 'test',
      data: testData(strategy),
    })
    ids.push(played.triggered)
    answeredOnce(t, keptn, played.triggered)
    t.equal(played.sequence.state, 'finished')
    t.match(played.finished, {
      status: 'succeeded',
      result: 'pass',
      test: { start: /^\d{4}-/, end: /^\d{4}-/ },
    })
    const jobs = await tasks(played.context)
    t.equal(jobs.length, 1)
    const name = jobs[0]?.metadata.name ?? ''
    t.match(name, /^run-locust-smoke-tests-/)
    const log = await kubectl('logs', `job/${name}`)
    t.equal(
      log,
      [
        'locust -f /keptn/locust/basic.py --host=https://keptn.sh',
        'print("basic")',
        '/keptn/locust/basic.py /keptn/locust/import.py',
        '',
      ].join('\n'),
    )
    t.match(played.finished['message'], 'print("basic")')
  })

t.test('an event that no action matches is not answered', async (t) => {
  const { triggered } = await trigger(keptn, {
    service: 'locust-other',
    config: LOCUST,
    task: 'test',
    data: testData('performance'),
  })
  await until('the event was taken', 15, async () => {
    const [sent] = await deliveriesOf(keptn, triggered)
    return sent?.answers[0] === 202
  })
  t.same(answers(keptn, triggered), [])
})

t.test('three tasks with files, a secret and the event', async (t) => {
  const played = await play(keptn, {
    service: 'three-tasks',
    task: 'deployment',
    data: { deployment: { deploymentstrategy: 'blue $(HOME) green' } },
    files: {
      'scripts/one.sh': 'echo "one for $KEPTN_SERVICE in $KEPTN_STAGE"\n',
      'scripts/lib/two.sh': 'echo "as $USER with a password of ${#PASSWORD}"\n',
      'unused.txt': 'not asked for',
    },
    config: `
apiVersion: v2
actions:
  - name: Deploy
    events:
      - name: sh.keptn.event.deployment.triggered
    tasks:
      - name: First
        files: [scripts]
        image: ${BUSYBOX}
        cmd: [sh, /keptn/scripts/one.sh]
      - name: Second
        files: [/scripts/lib/two.sh]
        image: ${BUSYBOX}
        cmd: [sh]
        args: [-c, 'sh /keptn/scripts/lib/two.sh; ls -R /keptn; echo written >/keptn/out']
        env:
          - name: registry
            valueFrom: secret
      - name: Third
        image: ${BUSYBOX}
        cmd: [sh, -c, 'echo "$STRATEGY"; echo "$DEPLOYMENT"; ls -A /keptn; id -u']
        env:
          - name: STRATEGY
            value: $.data.deployment.deploymentstrategy
            valueFrom: event
          - name: DEPLOYMENT
            value: $.data.deployment
            valueFrom: event
            as: json
`,
  })
  ids.push(played.triggered)
  answeredOnce(t, keptn, played.triggered)
  t.match(played.finished, { status: 'succeeded', result: 'pass' })
  const jobs = await tasks(played.context)
  t.same(
    jobs.map(({ metadata: { labels } }) => labels['keptn.sh/jes-task']),
    ['First', 'Second', 'Third'],
  )
  const logs = await Promise.all(
    jobs.map(({ metadata: { name } }) => kubectl('logs', `job/${name}`)),
  )
  t.equal(logs[0], 'one for three-tasks in dev\n')
  t.match(logs[1], 'as scott with a password of 5\n')
  t.match(logs[1], 'two.sh')
  t.notMatch(logs[1], 'one.sh', 'only the files that the task asks for')
  t.equal(
    logs[2],
    [
      'blue $(HOME) green',
      '{"deploymentstrategy":"blue $(HOME) green"}',
      '1000',
      '',
    ].join('\n'),
  )
  for (const [index, job] of jobs.entries()) {
    t.match(played.finished['message'], logs[index]?.trim().split('\n')[0])
    const before = await podEnd(jobs[index - 1]?.metadata.name)
    if (before !== undefined)
      t.ok(
        Date.parse(job.metadata.creationTimestamp) >= before,
        'a task is created when the one before it has ended',
      )
  }
  t.notMatch(played.finished['message'], 'tiger', 'no secret is reported')
})

t.test('of a long log the end is told, without a gap', async (t) => {
  const { finished } = await play(keptn, {
    ...{ service: 'long-log', task: 'deployment' },
    config: configFor(
      'sh.keptn.event.deployment.triggered',
      // What is in the pipe when a container ends, containerd 1.6 may lose.
      'seq 100001 300000; sleep 1',
    ),
  })
  const lines = String(finished['message']).match(/^\d{6}$/gm) ?? []
  t.ok(lines.length > 7000, `${lines.length} of 200,000 lines`)
  t.same(
    lines.map(Number),
    lines.map((_, index) => 300_001 - lines.length + index),
  )
})

/** When the task's container ended; milliseconds since the epoch. */
const podEnd = async (job: string | undefined): Promise<number | undefined> =>
  job === undefined
    ? undefined
    : Date.parse(
        await kubectl(
          ...['get', 'pod', '-l', `job-name=${job}`, '-o'],
          'jsonpath={.items[0].status.containerStatuses[0].state.terminated.finishedAt}',
        ),
      )

t.test('a task that fails ends its action and is reported', async (t) => {
  const played = await play(keptn, {
    service: 'failure',
    task: 'deployment',
    config: `
apiVersion: v2
actions:
  - name: Fail
    events: [{name: sh.keptn.event.deployment.triggered}]
    tasks:
      - name: Breaks
        image: ${BUSYBOX}
        cmd: [sh, -c, 'echo what went wrong >&2; exit 3']
      - name: Never
        image: ${BUSYBOX}
        cmd: ['true']
`,
  })
  ids.push(played.triggered)
  answeredOnce(t, keptn, played.triggered)
  t.match(played.finished, { status: 'errored', result: 'fail' })
  t.match(played.finished['message'], 'what went wrong')
  t.match(played.finished['message'], 'Breaks')
  const jobs = await tasks(played.context)
  t.equal(jobs.length, 1, 'the next task is not run')
  t.match(
    await kubectl('logs', `job/${jobs[0]?.metadata.name}`),
    'what went wrong',
  )
})

t.test('a task that takes too long is stopped', async (t) => {
  const played = await play(keptn, {
    service: 'time-out',
    task: 'deployment',
    config: `
apiVersion: v2
actions:
  - name: Slow
    events: [{name: sh.keptn.event.deployment.triggered}]
    tasks:
      - name: Sleeps
        image: ${BUSYBOX}
        cmd: [sh, -c, 'trap "exit 1" TERM; echo begun; sleep 600 & wait']
        maxPollDuration: 3
`,
  })
  ids.push(played.triggered)
  answeredOnce(t, keptn, played.triggered)
  t.match(played.finished, { status: 'errored', result: 'fail' })
  t.match(played.finished['message'], 'timed out after 3 s')
  // Told as soon as Kubernetes stops it, before its pod is gone.
  const failed = await until('the Job has failed', 60, async () => {
    const [job] = await tasks(played.context)
    return job?.status?.conditions?.find(({ type }) => type === 'Failed')
  })
  t.match(failed, { status: 'True', reason: 'DeadlineExceeded' })
})

t.test('an image that is not there is told within seconds', async (t) => {
  const begin = performance.now()
  const played = await play(keptn, {
    service: 'no-image',
    task: 'deployment',
    config: `
apiVersion: v2
actions:
  - name: No image
    events: [{name: sh.keptn.event.deployment.triggered}]
    tasks:
      - name: Nowhere
        image: rig.local/nowhere:1
        cmd: ['true']
`,
  })
  ids.push(played.triggered)
  answeredOnce(t, keptn, played.triggered)
  t.match(played.finished, { status: 'errored', result: 'fail' })
  t.match(played.finished['message'], 'rig.local/nowhere:1')
  t.ok(performance.now() - begin < 60_000)
})

t.test('20 deliveries of one event at once make one run', async (t) => {
  keptn.deliver({ url: endpoint, copies: 20 })
  const played = await play(keptn, {
    service: 'twenty',
    task: 'deployment',
    config: `
apiVersion: v2
actions:
  - name: Once
    events: [{name: sh.keptn.event.deployment.triggered}]
    tasks:
      - name: Counts
        image: ${BUSYBOX}
        cmd: [sh, -c, 'echo once']
`,
  })
  keptn.deliver({ url: endpoint })
  ids.push(played.triggered)
  answeredOnce(t, keptn, played.triggered)
  t.match(played.finished, { status: 'succeeded', result: 'pass' })
  const sent = await deliveriesOf(keptn, played.triggered)
  t.equal(sent.length, 20)
  t.same(
    sent.filter(({ answers: [first] }) => first !== 202),
    [],
    'each delivery is answered 202',
  )
  t.equal((await tasks(played.context)).length, 1)
})

t.test('nothing is left to do, and nothing came twice later', async (t) => {
  await until('the job watch is gone', 60, async () => {
    const watches = await jobsBy('job-executor.keptn.sh/role=watch')
    return watches.length === 0
  })
  t.same(
    await jobsBy('job-executor.keptn.sh/unsettled'),
    [],
    'every run is settled',
  )
  t.notMatch(
    await kubectl('logs', `deploy/${NAME}`),
    /"level":"error"|forbidden/i,
    'the function may do what it does',
  )
  t.ok(ids.length > 0)
  for (const id of ids) answeredOnce(t, keptn, id)
})
