import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import {
  adoptBundles,
  deleteUnownedBundles,
  ensureBundle,
  makeBundles,
  sweepBundles,
} from '../../function/bundles.ts'
import { ClusterError } from '../../function/cluster/cluster.ts'
import type { MemoryCluster } from '../../function/cluster/memory.ts'
import type { TaskFile } from '../../function/files.ts'
import {
  createHead,
  givenCluster,
  INSTANCE,
  OTHER_RUN,
  plan,
  RUN,
} from './given.ts'

const KIB = 1024
const HOUR = 3600_000

const file = (path: string, content: string | number): TaskFile => ({
  path,
  content:
    typeof content === 'string'
      ? Buffer.from(content)
      : Buffer.alloc(content, path),
})

const make = (
  files: TaskFile[],
  fields: { run?: string; namespace?: string } = {},
) =>
  makeBundles({
    run: RUN,
    instance: INSTANCE,
    namespace: 'jobs',
    files,
    ...fields,
  })

const bundle = (fields: Parameters<typeof make>[1] = {}, content = 'a') =>
  make([file('a.txt', content)], fields).bundles[0]!

const names = (cluster: MemoryCluster, namespace = '') =>
  cluster.objects('ConfigMap', namespace).map(({ metadata }) => metadata!.name)

t.test('every file can be put together again', async (t) => {
  const files = [
    file('a/b.txt', 'hello'),
    file('big', 600 * KIB),
    file('empty', ''),
    file('bigger', 700 * KIB),
    file('binary', '\u0000\u00ff'),
  ]
  const { bundles, mounts } = make(files)
  const read = mounts.map(({ configMap, key, path }) => {
    const found = bundles.find(({ metadata }) => metadata!.name === configMap)
    return { path, content: Buffer.from(found!.binaryData![key]!, 'base64') }
  })
  t.ok(isDeepStrictEqual(read, files))
  t.equal(bundles.length, 2)
})

t.test('each is one that the API server takes', async (t) => {
  const { cluster } = givenCluster()
  const { bundles } = make([
    file('a', 500 * KIB),
    file('b', 400 * KIB),
    file('c', 1),
    file('d', 900 * KIB),
  ])
  t.strictSame(
    bundles.map(({ binaryData }) => Object.keys(binaryData!)),
    [['file-0', 'file-1'], ['file-0'], ['file-0']],
    'filled to the limit, and no further',
  )
  for (const bundle of bundles) await ensureBundle(cluster, bundle)
  t.equal(names(cluster).length, 3)
  t.ok(bundles.every(({ immutable }) => immutable))
})

t.test('no files, no bundles', async (t) => {
  t.strictSame(make([]), { bundles: [], mounts: [] })
})

t.test('the same files of a run make the same bundle', async (t) => {
  t.strictSame(bundle(), bundle())
})

for (const [name, other] of [
  ['content', bundle({}, 'b')],
  ['run', bundle({ run: OTHER_RUN })],
  ['namespace', bundle({ namespace: 'far' })],
] as const)
  t.test(`another ${name}, another name`, async (t) => {
    t.not(other.metadata!.name, bundle().metadata!.name)
  })

t.test('a repeat is no failure', async (t) => {
  const { cluster } = givenCluster()
  await ensureBundle(cluster, bundle())
  await ensureBundle(cluster, bundle())
  t.equal(names(cluster).length, 1)
})

t.test('... anything else is', async (t) => {
  const { cluster } = givenCluster()
  cluster.admit = () => {
    throw new ClusterError('QuotaExceeded', 'exceeded quota')
  }
  await t.rejects(ensureBundle(cluster, bundle()), { code: 'QuotaExceeded' })
})

const given = async () => {
  const { cluster, clock } = givenCluster()
  const near = bundle()
  const far = bundle({ namespace: 'far' })
  for (const one of [near, far]) await ensureBundle(cluster, one)
  const head = await createHead(cluster, {
    plan: {
      ...plan(),
      bundles: [near, far].map(({ metadata }) => ({
        namespace: metadata!.namespace!,
        name: metadata!.name!,
      })),
    },
  })
  return { cluster, clock, head }
}

t.test('a head owns those in its namespace, and no others', async (t) => {
  const { cluster, clock, head } = await given()
  await adoptBundles(cluster, head)
  t.match(cluster.objects('ConfigMap', 'jobs'), [
    { metadata: { ownerReferences: [{ kind: 'Job', uid: head.uid }] } },
  ])
  await clock.advance(10_000)
  t.equal(names(cluster, 'far').length, 1, 'the collector leaves it')
  cluster.remove('Job', 'jobs', head.name)
  await clock.advance(10_000)
  t.strictSame(names(cluster, 'jobs'), [], 'it goes with its head')
})

t.test('one that is gone cannot be adopted', async (t) => {
  const { cluster, head } = await given()
  cluster.remove('ConfigMap', 'jobs', names(cluster, 'jobs')[0]!)
  await t.rejects(adoptBundles(cluster, head), { code: 'NotFound' })
})

t.test('what it cannot own is deleted, again without failure', async (t) => {
  const { cluster, head } = await given()
  await deleteUnownedBundles(cluster, head, { adopted: true })
  t.equal(names(cluster, 'jobs').length, 1)
  t.strictSame(names(cluster, 'far'), [])
  await deleteUnownedBundles(cluster, head, { adopted: true })
})

const sweep = (cluster: MemoryCluster, heads: string[] = []) =>
  sweepBundles(cluster, {
    instance: INSTANCE,
    namespaces: ['jobs', 'far'],
    hasHead: async (run) => heads.includes(run),
  })

const orphans = async (age: number) => {
  const { cluster, clock } = givenCluster()
  await ensureBundle(cluster, bundle())
  await ensureBundle(cluster, bundle({ run: OTHER_RUN, namespace: 'far' }))
  await clock.advance(age)
  return cluster
}

t.test('what no head claims is swept after an hour', async (t) => {
  const cluster = await orphans(HOUR)
  await sweep(cluster)
  t.strictSame(names(cluster), [])
})

t.test('... not before: its head may be on the way', async (t) => {
  const cluster = await orphans(HOUR - 1000)
  await sweep(cluster)
  t.equal(names(cluster).length, 2)
})

t.test('... not what a head claims', async (t) => {
  const cluster = await orphans(HOUR)
  await sweep(cluster, [OTHER_RUN])
  t.equal(names(cluster, 'far').length, 1)
  t.equal(names(cluster, 'jobs').length, 0)
})

t.test('... not what is owned', async (t) => {
  const { cluster, clock, head } = await given()
  await adoptBundles(cluster, head)
  await clock.advance(2 * HOUR)
  await sweep(cluster)
  t.equal(names(cluster, 'jobs').length, 1)
})

t.test('... not what is of another installation or of nobody', async (t) => {
  const { cluster, clock } = givenCluster()
  const theirs = makeBundles({
    run: RUN,
    instance: { ...INSTANCE, name: 'other' },
    namespace: 'jobs',
    files: [file('a', 'a')],
  }).bundles[0]!
  await ensureBundle(cluster, theirs)
  await ensureBundle(cluster, {
    metadata: { name: 'theirs', namespace: 'jobs' },
  })
  await clock.advance(2 * HOUR)
  await sweep(cluster)
  t.equal(names(cluster).length, 2)
})

t.test('one that somebody else sweeps does not keep the others', async (t) => {
  const cluster = await orphans(HOUR)
  cluster.fault = (call, phase) => {
    if (call.verb !== 'delete' || phase !== 'before') return
    cluster.fault = undefined
    cluster.remove('ConfigMap', call.namespace, call.name!)
  }
  await sweep(cluster)
  t.strictSame(names(cluster), [])
})

t.test('the API server is away', async (t) => {
  const cluster = await orphans(HOUR)
  cluster.fault = ({ verb }) => {
    if (verb === 'delete') throw new ClusterError('Unavailable', 'away')
  }
  await t.rejects(sweep(cluster), { code: 'Unavailable' })
})
