import { mock } from 'node:test'
import t from 'tap'
import { systemClock } from '../../function/clock.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

t.test('what is longer than a timer of Node is waited for', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const pass = (days: number) => {
    for (let hours = 24 * days; hours > 0; hours -= 1) mock.timers.tick(HOUR)
  }
  let times = 0
  systemClock.after(365 * DAY, () => (times += 1))
  const cancel = systemClock.after(370 * DAY, () => (times += 1))
  pass(364)
  t.equal(times, 0)
  pass(2)
  t.equal(times, 1)
  cancel()
  pass(10)
  t.equal(times, 1)
})
