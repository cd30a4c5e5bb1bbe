import t from 'tap'
import { faultsInParallel } from './in-parallel.ts'
import { textOf } from './network.ts'
import { randomSchedule } from './random.ts'
import type { Disturbance, Schedule } from './schedule.ts'
import { simulate } from './simulate.ts'
import { everyTurn } from './turns.ts'

// Schedules drawn from seeds come after all tests: `npm run posttest`.

// A busy machine takes its time.
t.setTimeout(240_000)

t.test('every single fault of one task', async (t) => {
  const { schedules, failures } = await faultsInParallel({
    scope: 'one',
    depth: 1,
  })
  t.strictSame(failures, [])
  t.ok(schedules > 500, `${schedules} were tried`)
})

t.test('two deliveries in every order but one call out of turn', async (t) => {
  const broken: Schedule[] = []
  let tried = 0
  const turned = everyTurn('pair', { deviations: 1 })
  for await (const { schedule, result } of turned) {
    tried += 1
    if (result.violations.length > 0) broken.push(schedule)
  }
  t.strictSame(broken, [])
  t.ok(tried > 20, `${tried} orders`)
})

/** A schedule in which nothing goes wrong. */
type Quiet = Omit<Schedule, 'disturbances'>

/** The number of the first call of it that is like this. */
const callIn = async (quiet: Quiet, like: RegExp): Promise<number> => {
  const { calls } = await simulate({ ...quiet, disturbances: [] })
  const call = calls.find((call) => like.test(textOf(call)))
  if (!call) throw new Error(`no call in ${quiet.scope} is like ${like}`)
  return call.number
}

const STARTED = /send sh\.keptn\.event\.deployment\.started/

t.test('a sender frozen for longer than the lease is counted', async (t) => {
  const scope = 'one'
  const call = await callIn({ scope }, STARTED)
  const at = { call, phase: 'before' } as const
  const { violations, frozenSenders } = await simulate({
    scope,
    disturbances: [
      // Another replica is called for the run.
      { ...at, kind: 'scale' },
      { ...at, kind: 'freeze', ms: 120_000 },
    ],
  })
  t.strictSame(violations, [])
  t.ok(frozenSenders > 0)
})

t.test('a run whose head is deleted as it ends is remembered', async (t) => {
  const scope = 'pair'
  const call = await callIn({ scope }, /create Job run-/)
  const freeze = { call, phase: 'before', kind: 'freeze', ms: 90_000 } as const
  const { calls } = await simulate({ scope, disturbances: [freeze] })
  const log = calls.find((call) => textOf(call).includes(' log '))!
  const { violations, forgotten } = await simulate({
    scope,
    disturbances: [
      freeze,
      { call: log.number, phase: 'before', kind: 'delete-head' },
    ],
  })
  t.strictSame(violations, [])
  t.equal(forgotten, 0, 'its event does not begin it again')
})

t.test('nobody changes what the cluster handed out', async (t) => {
  const broken: Schedule[] = []
  for (let seed = 1; seed <= 300; seed += 1) {
    const schedule = { ...randomSchedule(seed), immutable: true } as const
    const { violations } = await simulate(schedule)
    if (violations.length > 0) broken.push(schedule)
  }
  t.strictSame(broken, [])
})

t.test('the same schedule gives the same run', async (t) => {
  const lines = async (): Promise<string[]> => {
    const heard: string[] = []
    await simulate(
      {
        scope: 'pair',
        jitter: 7,
        disturbances: [{ call: 9, phase: 'after', kind: 'death' }],
      },
      { trace: (line) => heard.push(line) },
    )
    return heard
  }
  t.strictSame(await lines(), await lines())
})

// What once broke a promise, each at a call that is found by its text.
const ONCE: Record<
  string,
  { quiet: Quiet; at: RegExp } & Omit<Disturbance, 'call'>
> = {
  'a conflict where a task gets its end': {
    quiet: { scope: 'silent' },
    at: /patch Job jobs one-/,
    phase: 'before',
    kind: 'conflict',
  },
  'a bundle that is created when its run is over': {
    quiet: { scope: 'far' },
    at: /create ConfigMap bundle-/,
    phase: 'before',
    kind: 'late',
  },
  'a known run whose config cannot be read': {
    quiet: { scope: 'one' },
    at: /create Job run-/,
    phase: 'after',
    kind: 'keptn-away',
    ms: 300_000,
  },
  'a head that is deleted before its first task': {
    quiet: { scope: 'three' },
    at: STARTED,
    phase: 'before',
    kind: 'delete-head',
  },
  // Of two deliveries one waits for the answer, the other goes on with it.
  'a Job of whose creation is heard when its run is over': {
    quiet: { scope: 'pair', jitter: 1380740790 },
    at: /create Job one-\S+$/,
    phase: 'before',
    kind: 'late',
  },
}

for (const [name, { quiet, at, ...disturbance }] of Object.entries(ONCE))
  t.test(name, async (t) => {
    const call = await callIn(quiet, at)
    const { violations, applied } = await simulate({
      ...quiet,
      disturbances: [{ ...disturbance, call }],
    })
    t.strictSame(violations, [])
    t.equal(applied.length, 1)
  })

t.test('a pass that was frozen between its list and its claim', async (t) => {
  const { calls } = await simulate({ scope: 'pair', disturbances: [] })
  const lists = calls.filter((call) => textOf(call).includes('list '))
  for (const { number } of lists) {
    const { violations, frozenSenders } = await simulate({
      scope: 'pair',
      disturbances: [
        { call: number, phase: 'after', kind: 'freeze', ms: 90_000 },
      ],
    })
    t.strictSame(violations, [], `call ${number}`)
    t.equal(frozenSenders, 0, `call ${number}: it does not send`)
  }
})
