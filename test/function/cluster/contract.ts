import type { Test } from 'tap'
import { isClusterError } from '../../../function/cluster/cluster.ts'
import type {
  Cluster,
  ClusterErrorCode,
  ConfigMap,
  Job,
  JsonPatch,
  Kind,
  Kinds,
  Pod,
  Selection,
  WatchEvent,
} from '../../../function/cluster/cluster.ts'

/** What a cluster under test offers besides the port. */
export interface Rig {
  cluster: Cluster
  /** A new namespace; `restricted`: pods of our tests are refused there. */
  namespace(options?: { restricted?: boolean }): Promise<string>
  setPodStatus(
    namespace: string,
    name: string,
    status: NonNullable<Pod['status']>,
  ): Promise<void>
  /** Lets time pass, on whatever clock it is. */
  pass(ms: number): Promise<void>
  /** Makes the versions so far too old; absent where that cannot be done. */
  compact?(): Promise<void>
}

type Check = (t: Test, rig: Rig) => Promise<unknown>

type Container = NonNullable<Pod['spec']>['containers'][number]

interface JobOptions {
  metadata?: Job['metadata']
  spec?: Partial<NonNullable<Job['spec']>>
  pod?: Partial<NonNullable<Pod['spec']>>
  container?: Partial<Container>
}

const job = (
  namespace: string,
  name: string,
  options: JobOptions = {},
): Job => ({
  metadata: { name, namespace, ...options.metadata },
  spec: {
    backoffLimit: 0,
    template: {
      spec: {
        restartPolicy: 'Never',
        // Where there are nodes, none takes it: its status is the test's.
        nodeSelector: { 'test/node': 'none' },
        containers: [{ name: 'main', image: 'busybox', ...options.container }],
        ...options.pod,
      },
    },
    ...options.spec,
  },
})

/** A Job that is complete as soon as it is there. */
const head = (namespace: string, name: string, options: JobOptions = {}) =>
  job(namespace, name, {
    ...options,
    spec: { completions: 0, parallelism: 0, ...options.spec },
  })

const configMap = (
  namespace: string,
  name: string,
  metadata: ConfigMap['metadata'] = {},
): ConfigMap => ({ metadata: { name, namespace, ...metadata }, data: {} })

const ownedBy = (owner: Job, more: { blockOwnerDeletion?: boolean } = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  name: owner.metadata?.name ?? '',
  uid: owner.metadata?.uid ?? '',
  ...more,
})

const fails = async (
  t: Test,
  code: ClusterErrorCode,
  call: Promise<unknown>,
  name = code as string,
): Promise<void> => {
  const error = await call.then(
    () => 'no error',
    (error: unknown) => error,
  )
  if (isClusterError(error)) t.equal(error.code, code, name)
  else t.fail(`${name}: not a ClusterError`, { error })
}

/** Polls until `check` gives something, and gives that. */
const until = async <T>(
  rig: Rig,
  check: () => Promise<T | undefined | false>,
  what: string,
): Promise<T> => {
  for (let attempt = 0; attempt < 300; attempt++) {
    const found = await check()
    if (found !== undefined && found !== false) return found
    await rig.pass(100)
  }
  throw new Error(`not within 30 s: ${what}`)
}

const find = <K extends Kind>(
  { cluster }: Rig,
  kind: K,
  namespace: string,
  name: string,
): Promise<Kinds[K] | undefined> =>
  cluster.get(kind, namespace, name).catch((error: unknown) => {
    if (isClusterError(error, 'NotFound')) return undefined
    throw error
  })

const untilGone = (rig: Rig, kind: Kind, namespace: string, name: string) =>
  until(
    rig,
    async () => (await find(rig, kind, namespace, name)) === undefined,
    `${kind} ${name} is gone`,
  )

const condition = (job: Job | undefined, type: string) =>
  job?.status?.conditions?.find(
    (found) => found.type === type && found.status === 'True',
  )

const untilCondition = (
  rig: Rig,
  namespace: string,
  name: string,
  type: string,
) =>
  until(
    rig,
    async () => {
      const found = await find(rig, 'Job', namespace, name)
      return condition(found, type) && found
    },
    `${name} is ${type}`,
  )

const podsOf = async ({ cluster }: Rig, namespace: string, name: string) => {
  const labelSelector = `job-name=${name}`
  return (await cluster.list('Pod', namespace, { labelSelector })).items
}

const podOf = (rig: Rig, namespace: string, name: string) =>
  until(
    rig,
    async () => (await podsOf(rig, namespace, name))[0],
    `${name} has a pod`,
  )

const annotate = (key: string, value: unknown): JsonPatch[number] => ({
  op: 'add',
  path: `/metadata/annotations/${key}`,
  value,
})

const is = (path: string, value: unknown): JsonPatch[number] => ({
  op: 'test',
  path,
  value,
})

/** Collects a watch until `enough`, letting time pass meanwhile. */
const collect = async <K extends Kind>(
  rig: Rig,
  kind: K,
  namespace: string,
  options: Selection & { resourceVersion: string },
  enough: (events: WatchEvent<Kinds[K]>[]) => boolean,
): Promise<WatchEvent<Kinds[K]>[]> => {
  const abort = new AbortController()
  const events: WatchEvent<Kinds[K]>[] = []
  const watching = (async () => {
    const watch = rig.cluster.watch(kind, namespace, {
      ...options,
      signal: abort.signal,
    })
    for await (const event of watch) {
      if (event.type !== 'BOOKMARK') events.push(event)
      if (enough(events)) return
    }
  })()
  const ended = watching.then(
    () => true,
    () => true,
  )
  try {
    await until(
      rig,
      () => Promise.race([ended, Promise.resolve(false)]),
      'the events of the watch',
    )
    await watching
    return events
  } finally {
    abort.abort()
  }
}

const brief = <K extends Kind>(events: WatchEvent<Kinds[K]>[]): string[] =>
  events.flatMap((event) =>
    event.type === 'BOOKMARK'
      ? []
      : [`${event.type} ${event.object.metadata?.name}`],
  )

/** What the function relies on, whatever the cluster is made of. */
export const CONTRACT: Record<string, Check> = {
  'a Job of zero completions is complete at once, without a pod': async (
    t,
    rig,
  ) => {
    const ns = await rig.namespace()
    await rig.cluster.create('Job', head(ns, 'head'))
    const done = await untilCondition(rig, ns, 'head', 'Complete')
    t.ok(done.status?.completionTime)
    t.notOk(done.status?.succeeded)
    t.same(await podsOf(rig, ns, 'head'), [])
  },

  'what is created comes back with uid, version, time and type': async (
    t,
    rig,
  ) => {
    const ns = await rig.namespace()
    const made = await rig.cluster.create('ConfigMap', configMap(ns, 'a'))
    t.match(made, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        uid: /^[0-9a-f-]{36}$/,
        resourceVersion: /^\d+$/,
        creationTimestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
      },
    })
    t.same(await rig.cluster.get('ConfigMap', ns, 'a'), made)
    const { items } = await rig.cluster.list('ConfigMap', ns)
    t.same(
      items.filter(({ metadata }) => metadata?.name === 'a'),
      [made],
    )
    t.ok(Math.abs(rig.cluster.time() - Date.parse(created(made))) < 5000)
  },

  'a name is made from generateName': async (t, rig) => {
    const ns = await rig.namespace()
    const { metadata } = await rig.cluster.create('ConfigMap', {
      metadata: { generateName: 'made-', namespace: ns },
    })
    t.match(metadata?.name, /^made-[a-z0-9]{5}$/)
  },

  'a second of the same name is AlreadyExists, in a dry run too': async (
    t,
    rig,
  ) => {
    const ns = await rig.namespace()
    const { cluster } = rig
    await cluster.create('Job', head(ns, 'a'))
    await fails(t, 'AlreadyExists', cluster.create('Job', head(ns, 'a')))
    const dry = cluster.create('Job', head(ns, 'a'), { dryRun: true })
    await fails(t, 'AlreadyExists', dry)
  },

  'a new object has no version': async (t, rig) => {
    const ns = await rig.namespace()
    const made = configMap(ns, 'a', { resourceVersion: '1' })
    await fails(t, 'Invalid', rig.cluster.create('ConfigMap', made))
  },

  'a dry run judges and stores nothing': async (t, rig) => {
    const ns = await rig.namespace()
    const dryRun = { dryRun: true }
    const given = job(ns, 'a')
    t.same(await rig.cluster.create('Job', given, dryRun), given)
    t.equal(await find(rig, 'Job', ns, 'a'), undefined)
    const wrong = job(ns, 'a', { pod: { restartPolicy: 'Always' } })
    await fails(t, 'Invalid', rig.cluster.create('Job', wrong, dryRun))
  },

  'an object that etcd does not take is Invalid': async (t, rig) => {
    const ns = await rig.namespace()
    const sized = (bytes: number): JobOptions => ({
      container: { env: [{ name: 'A', value: 'x'.repeat(bytes) }] },
    })
    await rig.cluster.create('Job', job(ns, 'fits', sized(1_400_000)))
    const large = job(ns, 'large', sized(1_600_000))
    await fails(t, 'Invalid', rig.cluster.create('Job', large))
    const larger = job(ns, 'larger', sized(4_000_000))
    await fails(t, 'Invalid', rig.cluster.create('Job', larger))
  },

  'a patch that leaves no object is Invalid': async (t, rig) => {
    const ns = await rig.namespace()
    await rig.cluster.create('Job', job(ns, 'a'))
    for (const path of ['/metadata', '/spec']) {
      const patch: JsonPatch = [{ op: 'replace', path, value: 'text' }]
      await fails(t, 'Invalid', rig.cluster.patch('Job', ns, 'a', patch))
    }
  },

  'a key may be called like a method': async (t, rig) => {
    const ns = await rig.namespace()
    const keys = { toJSON: 'x', constructor: 'y' }
    const made = { ...configMap(ns, 'a', { annotations: keys }), data: keys }
    const stored = await rig.cluster.create('ConfigMap', made)
    t.same(stored.data, keys)
    t.same(stored.metadata?.annotations, keys)
  },

  'what is not there is NotFound': async (t, { cluster, namespace }) => {
    const ns = await namespace()
    await fails(t, 'NotFound', cluster.get('Job', ns, 'a'))
    await fails(t, 'NotFound', cluster.delete('Job', ns, 'a'))
    await fails(t, 'NotFound', cluster.patch('Job', ns, 'a', [is('/kind', 1)]))
    await fails(t, 'NotFound', cluster.create('Job', head('no-such', 'a')))
    t.same((await cluster.list('Job', 'no-such')).items, [])
  },

  'a JSON Patch applies when its tests hold': async (t, rig) => {
    const ns = await rig.namespace()
    const metadata = { annotations: { 'a.b/c': '1' } }
    const { metadata: made } = await rig.cluster.create(
      'Job',
      head(ns, 'a', { metadata }),
    )
    const patched = await rig.cluster.patch('Job', ns, 'a', [
      is('/metadata/uid', made?.uid),
      is('/metadata/annotations/a.b~1c', '1'),
      is('/metadata/annotations/none', null),
      annotate('a.b~1c', '2'),
      annotate('more', '3'),
    ])
    t.same(patched.metadata?.annotations, { 'a.b/c': '2', more: '3' })
    t.not(patched.metadata?.resourceVersion, made?.resourceVersion)
  },

  'a JSON Patch whose test does not hold is a Conflict': async (t, rig) => {
    const ns = await rig.namespace()
    const metadata = { annotations: { a: '1' } }
    await rig.cluster.create('Job', head(ns, 'with', { metadata }))
    await rig.cluster.create('Job', head(ns, 'bare'))
    for (const [name, ...tests] of [
      ['with', is('/metadata/uid', 'other')],
      ['with', is('/metadata/annotations/a', '2')],
      ['with', is('/metadata/annotations/b', '2')],
      ['with', is('/metadata/annotations/a', null)],
      ['bare', is('/metadata/annotations/a', '1')],
      ['bare', is('/metadata/annotations/a', null)],
      [
        'with',
        is('/metadata/annotations/a', '1'),
        { op: 'remove', path: '/x' },
      ],
    ] as const) {
      const patch = [...tests, annotate('c', '3')]
      const call = rig.cluster.patch('Job', ns, name, patch)
      await fails(t, 'Conflict', call, JSON.stringify([name, ...tests]))
    }
    const after = await rig.cluster.get('Job', ns, 'with')
    t.same(after.metadata?.annotations, { a: '1' }, 'nothing was changed')
  },

  'a JSON Patch that does not apply, without a test, is Invalid': async (
    t,
    rig,
  ) => {
    const ns = await rig.namespace()
    await rig.cluster.create('Job', head(ns, 'a'))
    for (const operation of [
      { op: 'remove', path: '/metadata/labels/none' },
      { op: 'add', path: '/metadata/annotations/a', value: '1' },
    ] as const) {
      const call = rig.cluster.patch('Job', ns, 'a', [operation])
      await fails(t, 'Invalid', call, JSON.stringify(operation))
    }
  },

  'a JSON Patch replaces what is not there': async (t, rig) => {
    const ns = await rig.namespace()
    await rig.cluster.create('ConfigMap', configMap(ns, 'a'))
    const patched = await rig.cluster.patch('ConfigMap', ns, 'a', [
      { op: 'replace', path: '/metadata/labels', value: { a: '1' } },
    ])
    t.same(patched.metadata?.labels, { a: '1' })
  },

  'a patch to another version is a Conflict, to another uid Invalid': async (
    t,
    rig,
  ) => {
    const ns = await rig.namespace()
    await rig.cluster.create('ConfigMap', configMap(ns, 'a'))
    const to = (field: string, value: string) =>
      rig.cluster.patch('ConfigMap', ns, 'a', [
        { op: 'add', path: `/metadata/${field}`, value },
      ])
    await fails(t, 'Conflict', to('resourceVersion', '1'))
    await fails(t, 'Invalid', to('uid', 'other'))
    await fails(t, 'Invalid', to('name', 'other'))
  },

  'a patch that changes nothing makes no new version': async (t, rig) => {
    const ns = await rig.namespace()
    const metadata = { labels: { a: '1' } }
    const made = await rig.cluster.create(
      'ConfigMap',
      configMap(ns, 'a', metadata),
    )
    const same = await rig.cluster.patch('ConfigMap', ns, 'a', [
      { op: 'add', path: '/metadata/labels/a', value: '1' },
    ])
    t.equal(same.metadata?.resourceVersion, made.metadata?.resourceVersion)
  },

  'a status cannot be written': async (t, rig) => {
    const ns = await rig.namespace()
    await rig.cluster.create('Job', {
      ...job(ns, 'a', { spec: { suspend: true } }),
      status: { succeeded: 7 },
    })
    const patched = await rig.cluster.patch('Job', ns, 'a', [
      { op: 'add', path: '/status', value: { succeeded: 7 } },
    ])
    t.equal(patched.status?.succeeded, undefined)
  },

  'a finalizer holds an object until it is taken off': async (t, rig) => {
    const ns = await rig.namespace()
    const { cluster } = rig
    const metadata = { finalizers: ['test.example/hold'] }
    await cluster.create('Job', head(ns, 'a', { metadata }))
    await cluster.delete('Job', ns, 'a')
    const held = await cluster.get('Job', ns, 'a')
    t.ok(held.metadata?.deletionTimestamp)
    t.same(held.metadata?.finalizers, ['test.example/hold'])
    await cluster.delete('Job', ns, 'a')
    const annotated = await cluster.patch('Job', ns, 'a', [
      { op: 'add', path: '/metadata/annotations', value: { a: '1' } },
    ])
    t.same(annotated.metadata?.annotations, { a: '1' }, 'it can be patched')
    const more = cluster.patch('Job', ns, 'a', [
      { op: 'add', path: '/metadata/finalizers/-', value: 'test.example/b' },
    ])
    await fails(t, 'Invalid', more, 'a new finalizer')
    await cluster.patch('Job', ns, 'a', [
      { op: 'remove', path: '/metadata/finalizers' },
    ])
    await fails(t, 'NotFound', cluster.get('Job', ns, 'a'))
  },

  'a deletion has preconditions': async (t, rig) => {
    const ns = await rig.namespace()
    const { cluster } = rig
    const { metadata } = await cluster.create('ConfigMap', configMap(ns, 'a'))
    const { uid = '', resourceVersion = '' } = metadata ?? {}
    const remove = (options: { uid?: string; resourceVersion?: string }) =>
      cluster.delete('ConfigMap', ns, 'a', options)
    await fails(t, 'Conflict', remove({ uid: 'other' }), 'other uid')
    await fails(t, 'Conflict', remove({ resourceVersion: '1' }), 'old version')
    await fails(t, 'Conflict', remove({ uid, resourceVersion: '1' }))
    await remove({ uid, resourceVersion })
    await fails(t, 'NotFound', cluster.get('ConfigMap', ns, 'a'))
  },

  'deleted in the background, dependents follow': async (t, rig) => {
    const ns = await rig.namespace()
    const owner = await rig.cluster.create('Job', head(ns, 'owner'))
    const ownerReferences = [ownedBy(owner)]
    await rig.cluster.create(
      'ConfigMap',
      configMap(ns, 'a', { ownerReferences }),
    )
    await rig.cluster.create(
      'Job',
      head(ns, 'b', { metadata: { ownerReferences } }),
    )
    await rig.cluster.delete('Job', ns, 'owner')
    await fails(t, 'NotFound', rig.cluster.get('Job', ns, 'owner'))
    await untilGone(rig, 'ConfigMap', ns, 'a')
    await untilGone(rig, 'Job', ns, 'b')
  },

  'deleted in the foreground, dependents that block go first': async (
    t,
    rig,
  ) => {
    const ns = await rig.namespace()
    const owner = await rig.cluster.create('Job', head(ns, 'owner'))
    const finalizers = ['test.example/hold']
    const blocking = ownedBy(owner, { blockOwnerDeletion: true })
    await rig.cluster.create(
      'ConfigMap',
      configMap(ns, 'a', { ownerReferences: [blocking], finalizers }),
    )
    await rig.cluster.delete('Job', ns, 'owner', {
      propagationPolicy: 'Foreground',
    })
    await until(
      rig,
      async () => {
        const found = await rig.cluster.get('ConfigMap', ns, 'a')
        return found.metadata?.deletionTimestamp
      },
      'the dependent is being deleted',
    )
    const held = await rig.cluster.get('Job', ns, 'owner')
    t.same(held.metadata?.finalizers, ['foregroundDeletion'])
    await rig.cluster.patch('ConfigMap', ns, 'a', [
      { op: 'remove', path: '/metadata/finalizers' },
    ])
    await untilGone(rig, 'Job', ns, 'owner')
  },

  'deleted as orphan, dependents stay and forget their owner': async (
    t,
    rig,
  ) => {
    const ns = await rig.namespace()
    const owner = await rig.cluster.create('Job', head(ns, 'owner'))
    const ownerReferences = [ownedBy(owner)]
    await rig.cluster.create(
      'ConfigMap',
      configMap(ns, 'a', { ownerReferences }),
    )
    await rig.pass(500)
    await rig.cluster.delete('Job', ns, 'owner', {
      propagationPolicy: 'Orphan',
    })
    await untilGone(rig, 'Job', ns, 'owner')
    await rig.pass(1000)
    const orphan = await rig.cluster.get('ConfigMap', ns, 'a')
    t.equal(orphan.metadata?.ownerReferences, undefined)
  },

  'an object without a living owner in its namespace is collected': async (
    t,
    rig,
  ) => {
    const ns = await rig.namespace()
    const other = await rig.namespace()
    const owner = await rig.cluster.create('Job', head(ns, 'owner'))
    const right = ownedBy(owner)
    const wrong = { ...right, uid: '11111111-2222-4333-8444-555555555555' }
    const make = (namespace: string, name: string, refs: (typeof right)[]) =>
      rig.cluster.create(
        'ConfigMap',
        configMap(namespace, name, { ownerReferences: refs }),
      )
    await make(ns, 'kept', [right])
    await make(ns, 'half', [right, wrong])
    await make(ns, 'uid', [wrong])
    await make(ns, 'name', [{ ...wrong, name: 'none' }])
    await make(other, 'elsewhere', [right])
    await make(ns, 'given-later', [])
    await rig.cluster.patch('ConfigMap', ns, 'given-later', [
      { op: 'add', path: '/metadata/ownerReferences', value: [wrong] },
    ])
    await untilGone(rig, 'ConfigMap', ns, 'given-later')
    await untilGone(rig, 'ConfigMap', ns, 'uid')
    await untilGone(rig, 'ConfigMap', ns, 'name')
    await untilGone(rig, 'ConfigMap', other, 'elsewhere')
    t.ok(await find(rig, 'ConfigMap', ns, 'kept'))
    await until(
      rig,
      async () => {
        const half = await rig.cluster.get('ConfigMap', ns, 'half')
        return half.metadata?.ownerReferences?.length === 1
      },
      'the dead owner of two is dropped',
    )
  },

  'a TTL that is set late counts from the end of the Job': async (t, rig) => {
    const ns = await rig.namespace()
    await rig.cluster.create('Job', head(ns, 'late'))
    await rig.cluster.create('Job', head(ns, 'never'))
    await untilCondition(rig, ns, 'late', 'Complete')
    await untilCondition(rig, ns, 'never', 'Complete')
    await rig.cluster.patch('Job', ns, 'late', [
      { op: 'add', path: '/spec/ttlSecondsAfterFinished', value: 1 },
    ])
    await untilGone(rig, 'Job', ns, 'late')
    t.ok(await find(rig, 'Job', ns, 'never'))
  },

  'a Job whose TTL is over is held by its finalizer': async (t, rig) => {
    const ns = await rig.namespace()
    const metadata = { finalizers: ['test.example/hold'] }
    const spec = { ttlSecondsAfterFinished: 0 }
    await rig.cluster.create('Job', head(ns, 'a', { metadata, spec }))
    const held = await until(
      rig,
      async () => {
        const found = await rig.cluster.get('Job', ns, 'a')
        return found.metadata?.deletionTimestamp ? found : undefined
      },
      'it is being deleted',
    )
    t.ok(held.metadata?.finalizers?.includes('test.example/hold'))
    await rig.cluster.patch('Job', ns, 'a', [
      { op: 'replace', path: '/metadata/finalizers', value: [] },
    ])
    await untilGone(rig, 'Job', ns, 'a')
  },

  'the deadline ends a Job whose pod is pending': async (t, rig) => {
    const ns = await rig.namespace()
    const spec = { activeDeadlineSeconds: 1 }
    await rig.cluster.create('Job', job(ns, 'a', { spec }))
    await podOf(rig, ns, 'a')
    const failed = await untilCondition(rig, ns, 'a', 'Failed')
    t.match(condition(failed, 'Failed'), {
      reason: 'DeadlineExceeded',
      message: 'Job was active longer than specified deadline',
    })
    t.match(condition(failed, 'FailureTarget'), { reason: 'DeadlineExceeded' })
    t.equal(failed.status?.failed, 1)
    t.same(await podsOf(rig, ns, 'a'), [])
  },

  'a deadline that is set late ends the Job': async (t, rig) => {
    const ns = await rig.namespace()
    await rig.cluster.create('Job', job(ns, 'a'))
    await podOf(rig, ns, 'a')
    await rig.pass(1100)
    await rig.cluster.patch('Job', ns, 'a', [
      { op: 'add', path: '/spec/activeDeadlineSeconds', value: 1 },
    ])
    const failed = await untilCondition(rig, ns, 'a', 'Failed')
    t.match(condition(failed, 'Failed'), { reason: 'DeadlineExceeded' })
  },

  'a pod that succeeds completes its Job': async (t, rig) => {
    const ns = await rig.namespace()
    await rig.cluster.create('Job', job(ns, 'a'))
    const pod = await podOf(rig, ns, 'a')
    t.match(pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: /^a-[a-z0-9]{5}$/,
        labels: { 'job-name': 'a', 'batch.kubernetes.io/job-name': 'a' },
        ownerReferences: [{ kind: 'Job', name: 'a', controller: true }],
        finalizers: ['batch.kubernetes.io/job-tracking'],
      },
      status: { phase: 'Pending' },
    })
    const active = await rig.cluster.get('Job', ns, 'a')
    t.notOk(condition(active, 'Complete'))
    await rig.setPodStatus(ns, pod.metadata?.name ?? '', { phase: 'Succeeded' })
    const done = await untilCondition(rig, ns, 'a', 'Complete')
    t.match(condition(done, 'SuccessCriteriaMet'), {
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
    })
    t.equal(done.status?.succeeded, 1)
    t.notOk(done.status?.active)
    const [kept] = await podsOf(rig, ns, 'a')
    t.notOk(kept?.metadata?.finalizers, 'the pod stays, held by nobody')
  },

  'a pod that fails fails its Job': async (t, rig) => {
    const ns = await rig.namespace()
    await rig.cluster.create('Job', job(ns, 'a'))
    const pod = await podOf(rig, ns, 'a')
    await rig.setPodStatus(ns, pod.metadata?.name ?? '', { phase: 'Failed' })
    const failed = await untilCondition(rig, ns, 'a', 'Failed')
    t.match(condition(failed, 'Failed'), {
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    })
    t.match(condition(failed, 'FailureTarget'), {
      reason: 'BackoffLimitExceeded',
    })
    t.equal(failed.status?.failed, 1)
    t.equal(failed.status?.completionTime, undefined)
  },

  'a pod that is deleted fails its Job': async (t, rig) => {
    const ns = await rig.namespace()
    await rig.cluster.create('Job', job(ns, 'a'))
    const pod = await podOf(rig, ns, 'a')
    await rig.cluster.delete('Pod', ns, pod.metadata?.name ?? '')
    const failed = await untilCondition(rig, ns, 'a', 'Failed')
    t.match(condition(failed, 'Failed'), { reason: 'BackoffLimitExceeded' })
    t.equal(failed.status?.failed, 1)
  },

  'a failed pod that a policy ignores is replaced': async (t, rig) => {
    const ns = await rig.namespace()
    const podFailurePolicy = {
      rules: [
        {
          action: 'Ignore',
          onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }],
        },
      ],
    }
    await rig.cluster.create(
      'Job',
      job(ns, 'a', { spec: { podFailurePolicy } }),
    )
    const pod = await podOf(rig, ns, 'a')
    const name = pod.metadata?.name ?? ''
    await rig.setPodStatus(ns, name, {
      phase: 'Failed',
      conditions: [{ type: 'DisruptionTarget', status: 'True' }],
    })
    await until(
      rig,
      async () =>
        (await podsOf(rig, ns, 'a')).some(
          ({ metadata }) => metadata?.name !== name,
        ),
      'another pod',
    )
    t.notOk((await rig.cluster.get('Job', ns, 'a')).status?.failed)
  },

  'a deleted Job takes its pod along': async (t, rig) => {
    const ns = await rig.namespace()
    await rig.cluster.create('Job', job(ns, 'a'))
    await podOf(rig, ns, 'a')
    await rig.cluster.delete('Job', ns, 'a')
    await fails(t, 'NotFound', rig.cluster.get('Job', ns, 'a'))
    await until(
      rig,
      async () => (await podsOf(rig, ns, 'a')).length === 0,
      'the pod is gone',
    )
  },

  'a suspended Job has no pod until it is resumed': async (t, rig) => {
    const ns = await rig.namespace()
    const spec = { suspend: true, activeDeadlineSeconds: 600 }
    await rig.cluster.create('Job', job(ns, 'a', { spec }))
    const suspended = await untilCondition(rig, ns, 'a', 'Suspended')
    t.match(condition(suspended, 'Suspended'), { reason: 'JobSuspended' })
    t.same(await podsOf(rig, ns, 'a'), [])
    t.equal(suspended.status?.startTime, undefined)
    await rig.cluster.patch('Job', ns, 'a', [
      { op: 'replace', path: '/spec/suspend', value: false },
    ])
    await podOf(rig, ns, 'a')
    const resumed = await until(
      rig,
      async () => {
        const found = await rig.cluster.get('Job', ns, 'a')
        return condition(found, 'Suspended') ? undefined : found
      },
      'it is resumed',
    )
    t.match(resumed.status?.conditions, [
      { type: 'Suspended', status: 'False', reason: 'JobResumed' },
    ])
    t.ok(resumed.status?.startTime)
  },

  'a pod that is refused leaves a FailedCreate Event': async (t, rig) => {
    const ns = await rig.namespace({ restricted: true })
    const made = await rig.cluster.create('Job', job(ns, 'a'))
    const event = await until(
      rig,
      async () => {
        const { items } = await rig.cluster.list('Event', ns, {
          fieldSelector: `involvedObject.uid=${made.metadata?.uid},reason=FailedCreate`,
        })
        return items[0]
      },
      'an Event',
    )
    t.match(event, {
      type: 'Warning',
      reason: 'FailedCreate',
      involvedObject: { kind: 'Job', name: 'a', namespace: ns },
      message: /^Error creating: pods "a-[a-z0-9]{5}" is forbidden/,
    })
    t.same(await podsOf(rig, ns, 'a'), [])
  },

  'a pod that the API server refuses leaves a FailedCreate Event': async (
    t,
    rig,
  ) => {
    const ns = await rig.namespace()
    const container = { image: ' blank' }
    await rig.cluster.create('Job', job(ns, 'a', { container }))
    const event = await until(
      rig,
      async () =>
        (
          await rig.cluster.list('Event', ns, {
            fieldSelector: 'reason=FailedCreate',
          })
        ).items[0],
      'an Event',
    )
    t.match(event.message, /^Error creating: Pod "a-\w+" is invalid: spec/)
  },

  'what of a Job may change and what not': async (t, rig) => {
    const ns = await rig.namespace()
    await rig.cluster.create('Job', job(ns, 'a', { spec: { suspend: true } }))
    const set = (path: string, value: unknown) =>
      rig.cluster.patch('Job', ns, 'a', [{ op: 'add', path, value }])
    for (const [path, value] of [
      ['/spec/activeDeadlineSeconds', 600],
      ['/spec/ttlSecondsAfterFinished', 600],
      ['/spec/backoffLimit', 2],
      ['/spec/parallelism', 2],
      ['/metadata/labels/a', 'b'],
    ] as const)
      await t.resolves(set(path, value), `${path} may`)
    for (const [path, value] of [
      ['/spec/completions', 3],
      ['/spec/completionMode', 'Indexed'],
      ['/spec/template/spec/containers/0/image', 'other'],
      ['/spec/template/spec/containers/0/env', [{ name: 'A', value: 'b' }]],
      ['/spec/selector', { matchLabels: { a: 'b' } }],
    ] as const)
      await fails(t, 'Invalid', set(path, value), `${path} may not`)
  },

  'what the API server accepts': async (t, rig) => {
    const ns = await rig.namespace()
    for (const [name, options] of Object.entries(ACCEPTED))
      await t.resolves(
        rig.cluster.create('Job', job(ns, 'ok', options), { dryRun: true }),
        name,
      )
  },

  'what the API server refuses': async (t, rig) => {
    const ns = await rig.namespace()
    for (const [name, options] of Object.entries(REFUSED)) {
      const made = job(ns, 'ok', options as JobOptions)
      const call = rig.cluster.create('Job', made, { dryRun: true })
      await fails(t, 'Invalid', call, name)
    }
  },

  'a ConfigMap holds a mebibyte': async (t, rig) => {
    const ns = await rig.namespace()
    const make = (name: string, length: number) =>
      rig.cluster.create('ConfigMap', {
        ...configMap(ns, name),
        data: { a: 'x'.repeat(length) },
      })
    await t.resolves(make('full', 1024 * 1024))
    await fails(t, 'Invalid', make('over', 1024 * 1024 + 1))
    const wrong = { ...configMap(ns, 'key'), data: { 'a/b': 'x' } }
    await fails(t, 'Invalid', rig.cluster.create('ConfigMap', wrong))
  },

  'an immutable ConfigMap stays what it is': async (t, rig) => {
    const ns = await rig.namespace()
    const made = { ...configMap(ns, 'a'), data: { a: '1' }, immutable: true }
    await rig.cluster.create('ConfigMap', made)
    const data = rig.cluster.patch('ConfigMap', ns, 'a', [
      { op: 'replace', path: '/data/a', value: '2' },
    ])
    await fails(t, 'Invalid', data)
    await t.resolves(
      rig.cluster.patch('ConfigMap', ns, 'a', [
        { op: 'add', path: '/metadata/labels', value: { a: 'b' } },
      ]),
    )
  },

  'a list selects by label': async (t, rig) => {
    const ns = await rig.namespace()
    for (const [name, labels] of Object.entries({
      a: { x: '1', y: '1' },
      b: { x: '2' },
      c: { z: '' },
    }))
      await rig.cluster.create('ConfigMap', configMap(ns, name, { labels }))
    for (const [labelSelector, names] of [
      ['x=1', 'a'],
      ['x==1', 'a'],
      ['x', 'ab'],
      ['x,!y', 'b'],
      ['z=', 'c'],
      ['x!=1,z!=', 'b'],
      ['x in (1,3)', 'a'],
      ['x in (1,2), y', 'a'],
      ['x notin (1, 3),x', 'b'],
    ] as const) {
      const { items } = await rig.cluster.list('ConfigMap', ns, {
        labelSelector,
      })
      const found = items
        .map(({ metadata }) => metadata?.name ?? '')
        .filter((name) => name !== 'kube-root-ca.crt')
      t.equal(found.sort().join(''), names, labelSelector)
    }
    for (const labelSelector of ['a b', 'a in b', '=', 'a=(b'])
      await fails(
        t,
        'Invalid',
        rig.cluster.list('ConfigMap', ns, { labelSelector }),
        labelSelector,
      )
  },

  'a list selects by field': async (t, rig) => {
    const ns = await rig.namespace()
    for (const name of ['a', 'b'])
      await rig.cluster.create('Job', job(ns, name))
    const pod = await podOf(rig, ns, 'a')
    await podOf(rig, ns, 'b')
    await rig.setPodStatus(ns, pod.metadata?.name ?? '', { phase: 'Succeeded' })
    const jobs = async (fieldSelector: string) => {
      const { items } = await rig.cluster.list('Pod', ns, { fieldSelector })
      return items.map(({ metadata }) => metadata?.labels?.['job-name']).sort()
    }
    t.same(await jobs('status.phase=Succeeded'), ['a'])
    t.same(await jobs('status.phase!=Succeeded,status.phase!=Failed'), ['b'])
    t.same(await jobs(`metadata.name=${pod.metadata?.name}`), ['a'])
    const wrong = rig.cluster.list('Job', ns, { fieldSelector: 'spec.x=1' })
    await fails(t, 'Invalid', wrong)
  },

  'a watch goes on from a list; leaving the selection is DELETED': async (
    t,
    rig,
  ) => {
    const ns = await rig.namespace()
    const { cluster } = rig
    const labels = { watched: 'yes' }
    await cluster.create('ConfigMap', configMap(ns, 'before', { labels }))
    const { resourceVersion } = await cluster.list('ConfigMap', ns)
    await cluster.create('ConfigMap', configMap(ns, 'a', { labels }))
    await cluster.create('ConfigMap', configMap(ns, 'other'))
    const label = (name: string, value: string) =>
      cluster.patch('ConfigMap', ns, name, [
        { op: 'add', path: '/metadata/labels', value: { watched: value } },
      ])
    await cluster.patch('ConfigMap', ns, 'a', [
      { op: 'add', path: '/data', value: { a: '1' } },
    ])
    await label('a', 'no')
    await label('other', 'yes')
    await cluster.delete('ConfigMap', ns, 'before')
    const events = await collect(
      rig,
      'ConfigMap',
      ns,
      { labelSelector: 'watched=yes', resourceVersion },
      ({ length }) => length === 5,
    )
    t.same(brief(events), [
      'ADDED a',
      'MODIFIED a',
      'DELETED a',
      'ADDED other',
      'DELETED before',
    ])
    const [, modified, left] = events
    if (left?.type !== 'DELETED' || modified?.type !== 'MODIFIED')
      throw new Error('other events')
    t.equal(left.object.metadata?.labels?.['watched'], 'yes', 'as it was')
    t.ok(versionOf(left.object) > versionOf(modified.object))
  },

  'a pod leaves a watch on its phase': async (t, rig) => {
    const ns = await rig.namespace()
    const { resourceVersion } = await rig.cluster.list('Pod', ns)
    await rig.cluster.create('Job', job(ns, 'a'))
    const pod = await podOf(rig, ns, 'a')
    await rig.setPodStatus(ns, pod.metadata?.name ?? '', { phase: 'Succeeded' })
    const events = await collect(
      rig,
      'Pod',
      ns,
      { fieldSelector: 'status.phase!=Succeeded', resourceVersion },
      (seen) => seen.some(({ type }) => type === 'DELETED'),
    )
    t.match(events, [
      { type: 'ADDED', object: { status: { phase: 'Pending' } } },
      { type: 'DELETED', object: { status: { phase: 'Pending' } } },
    ])
  },

  'a watch goes on while changes are made': async (t, rig) => {
    const ns = await rig.namespace()
    const { resourceVersion } = await rig.cluster.list('Job', ns)
    const events = collect(
      rig,
      'Job',
      ns,
      { resourceVersion },
      ({ length }) => length === 2,
    )
    await rig.pass(300)
    await rig.cluster.create('Job', job(ns, 'a', { spec: { suspend: true } }))
    t.match(brief(await events), ['ADDED a', 'MODIFIED a'])
  },

  'an aborted watch rejects with the reason': async (t, rig) => {
    const ns = await rig.namespace()
    const { resourceVersion } = await rig.cluster.list('Job', ns)
    const abort = new AbortController()
    const { signal } = abort
    const watch = rig.cluster.watch('Job', ns, { resourceVersion, signal })
    const next = watch[Symbol.asyncIterator]().next()
    const rejects = t.rejects(next, { message: 'enough' })
    await rig.pass(300)
    abort.abort(new Error('enough'))
    await rejects
    const again = rig.cluster.watch('Job', ns, { resourceVersion, signal })
    await t.rejects(again[Symbol.asyncIterator]().next(), {
      message: 'enough',
    })
  },

  'a watch from a version that is too old is Gone': async (t, rig) => {
    if (!rig.compact) return t.pass('skipped: this cluster cannot be compacted')
    const ns = await rig.namespace()
    const { resourceVersion } = await rig.cluster.list('Event', ns)
    await rig.cluster.create('ConfigMap', configMap(ns, 'a'))
    await rig.cluster.create('ConfigMap', configMap(ns, 'b'))
    await rig.compact()
    const { signal } = new AbortController()
    // Of Events the API server keeps no changes by itself.
    const watch = rig.cluster.watch('Event', ns, { resourceVersion, signal })
    await fails(t, 'Gone', watch[Symbol.asyncIterator]().next())
  },

  'the log of a pod': async (t, rig) => {
    const ns = await rig.namespace()
    const { cluster } = rig
    await cluster.create('Job', job(ns, 'a'))
    const { metadata } = await podOf(rig, ns, 'a')
    const log = (pod: string, container: string) =>
      cluster.log(ns, pod, { container, limitBytes: 100 })
    t.equal(await log(metadata?.name ?? '', 'main'), '', 'none yet')
    await fails(t, 'NotFound', log('none', 'main'))
    await fails(t, 'Invalid', log(metadata?.name ?? '', 'none'))
  },

  'an Event about an object': async (t, rig) => {
    const ns = await rig.namespace()
    const { metadata } = await rig.cluster.create('Job', head(ns, 'a'))
    const about = (namespace: string) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      name: 'a',
      namespace,
      uid: metadata?.uid ?? '',
    })
    const event = (namespace: string) => ({
      metadata: { generateName: 'a.', namespace: ns },
      involvedObject: about(namespace),
      reason: 'Tested',
      message: 'by this test',
      type: 'Warning',
    })
    const made = await rig.cluster.create('Event', event(ns))
    t.match(made, { kind: 'Event', reason: 'Tested' })
    await fails(t, 'Invalid', rig.cluster.create('Event', event('other')))
  },
}

const created = (object: Kinds[Kind]): string =>
  object.metadata?.creationTimestamp ?? ''

const versionOf = (object: Kinds[Kind]): number =>
  Number(object.metadata?.resourceVersion)

const volume = (name: string) => ({ name, emptyDir: {} })
const mount = (name: string, mountPath: string) => ({ name, mountPath })
const env = (name: string, value = '') => ({ env: [{ name, value }] })
const labelled = (labels: Record<string, string>) => ({ metadata: { labels } })
const annotated = (annotations: Record<string, string>) => ({
  metadata: { annotations },
})
const limits = (limits: Record<string, string>) => ({
  container: { resources: { limits } },
})

const ACCEPTED: Record<string, JobOptions> = {
  plain: {},
  'a name of 63': { metadata: { name: 'x'.repeat(63) } },
  'a name with dots': { metadata: { name: 'a.b' } },
  'an empty label': labelled({ a: '' }),
  'a label of 63': labelled({ a: 'x'.repeat(63) }),
  'annotations of 256 KiB': annotated({ a: 'x'.repeat(256 * 1024 - 1) }),
  'an annotation key in capitals': annotated({ 'Example.COM/Key': '' }),
  'an env name with dots and dashes': { container: env('a.b-c') },
  'an env name with a blank': { container: env('a b') },
  'an env name that starts with a digit': { container: env('1a') },
  'two env entries of one name': {
    container: { env: [...env('a').env, ...env('a').env] },
  },
  'an empty command': { container: { command: [], args: [''] } },
  'an image with blanks around': { container: { image: ' busybox' } },
  'an image that cannot be': { container: { image: 'UPPER:case:twice' } },
  quantities: limits({ cpu: '1e3', memory: '1.5Gi' }),
  'more quantities': limits({ cpu: '.5', memory: '100k', 'a.b/c': '1' }),
  'a deadline of 0': { spec: { activeDeadlineSeconds: 0 } },
  'a TTL of 0': { spec: { ttlSecondsAfterFinished: 0 } },
  volumes: {
    pod: { volumes: [volume('a')] },
    container: { volumeMounts: [mount('a', '/a')] },
  },
  'a capability of any name': {
    container: { securityContext: { capabilities: { drop: ['all', '?'] } } },
  },
  privileged: { container: { securityContext: { privileged: true } } },
  'an unknown service account': { pod: { serviceAccountName: 'none' } },
  'an unknown Secret': {
    container: { envFrom: [{ secretRef: { name: 'none' } }] },
  },
  OnFailure: { pod: { restartPolicy: 'OnFailure' } },
}

const REFUSED: Record<string, unknown> = {
  'a name of 64': { metadata: { name: 'x'.repeat(64) } },
  'a name in capitals': { metadata: { name: 'Ab' } },
  'a name with a slash': { metadata: { name: 'a_b' } },
  'no name': { metadata: { name: '' } },
  'a label of 64': labelled({ a: 'x'.repeat(64) }),
  'a label with a blank': labelled({ a: 'b c' }),
  'a label with a colon': labelled({ a: 'b:c' }),
  'a label key with two slashes': labelled({ 'a/b/c': '' }),
  'a label that is a number': labelled({ a: 1 as unknown as string }),
  'annotations over 256 KiB': annotated({ a: 'x'.repeat(256 * 1024) }),
  'an annotation key with a blank': annotated({ 'a b': '' }),
  'a finalizer with a blank': { metadata: { finalizers: ['a b'] } },
  'an owner without a uid': {
    metadata: {
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'a', uid: '' }],
    },
  },
  'an env name with =': { container: env('a=b') },
  'an env name that is empty': { container: env('') },
  'an env name with an umlaut': { container: env('ä') },
  'an env value that is a number': {
    container: env('a', 1 as unknown as string),
  },
  'an env value and a source': {
    container: {
      env: [
        {
          name: 'a',
          value: 'b',
          valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
        },
      ],
    },
  },
  'an env source that is empty': {
    container: { env: [{ name: 'a', valueFrom: {} }] },
  },
  'envFrom of nothing': { container: { envFrom: [{}] } },
  'envFrom of a bad name': {
    container: { envFrom: [{ secretRef: { name: 'A_b' } }] },
  },
  'a command that is a string': { container: { command: 'true' } },
  'args that are numbers': { container: { args: [1] } },
  'no image': { container: { image: '' } },
  'a container name in capitals': { container: { name: 'Main' } },
  'a container name of 64': { container: { name: 'x'.repeat(64) } },
  'two containers of one name': {
    pod: {
      containers: [
        { name: 'a', image: 'a' },
        { name: 'a', image: 'a' },
      ],
    },
  },
  'no container': { pod: { containers: [] } },
  'an unknown pull policy': { container: { imagePullPolicy: 'Sometimes' } },
  'a quantity that is none': limits({ cpu: 'much' }),
  'a quantity with a blank': limits({ memory: '1 Gi' }),
  'a quantity in lower case': limits({ memory: '1gi' }),
  'a quantity below 0': limits({ cpu: '-1' }),
  'a resource of an unknown name': limits({ disk: '1' }),
  'a request above its limit': {
    container: {
      resources: { limits: { cpu: '1' }, requests: { cpu: '1001m' } },
    },
  },
  'a mount of no volume': {
    container: { volumeMounts: [mount('none', '/a')] },
  },
  'two mounts at one path': {
    pod: { volumes: [volume('a'), volume('b')] },
    container: { volumeMounts: [mount('a', '/a'), mount('b', '/a')] },
  },
  'a mount that leaves its volume': {
    pod: { volumes: [volume('a')] },
    container: { volumeMounts: [{ ...mount('a', '/a'), subPath: '../b' }] },
  },
  'two volumes of one name': { pod: { volumes: [volume('a'), volume('a')] } },
  'a volume of two types': {
    pod: { volumes: [{ ...volume('a'), configMap: { name: 'a' } }] },
  },
  'restartPolicy Always': { pod: { restartPolicy: 'Always' } },
  'a service account of a bad name': { pod: { serviceAccountName: 'A b' } },
  'a user below 0': { container: { securityContext: { runAsUser: -1 } } },
  'a user that is text': { container: { securityContext: { runAsUser: '1' } } },
  'no escalation, but privileged': {
    container: {
      securityContext: { allowPrivilegeEscalation: false, privileged: true },
    },
  },
  'an unknown seccomp profile': {
    container: { securityContext: { seccompProfile: { type: 'None' } } },
  },
  'a local seccomp profile without a name': {
    container: { securityContext: { seccompProfile: { type: 'Localhost' } } },
  },
  'an unknown procMount': {
    container: { securityContext: { procMount: 'all' } },
  },
  'a deadline below 0': { spec: { activeDeadlineSeconds: -1 } },
  'a deadline that is a fraction': { spec: { activeDeadlineSeconds: 1.5 } },
  'a TTL below 0': { spec: { ttlSecondsAfterFinished: -1 } },
  'a TTL beyond 32 bits': { spec: { ttlSecondsAfterFinished: 2 ** 31 } },
  'a backoffLimit below 0': { spec: { backoffLimit: -1 } },
  'a selector of its own': { spec: { selector: { matchLabels: { a: 'b' } } } },
}
