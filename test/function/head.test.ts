import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import type { Cluster, Job, JsonPatch } from '../../function/cluster/cluster.ts'
import {
  claimPatch,
  decodeHead,
  encodeHead,
  endedPatch,
  FormatError,
  type Head,
  markPatch,
  PLAN_LIMIT,
  planFits,
  reportedPatch,
  settlePatch,
} from '../../function/head.ts'
import { ANNOTATION, FINALIZER, LABEL, OURS } from '../../function/labels.ts'
import type { Plan } from '../../function/plan.ts'
import {
  action,
  createHead,
  givenCluster,
  givenEnvelope,
  headJob,
  INSTANCE,
  plan,
  OTHER_RUN,
  RUN,
} from './given.ts'

/** A head as the API server hands it out. */
const stored = (job: Job): Job => ({
  ...job,
  metadata: {
    ...job.metadata,
    uid: 'uid-1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
})

const without = (job: Job, annotation: string): Job => {
  const { [annotation]: _left, ...annotations } = job.metadata!.annotations!
  return { ...job, metadata: { ...job.metadata, annotations } }
}

t.test('what is written is read again, whatever it is', async () => {
  const text = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(
      fc.record({
        id: text,
        source: text,
        labels: fc.dictionary(text, text, { noNullPrototype: true }),
      }),
      fc.array(text),
      text,
      (fields, names, by) => {
        const envelope = givenEnvelope(fields)
        const written = {
          envelope,
          plan: plan(action(0, names)),
          claim: { for: 'started', by, until: 1_767_225_600_000 } as const,
        }
        const read = decodeHead(stored(headJob(written)))
        return (
          JSON.stringify([read.envelope, read.plan, read.claim]) ===
          JSON.stringify([envelope, written.plan, written.claim])
        )
      },
    ),
    { numRuns: 20 },
  )
})

t.test('a new head', async (t) => {
  const { cluster, clock } = givenCluster()
  const job = await cluster.create('Job', headJob())
  const head = decodeHead(job)
  t.match(head, {
    run: RUN,
    namespace: 'jobs',
    name: `run-${RUN}`,
    uid: job.metadata!.uid!,
    unsettled: true,
    deleting: false,
    created: clock.now(),
    finalizers: [FINALIZER],
    tasks: {},
  })
  for (const mark of ['announced', 'reported', 'ended'])
    t.notOk(mark in head, `not ${mark}`)
  t.equal(head.claimText, JSON.stringify(head.claim))
})

t.test('it is complete at once and never has a pod', async (t) => {
  const { cluster, clock } = givenCluster()
  await createHead(cluster)
  await clock.advance(10_000)
  const [job] = cluster.objects('Job')
  t.match(job!.status!.conditions!.at(-1), {
    type: 'Complete',
    status: 'True',
  })
  t.strictSame(cluster.objects('Pod'), [])
})

t.test('its labels are short, its keys ours', async (t) => {
  const long = 'Ünïcode / '.repeat(50)
  const { labels, annotations } = headJob({
    envelope: givenEnvelope({ context: long, stage: long, id: long }),
  }).metadata!
  for (const [key, value] of Object.entries(labels!))
    t.match(value, /^[a-zA-Z0-9]([-\w.]{0,61}[a-zA-Z0-9])?$/, key)
  for (const key of Object.keys(annotations!)) t.ok(key.startsWith(`${OURS}/`))
})

t.test('without a context there is no sequence to select by', async (t) => {
  const { context: _left, ...envelope } = givenEnvelope()
  t.notOk(LABEL.sequence in headJob({ envelope }).metadata!.labels!)
})

/** A plan that takes about that many bytes when it is packed. */
const planOf = (bytes: number): Plan => ({
  ...plan(),
  failure: {
    code: 'x',
    message: randomBytes(Math.floor(bytes * 0.74)).toString('base64'),
  },
})

t.test('the largest plan is one that the API server takes', async (t) => {
  const fits = planOf(PLAN_LIMIT * 0.95)
  t.equal(planFits(fits), true)
  t.equal(planFits(planOf(PLAN_LIMIT * 1.05)), false)
  const { cluster } = givenCluster()
  const labels = { text: 'x'.repeat(50_000) }
  await createHead(cluster, { plan: fits, envelope: givenEnvelope({ labels }) })
})

t.test('a small plan is kept as JSON, a large one is packed', async (t) => {
  const { cluster } = givenCluster()
  const text = (bytes: number, run: string) => {
    const message = '\u009b'.padEnd(bytes, 'x')
    const given = { ...plan(), failure: { code: 'x', message } }
    return { given, job: headJob({ run, plan: given }) }
  }
  for (const { bytes, run, plain } of [
    { bytes: 3_000, run: RUN, plain: true },
    { bytes: 5_000, run: OTHER_RUN, plain: false },
  ]) {
    const { given, job } = text(bytes, run)
    const written = job.metadata!.annotations![ANNOTATION.plan]!
    t.equal(written.startsWith('{'), plain)
    t.equal(written.length > bytes, plain)
    t.notMatch(written, /\u009b/, 'nothing that a terminal obeys')
    t.strictSame(decodeHead(await cluster.create('Job', job)).plan, given)
  }
})

t.test('a plan that is known is not read again', async (t) => {
  const { cluster } = givenCluster()
  const known = await createHead(cluster)
  const job = await cluster.get('Job', known.namespace, known.name)
  t.equal(decodeHead(job).plan, known.plan)
  const packed = gzipSync(JSON.stringify(known.plan), { level: 1 })
  const other = structuredClone(job)
  other.metadata!.annotations![ANNOTATION.plan] = packed.toString('base64')
  const read = decodeHead(other).plan
  t.not(read, known.plan)
  t.strictSame(read, known.plan)
  t.equal(decodeHead(other).plan, read)
})

const failureOf = (read: () => unknown): Error | undefined => {
  try {
    read()
    return undefined
  } catch (error) {
    return error as Error
  }
}

t.test('another format is left alone, whatever else it has', async (t) => {
  const job = without(stored(headJob()), ANNOTATION.plan)
  job.metadata!.annotations![ANNOTATION.format] = '2'
  const failure = failureOf(() => decodeHead(job))
  t.ok(failure instanceof FormatError)
  t.equal(
    failure?.message,
    `head run-${RUN} has format 2, this version knows 1`,
  )
})

for (const name of ['format', 'envelope', 'plan', 'claim', 'tasks'] as const)
  t.test(`a head without its ${name} is damaged`, async (t) => {
    const job = without(stored(headJob()), ANNOTATION[name])
    const failure = failureOf(() => decodeHead(job))
    t.match(failure?.message, new RegExp(`lacks its annotation .*/${name}$`))
    t.notOk(failure instanceof FormatError)
  })

const apply = async (cluster: Cluster, head: Head, patch: JsonPatch) =>
  decodeHead(await cluster.patch('Job', head.namespace, head.name, patch))

const refused = (
  t: Test,
  cluster: Cluster,
  head: Head,
  patch: JsonPatch,
  why: string,
) => t.rejects(apply(cluster, head, patch), { code: 'Conflict' }, why)

const TIME = '2026-01-01T00:01:00.000Z'
const claim = { for: 'started', by: 'other', until: 5 } as const

const PATCHES: [
  name: string,
  patch: (head: Head) => JsonPatch,
  changed: Partial<Head>,
][] = [
  [
    'claim',
    (head) => claimPatch(head, claim),
    { claim, claimText: JSON.stringify(claim) },
  ],
  [
    'mark',
    (head) => markPatch(head, { tasks: { '1-1': { state: 'created' } } }),
    {
      tasks: { '1-1': { state: 'created' } },
      tasksText: '{"1-1":{"state":"created"}}',
    },
  ],
  [
    'mark, and announced',
    (head) => markPatch(head, { tasks: {}, announced: TIME }),
    { announced: TIME },
  ],
  ['reported', (head) => reportedPatch(head, TIME), { reported: TIME }],
  [
    'ended',
    (head) => endedPatch(head, { reason: 'aborted' }),
    { ended: { reason: 'aborted' } },
  ],
  [
    'settle',
    (head) => settlePatch(head, { time: head.created, reported: TIME }),
    { unsettled: false, finalizers: [], reported: TIME },
  ],
]

for (const [name, patch, changed] of PATCHES) {
  t.test(`${name}: it changes just that`, async (t) => {
    const { cluster } = givenCluster()
    const head = await createHead(cluster)
    t.strictSame(await apply(cluster, head, patch(head)), {
      ...head,
      ...changed,
    })
  })

  t.test(`${name}: not on another head of that name`, async (t) => {
    const { cluster } = givenCluster()
    const head = await createHead(cluster)
    await refused(t, cluster, head, patch({ ...head, uid: 'old' }), 'other uid')
  })
}

t.test('one of two takes a claim', async (t) => {
  const { cluster } = givenCluster()
  const head = await createHead(cluster)
  await apply(cluster, head, claimPatch(head, claim))
  await refused(
    t,
    cluster,
    head,
    claimPatch(head, { ...claim, by: 'me' }),
    'late',
  )
})

t.test('one of two marks', async (t) => {
  const { cluster } = givenCluster()
  const head = await createHead(cluster)
  const tasks = { '1-1': { state: 'created' } as const }
  await apply(cluster, head, markPatch(head, { tasks }))
  await refused(t, cluster, head, markPatch(head, { tasks: {} }), 'late')
})

t.test('a mark and a claim do not disturb each other', async (t) => {
  const { cluster } = givenCluster()
  const head = await createHead(cluster)
  await apply(cluster, head, claimPatch(head, claim))
  await apply(cluster, head, markPatch(head, { tasks: {}, announced: TIME }))
  const last = await apply(
    cluster,
    head,
    endedPatch(head, { reason: 'aborted' }),
  )
  t.match(last, { claim, announced: TIME, ended: { reason: 'aborted' } })
})

t.test('a run is settled once', async (t) => {
  const { cluster } = givenCluster()
  const head = await createHead(cluster)
  const patch = settlePatch(head, { time: 0 })
  await apply(cluster, head, patch)
  await refused(t, cluster, head, patch, 'again')
})

const createWith = async (cluster: Cluster, finalizers: string[]) => {
  const job = headJob()
  job.metadata!.finalizers = finalizers
  return decodeHead(await cluster.create('Job', job))
}

t.test('a policy that adds what is missing leaves a head alone', async (t) => {
  const { spec } = headJob()
  t.ok(spec!.ttlSecondsAfterFinished! > 30 * 24 * 3600, 'it stays')
  const [container] = spec!.template.spec!.containers
  t.match(container, {
    resources: { requests: { cpu: /./ }, limits: { memory: /./ } },
    securityContext: { readOnlyRootFilesystem: true },
  })
})

t.test('settling leaves the finalizers of others', async (t) => {
  const { cluster } = givenCluster()
  const head = await createWith(cluster, ['a.io/x', FINALIZER, 'b.io/y'])
  const settled = await apply(cluster, head, settlePatch(head, { time: 0 }))
  t.strictSame(settled.finalizers, ['a.io/x', 'b.io/y'])
})

t.test('settling notices that the finalizers changed', async (t) => {
  const { cluster } = givenCluster()
  const head = await createWith(cluster, ['a.io/x', FINALIZER, 'b.io/y'])
  await apply(cluster, head, [{ op: 'remove', path: '/metadata/finalizers/0' }])
  await refused(t, cluster, head, settlePatch(head, { time: 0 }), 'moved')
})

t.test('settling works when our finalizer is gone already', async (t) => {
  const { cluster } = givenCluster()
  const head = await createWith(cluster, ['a.io/x'])
  const settled = await apply(cluster, head, settlePatch(head, { time: 0 }))
  t.strictSame(settled.finalizers, ['a.io/x'])
})

t.test('a head that is deleted goes when it is settled', async (t) => {
  const { cluster } = givenCluster()
  const head = await createHead(cluster)
  await cluster.delete('Job', 'jobs', head.name)
  const deleting = decodeHead(await cluster.get('Job', 'jobs', head.name))
  t.equal(deleting.deleting, true)
  await apply(cluster, head, settlePatch(deleting, { time: 0 }))
  t.strictSame(cluster.objects('Job'), [])
})

const TTLS: [name: string, ttls: number[], age: number, seconds: number][] = [
  ['no tasks: longer than a Broker repeats', [], 0, 1800],
  ['short-lived tasks', [60, 61], 0, 1800],
  ['the longest of its tasks', [60, 21600, 900], 0, 21600],
  ['counted from its own end', [60], 90_001, 1891],
  ['clocks that disagree', [60], -5_000, 1800],
]
for (const [name, ttls, age, seconds] of TTLS)
  t.test(`time to live: ${name}`, async (t) => {
    const { cluster } = givenCluster()
    const tasks = action(0, ttls.map(String)).tasks.map((task, index) => ({
      ...task,
      ttl: ttls[index]!,
    }))
    const head = await createHead(cluster, {
      plan: plan(action(0, [], { tasks })),
    })
    await apply(cluster, head, settlePatch(head, { time: head.created + age }))
    const job = await cluster.get('Job', 'jobs', head.name)
    t.equal(job.spec!.ttlSecondsAfterFinished, seconds)
  })

t.test('two installations do not see each other', async (t) => {
  const label = (name: string) =>
    encodeHead({ ...args(), instance: { ...INSTANCE, name } }).metadata!
      .labels![LABEL.instance]
  t.not(label('a'), label('b'))
})

const args = (): Parameters<typeof encodeHead>[0] => ({
  run: RUN,
  instance: INSTANCE,
  namespace: 'jobs',
  partOf: 'fn',
  envelope: givenEnvelope(),
  plan: plan(),
  claim,
  image: 'none',
})
