import t from 'tap'
import { nowAndThen } from '../../../function/watch/now-and-then.ts'
import { VirtualClock } from '../../virtual-clock.ts'

const given = (pause = 100) => {
  const clock = new VirtualClock()
  const done: number[] = []
  const begin = clock.monotonic()
  const acts = nowAndThen(
    clock,
    () => pause,
    () => done.push(clock.monotonic() - begin),
  )
  return { clock, acts, done }
}

t.test('once, at once', async (t) => {
  const { clock, acts, done } = given()
  acts.ask()
  t.strictSame(done, [0])
  await clock.advance(1000)
  t.strictSame(done, [0])
  t.equal(clock.pending, 0)
})

t.test('many times: at once, and then for the last of them', async (t) => {
  const { clock, acts, done } = given()
  for (let ms = 0; ms < 250; ms += 10) {
    acts.ask()
    await clock.advance(10)
  }
  await clock.advance(1000)
  t.strictSame(done, [0, 100, 200, 300])
})

t.test('after a rest: at once again', async (t) => {
  const { clock, acts, done } = given()
  acts.ask()
  await clock.advance(500)
  acts.ask()
  t.strictSame(done, [0, 500])
})

t.test('stopped: nothing more, no timer', async (t) => {
  const { clock, acts, done } = given()
  acts.ask()
  acts.ask()
  acts.stop()
  t.equal(clock.pending, 0)
  await clock.advance(1000)
  t.strictSame(done, [0])
})

t.test('without a pause: each time', async (t) => {
  const { clock, acts, done } = given(0)
  acts.ask()
  acts.ask()
  t.strictSame(done, [0, 0])
  t.equal(clock.pending, 0)
})
