import { setImmediate as soon } from 'node:timers/promises'
import t from 'tap'
import { sleep } from '../function/clock.ts'
import { VirtualClock } from './virtual-clock.ts'

t.test('timers run in order, and time is theirs', async (t) => {
  const clock = new VirtualClock()
  const seen: [string, number][] = []
  const note = (name: string) => () => seen.push([name, clock.monotonic()])
  clock.after(20, note('b'))
  clock.after(10, note('a'))
  clock.after(30, note('c'))
  await clock.advance(20)
  t.same(seen, [
    ['a', 10],
    ['b', 20],
  ])
  t.equal(clock.now() - clock.monotonic(), Date.UTC(2026, 0, 1))
})

t.test('what a timer starts comes to rest before the next', async (t) => {
  const clock = new VirtualClock()
  const seen: string[] = []
  clock.after(1, () => {
    void (async () => {
      for (let step = 0; step < 100; step++) await Promise.resolve()
      seen.push('rest of the first')
    })()
  })
  clock.after(2, () => seen.push('second'))
  await clock.advance(2)
  t.same(seen, ['rest of the first', 'second'])
})

t.test('a timer that a timer sets runs within the same time', async (t) => {
  const clock = new VirtualClock()
  let at = 0
  clock.after(5, () => clock.after(5, () => (at = clock.monotonic())))
  await clock.advance(10)
  t.equal(at, 10)
})

t.test('a cancelled timer does not run', async (t) => {
  const clock = new VirtualClock()
  clock.after(1, () => t.fail())()
  t.equal(clock.pending, 0)
  await clock.advance(2)
})

t.test('a run ends when all is done, or by its limit', async (t) => {
  const clock = new VirtualClock()
  let count = 0
  const again = () => {
    count++
    clock.after(10, again)
  }
  again()
  t.equal(await clock.run(() => count === 5), true)
  t.equal(await clock.run(undefined, 1000), false, 'it goes on for ever')
  t.equal(await new VirtualClock().run(), true, 'nothing to do')
  t.equal(await new VirtualClock().run(() => false), false, 'it stands still')
})

t.test('sleep wakes by the clock, and by its signal', async (t) => {
  const clock = new VirtualClock()
  const abort = new AbortController()
  const sleeping = sleep(clock, 10)
  const aborted = t.rejects(sleep(clock, 10, abort.signal), { message: 'up' })
  abort.abort(new Error('up'))
  await aborted
  await clock.advance(10)
  await sleeping
  t.equal(clock.pending, 0)
})

t.test('a seed draws the order of what is due at once', async (t) => {
  const order = async (seed?: number) => {
    const clock = new VirtualClock(seed === undefined ? {} : { seed })
    const seen: number[] = []
    for (let index = 0; index < 8; index++)
      clock.after(1, () => seen.push(index))
    await clock.run()
    await soon()
    return seen.join('')
  }
  t.equal(await order(), '01234567')
  t.equal(await order(1), await order(1))
  t.not(await order(1), await order(2))
})
