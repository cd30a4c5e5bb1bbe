import t from 'tap'
import { DEFECTS, lookFor, plant } from './defects.ts'
import { randomSchedule } from './random.ts'
import type { Schedule } from './schedule.ts'
import { shrink } from './shrink.ts'
import { simulate } from './simulate.ts'

// A busy machine takes its time.
t.setTimeout(240_000)

/** It has to be found among so many schedules. */
const SCHEDULES = 1_000

t.ok(DEFECTS.length >= 10)

for (const defect of DEFECTS)
  t.test(`found: ${defect.name}`, async (t) => {
    const code = await plant(defect)
    for (let seed = 1; seed <= SCHEDULES; seed += 1) {
      const schedule = lookFor(defect, seed)
      const { violations } = await simulate(schedule, { code })
      const found = violations.find(({ invariant }) =>
        defect.breaks.includes(invariant),
      )
      if (!found) continue
      const control = await simulate(schedule)
      t.strictSame(control.violations, [], 'without it nothing is broken')
      return t.pass(`seed ${seed}: ${found.detail}`)
    }
    t.fail(`not in ${SCHEDULES} schedules`)
  })

t.test('a schedule that fails is shrunk to what it needs', async (t) => {
  const defect = DEFECTS.find(({ scope }) => scope === undefined)!
  const code = await plant(defect)
  const schedule = await failing(code)
  // No run comes to that call.
  const more = { call: 1_000_000, phase: 'before', kind: 'death' } as const
  const disturbances = [...schedule.disturbances, more]
  const small = await shrink({ ...schedule, disturbances }, { code })
  t.ok(small.disturbances.length <= schedule.disturbances.length)
  t.notOk(small.disturbances.some(({ call }) => call > more.call / 2))
  t.not((await simulate(small, { code })).violations.length, 0)
})

const failing = async (
  code: Awaited<ReturnType<typeof plant>>,
): Promise<Schedule> => {
  for (let seed = 1; seed <= SCHEDULES; seed += 1) {
    const schedule = randomSchedule(seed)
    const { violations } = await simulate(schedule, { code })
    if (violations.length > 0) return schedule
  }
  throw new Error(`not in ${SCHEDULES} schedules`)
}
