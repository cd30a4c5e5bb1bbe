import { parseArgs } from 'node:util'
import { faultsInParallel, inParallel } from './in-parallel.ts'
import type { Part } from './faults.ts'
import { INVARIANTS } from './judge.ts'
import { randomSchedule } from './random.ts'
import type { Schedule } from './schedule.ts'
import { type ScopeName, SCOPES } from './scopes.ts'
import { shrink } from './shrink.ts'
import { simulate } from './simulate.ts'
import { count, emptyTally, type Tally } from './tally.ts'
import { everyTurn } from './turns.ts'

const USAGE = `The whole system under schedules of faults, on a virtual clock.

  npm run simulate -- [--runs N] [--from SEED] [--scope NAME] [--workers N]
      schedules drawn from the seeds (default: 20000 from 1)
  npm run simulate -- --seed N | --schedule JSON
      one schedule, shrunk if it fails, with everything that happens
  npm run simulate -- --faults SCOPE [--depth 1|2] [--part I/N] [--workers N]
      every single fault (and with 2 every pair of them) at every call, or the
      Ith of N parts of them
  npm run simulate -- --turns SCOPE [--deviations N] [--runs LIMIT]
      every order of the calls, each state once

Scopes: ${Object.keys(SCOPES).join(', ')}
`

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string' },
    scope: { type: 'string' },
    seed: { type: 'string' },
    schedule: { type: 'string' },
    faults: { type: 'string' },
    depth: { type: 'string', default: '1' },
    part: { type: 'string', default: '1/1' },
    turns: { type: 'string' },
    deviations: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const print = (line: string): void => void process.stdout.write(`${line}\n`)

const scopeNamed = (name: string): ScopeName => {
  if (!(name in SCOPES))
    throw new Error(`there is no scope ${name}\n\n${USAGE}`)
  return name as ScopeName
}

const partOf = (text: string): Part => {
  const [, nth = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number)
  if (nth < 1 || nth > of)
    throw new Error(`--part ${text} is not like 2/10\n\n${USAGE}`)
  return { index: nth - 1, of }
}

/** Shows one schedule from its beginning to its end. */
const replay = async (given: Schedule): Promise<number> => {
  const failed = (await simulate(given)).violations.length > 0
  const schedule = failed ? await shrink(given) : given
  print(`schedule: ${JSON.stringify(given)}`)
  if (failed) print(`shrunk:   ${JSON.stringify(schedule)}`)
  const { violations } = await simulate(schedule, { trace: print })
  for (const { at, invariant, detail } of violations)
    print(
      `${(at / 1000).toFixed(3).padStart(9)}  BROKEN ${invariant} (${INVARIANTS[invariant]}): ${detail}`,
    )
  return violations.length
}

const report = async (tally: Tally, since: number): Promise<number> => {
  const faults = Object.entries(tally.faults).sort(([, a], [, b]) => b - a)
  const all = faults.reduce((sum, [, times]) => sum + times, 0)
  print(
    [
      `${tally.schedules} schedules in ${((performance.now() - since) / 1000).toFixed(1)} s`,
      `${tally.calls} calls of the function and the job watch, ${tally.states} states of the cluster`,
      `${all} faults and incidents: ${faults.map(([kind, times]) => `${kind} ${times}`).join(', ')}`,
      `${tally.failures.length} with violated invariants`,
      `apart from these: ${tally.frozenSenders} acts of processes that were frozen too long, ${tally.forgotten} runs begun again after a user deleted their head, ${tally.refused} events that no delivery got through with`,
    ].join('\n'),
  )
  const [first] = tally.failures
  for (const { seed, schedule, violations } of tally.failures)
    print(
      `seed ${seed}: ${[...new Set(violations.map(({ invariant }) => invariant))].join(', ')} ${JSON.stringify(schedule)}`,
    )
  if (first) await replay(first.schedule)
  return tally.failures.length
}

const progress = (done: number): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} `)
}

const run = async (): Promise<number> => {
  const since = performance.now()
  if (values.help) return (print(USAGE), 0)
  if (values.schedule) return replay(JSON.parse(values.schedule) as Schedule)
  const scope =
    values.scope === undefined ? undefined : scopeNamed(values.scope)
  const workers = values.workers ? { workers: Number(values.workers) } : {}
  if (values.seed) return replay(randomSchedule(Number(values.seed), scope))
  if (values.faults) {
    const tally = await faultsInParallel({
      scope: scopeNamed(values.faults),
      depth: values.depth === '2' ? 2 : 1,
      part: partOf(values.part),
      progress,
      ...workers,
    })
    return report(tally, since)
  }
  if (values.turns) {
    const tally = emptyTally()
    const limit = Number(values.runs ?? Infinity)
    let states = 0
    const turned = everyTurn(scopeNamed(values.turns), {
      deviations: Number(values.deviations ?? Infinity),
    })
    for await (const tried of turned) {
      count(tally, tried)
      states = tried.states
      if (tally.schedules % 1000 === 0) progress(tally.schedules)
      if (tally.schedules >= limit) break
    }
    print(
      `${states} different states, ${tally.schedules >= limit ? 'not all' : 'all'} of them`,
    )
    return report(tally, since)
  }
  const tally = await inParallel({
    from: Number(values.from),
    runs: Number(values.runs ?? 20_000),
    progress,
    ...workers,
    ...(scope && { scope }),
  })
  return report(tally, since)
}

process.exitCode = (await run()) > 0 ? 1 : 0
