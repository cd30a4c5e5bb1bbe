import t from 'tap'
import type {
  Job,
  Pod,
  WatchEvent,
} from '../../../../function/cluster/cluster.ts'
import { MemoryCluster } from '../../../../function/cluster/memory.ts'
import type { MemoryClusterOptions } from '../../../../function/cluster/memory.ts'
import { CannotStart } from '../../../../function/cluster/runner.ts'
import type {
  ContainerEnd,
  ContainerRun,
} from '../../../../function/cluster/runner.ts'
import { VirtualClock } from '../../../virtual-clock.ts'

type Run = (run: ContainerRun, clock: VirtualClock) => Promise<ContainerEnd>
type PodSpec = NonNullable<Pod['spec']>

const rig = (run: Run, options: Partial<MemoryClusterOptions> = {}) => {
  const clock = new VirtualClock()
  const runner = { run: (given: ContainerRun) => run(given, clock) }
  const cluster = new MemoryCluster({ clock, runner, ...options })
  const pod = (): Pod => cluster.objects('Pod', 'ns')[0]!
  const job = (): Job => cluster.objects('Job', 'ns')[0]!
  return { clock, cluster, pod, job }
}

const makeJob = (
  pod: Partial<PodSpec> = {},
  spec: Partial<NonNullable<Job['spec']>> = {},
): Job => ({
  metadata: { name: 'a', namespace: 'ns' },
  spec: {
    backoffLimit: 0,
    template: {
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'main', image: 'busybox' }],
        ...pod,
      },
    },
    ...spec,
  },
})

const main = (more: object) => ({
  containers: [{ name: 'main', image: 'busybox', ...more }],
})

const ended = (job: Job): string | undefined =>
  job.status?.conditions?.find(
    ({ type }) => type === 'Complete' || type === 'Failed',
  )?.type

/** Runs for a second, then ends with `exitCode`. */
const aSecond =
  (exitCode = 0): Run =>
  async ({ started, signal }, clock) => {
    started()
    await new Promise<void>((resolve) => {
      clock.after(1000, resolve)
      signal.addEventListener('abort', () => resolve())
    })
    return { exitCode: signal.aborted ? 143 : exitCode }
  }

t.test('the container ends, then the pod, then the Job', async (t) => {
  const { clock, cluster } = rig(aSecond())
  const steps: string[] = []
  const { signal } = new AbortController()
  const note = (text: string | undefined) => {
    if (text && !steps.includes(text)) steps.push(text)
  }
  const stateOf = (event: WatchEvent<Pod>) => {
    if (event.type === 'BOOKMARK') return undefined
    const { phase, containerStatuses } = event.object.status ?? {}
    const [state] = Object.keys(containerStatuses?.[0]?.state ?? {})
    return `${phase} ${state}`
  }
  const watchPods = async () => {
    const options = { resourceVersion: '0', signal }
    for await (const event of cluster.watch('Pod', 'ns', options))
      note(stateOf(event))
  }
  const watchJobs = async () => {
    const options = { resourceVersion: '0', signal }
    for await (const event of cluster.watch('Job', 'ns', options))
      if (event.type !== 'BOOKMARK') note(ended(event.object))
  }
  void watchPods()
  void watchJobs()
  await cluster.create('Job', makeJob())
  await clock.advance(5000)
  t.same(steps, [
    'Pending undefined',
    'Pending waiting',
    'Running running',
    'Running terminated',
    'Succeeded terminated',
    'Complete',
  ])
})

t.test('how a container ended stands in its status', async (t) => {
  for (const [name, end, state] of [
    ['well', { exitCode: 0 }, { exitCode: 0, reason: 'Completed' }],
    ['badly', { exitCode: 3 }, { exitCode: 3, reason: 'Error' }],
    [
      'with a reason',
      { exitCode: 137, reason: 'OOMKilled', message: 'too much' },
      { exitCode: 137, reason: 'OOMKilled', message: 'too much' },
    ],
  ] as const) {
    const { clock, cluster, pod, job } = rig(() => Promise.resolve(end))
    await cluster.create('Job', makeJob())
    await clock.run()
    const [status] = pod().status?.containerStatuses ?? []
    t.match(status?.state?.terminated, state, name)
    t.match(status?.state?.terminated, {
      startedAt: '2026-01-01T00:00:00Z',
      finishedAt: '2026-01-01T00:00:00Z',
    })
    t.equal(ended(job()), end.exitCode === 0 ? 'Complete' : 'Failed', name)
  }
})

t.test('init containers run first, one after another', async (t) => {
  const order: string[] = []
  const { clock, cluster, job } = rig(({ container, init }) => {
    order.push(`${container.name} ${init}`)
    return Promise.resolve({ exitCode: 0 })
  })
  const initContainers = [
    { name: 'one', image: 'a' },
    { name: 'two', image: 'a' },
  ]
  await cluster.create('Job', makeJob({ initContainers }))
  await clock.run()
  t.same(order, ['one true', 'two true', 'main false'])
  t.equal(ended(job()), 'Complete')
})

t.test('a failed init container fails the pod', async (t) => {
  const order: string[] = []
  const { clock, cluster, pod, job } = rig(({ container }) => {
    order.push(container.name)
    return Promise.resolve({ exitCode: 1 })
  })
  const initContainers = [{ name: 'init', image: 'a' }]
  await cluster.create('Job', makeJob({ initContainers }))
  await clock.run()
  t.same(order, ['init'])
  t.match(pod().status, {
    phase: 'Failed',
    initContainerStatuses: [{ state: { terminated: { exitCode: 1 } } }],
    containerStatuses: [{ state: { waiting: { reason: 'PodInitializing' } } }],
  })
  t.equal(ended(job()), 'Failed')
})

t.test('a container that cannot start waits, until the deadline', async (t) => {
  const { clock, cluster, pod, job } = rig(() =>
    Promise.reject(new CannotStart('ErrImagePull', 'no such image')),
  )
  await cluster.create('Job', makeJob({}, { activeDeadlineSeconds: 60 }))
  await clock.advance(1000)
  t.match(pod().status, {
    phase: 'Pending',
    containerStatuses: [
      {
        state: {
          waiting: { reason: 'ErrImagePull', message: 'no such image' },
        },
      },
    ],
  })
  t.equal(await logOf(cluster, pod()), '')
  await clock.run()
  t.match(job().status?.conditions, [{ reason: 'DeadlineExceeded' }])
  t.equal(clock.monotonic() >= 60_000, true)
})

const logOf = (cluster: MemoryCluster, pod: Pod, limitBytes = 100) =>
  cluster.log('ns', pod.metadata?.name ?? '', { container: 'main', limitBytes })

t.test('the deadline stops what runs', async (t) => {
  const { clock, cluster, job } = rig(async ({ started, signal }) => {
    started()
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return { exitCode: 143 }
  })
  await cluster.create('Job', makeJob({}, { activeDeadlineSeconds: 60 }))
  t.ok(await clock.run())
  t.equal(ended(job()), 'Failed')
  t.same(cluster.objects('Pod'), [])
  t.ok(clock.monotonic() < 61_000)
})

t.test('who does not stop is gone after the grace period', async (t) => {
  const { clock, cluster, job } = rig(({ started }) => {
    started()
    return new Promise(() => undefined)
  })
  const spec = { activeDeadlineSeconds: 60 }
  await cluster.create('Job', makeJob({}, spec))
  await clock.advance(89_000)
  t.equal(cluster.objects('Pod').length, 1)
  t.equal(ended(job()), undefined, 'the pod is still terminating')
  t.match(job().status, {
    terminating: 1,
    conditions: [{ type: 'FailureTarget' }],
  })
  t.ok(await clock.run())
  t.same(cluster.objects('Pod'), [])
  t.equal(ended(job()), 'Failed')
})

t.test('with OnFailure a container is run again, ever later', async (t) => {
  const at: number[] = []
  const { clock, cluster, pod, job } = rig((_, clock) => {
    at.push(Math.round(clock.monotonic() / 1000))
    return Promise.resolve({ exitCode: at.length < 4 ? 1 : 0 })
  })
  await cluster.create(
    'Job',
    makeJob({ restartPolicy: 'OnFailure' }, { backoffLimit: 6 }),
  )
  await clock.advance(5000)
  t.match(pod().status?.containerStatuses, [
    { restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } },
  ])
  await clock.run()
  t.same(at, [0, 0, 10, 30])
  t.equal(ended(job()), 'Complete')
})

t.test('a failed pod is replaced within the backoff limit', async (t) => {
  let runs = 0
  const { clock, cluster, job } = rig(() =>
    Promise.resolve({ exitCode: ++runs < 2 ? 1 : 0 }),
  )
  await cluster.create('Job', makeJob({}, { backoffLimit: 1 }))
  await clock.run()
  t.equal(runs, 2)
  t.match(job().status, { succeeded: 1, failed: 1 })
  t.equal(ended(job()), 'Complete')
})

t.test('a log is kept: its newest bytes, until the pod is gone', async (t) => {
  const { clock, cluster, pod } = rig(({ log }) => {
    log('one\n')
    log('äää')
    return Promise.resolve({ exitCode: 0 })
  })
  await cluster.create('Job', makeJob())
  await clock.run()
  t.equal(await logOf(cluster, pod()), 'one\näää')
  t.equal(await logOf(cluster, pod(), 5), 'ää')
  const gone = pod()
  cluster.remove('Pod', 'ns', gone.metadata?.name ?? '')
  await t.rejects(logOf(cluster, gone), { code: 'NotFound' })
})

t.test('what a container gets', async (t) => {
  const runs: ContainerRun[] = []
  const { clock, cluster } = rig(
    (run) => {
      runs.push(run)
      return Promise.resolve({ exitCode: 0 })
    },
    {
      secrets: (namespace, name) =>
        namespace === 'ns' && name === 'known'
          ? { TOKEN: 'secret', 'no-variable': 'x' }
          : undefined,
    },
  )
  await cluster.create('ConfigMap', {
    metadata: { name: 'bundle', namespace: 'ns' },
    data: { a: '1' },
  })
  await cluster.create(
    'Job',
    makeJob(
      main({
        command: ['echo', '$(HOST)', '$$(HOST)', '$(NONE)'],
        args: ['$(URL)'],
        envFrom: [
          { secretRef: { name: 'known' } },
          { secretRef: { name: 'none', optional: true } },
          { configMapRef: { name: 'bundle' }, prefix: 'CM_' },
        ],
        env: [
          { name: 'HOST', value: 'example' },
          { name: 'URL', value: 'http://$(HOST)/$(TOKEN)/$(LATER)' },
          { name: 'LATER', value: 'x' },
          {
            name: 'NAMESPACE',
            valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } },
          },
          {
            name: 'JOB',
            valueFrom: {
              fieldRef: { fieldPath: "metadata.labels['job-name']" },
            },
          },
          {
            name: 'KEY',
            valueFrom: { configMapKeyRef: { name: 'bundle', key: 'a' } },
          },
        ],
      }),
    ),
  )
  await clock.run()
  const [run] = runs
  t.same(run?.command, ['echo', 'example', '$(HOST)', '$(NONE)'])
  t.same(run?.args, ['http://example/secret/$(LATER)'])
  t.match(run?.env, {
    TOKEN: 'secret',
    CM_a: '1',
    HOST: 'example',
    URL: 'http://example/secret/$(LATER)',
    NAMESPACE: 'ns',
    JOB: 'a',
    KEY: '1',
  })
  t.same(run?.configMap('bundle')?.data, { a: '1' })
  t.equal(run?.configMap('none'), undefined)
})

t.test('an unknown Secret keeps the container from starting', async (t) => {
  const { clock, cluster, pod } = rig(aSecond())
  await cluster.create(
    'Job',
    makeJob(main({ envFrom: [{ secretRef: { name: 'none' } }] })),
  )
  await clock.run()
  t.match(pod().status?.containerStatuses?.[0]?.state?.waiting, {
    reason: 'CreateContainerConfigError',
    message: 'secret "none" not found',
  })
})

t.test('a deleted Job stops its pod and tells the runner', async (t) => {
  const clock = new VirtualClock()
  const removed: (string | undefined)[] = []
  const cluster = new MemoryCluster({
    clock,
    runner: {
      run: (run) => aSecond()(run, clock),
      removed: ({ metadata }) => void removed.push(metadata?.uid),
    },
  })
  await cluster.create('Job', makeJob())
  await clock.advance(500)
  const [pod] = cluster.objects('Pod')
  await cluster.delete('Job', 'ns', 'a')
  await clock.run()
  t.same(cluster.objects('Pod'), [])
  t.same(removed, [pod?.metadata?.uid])
})
