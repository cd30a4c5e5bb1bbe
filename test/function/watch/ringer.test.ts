import t from 'tap'
import { ringer } from '../../../function/watch/ringer.ts'
import { VirtualClock } from '../../virtual-clock.ts'

/** A ringer that is asked every second, as by the job watch. */
const given = (takes: () => Promise<void> = async () => {}) => {
  const clock = new VirtualClock()
  const rung: string[] = []
  const sound = ringer(clock, (run, reason) => {
    rung.push(`${clock.monotonic() / 1000} ${run} ${reason}`)
    return takes()
  })
  const during = async (seconds: number, due: Record<string, string>) => {
    for (let second = 0; second < seconds; second += 1) {
      sound(new Map(Object.entries(due)))
      await clock.advance(1000)
    }
  }
  return { rung, during, sound }
}

t.test('at once, and again more and more slowly', async (t) => {
  const { rung, during } = given()
  await during(20, { a: 'x' })
  t.strictSame(rung, ['0 a x', '1 a x', '3 a x', '7 a x', '15 a x'])
})

t.test('at least once a minute', async (t) => {
  const { rung, during } = given()
  await during(600, { a: 'x' })
  const times = rung.map((line) => Number(line.split(' ')[0]))
  const pauses = times.slice(1).map((time, index) => time - times[index]!)
  t.equal(Math.max(...pauses), 60)
  t.ok(rung.length < 20)
})

t.test('a new reason is rung for at once', async (t) => {
  const { rung, during } = given()
  await during(10, { a: 'x' })
  await during(1, { a: 'y' })
  await during(2, { a: 'y' })
  t.strictSame(rung.slice(4), ['10 a y', '11 a y'])
})

t.test('what was not due any more starts anew', async (t) => {
  const { rung, during } = given()
  await during(10, { a: 'x' })
  await during(1, {})
  await during(1, { a: 'x' })
  t.equal(rung.at(-1), '11 a x')
})

t.test('a run that stands still is given time', async (t) => {
  const { rung, during } = given()
  await during(3, { a: 'no task runs' })
  t.strictSame(rung, [])
  await during(1, { a: 'no task runs' })
  t.strictSame(rung, ['3 a no task runs'])
})

t.test('... and if it goes on meanwhile, it is not rung for', async (t) => {
  const { rung, during } = given()
  await during(2, { a: 'no task runs' })
  await during(5, {})
  await during(2, { a: 'no task runs' })
  t.strictSame(rung, [])
})

t.test('runs do not wait for each other', async (t) => {
  const { rung, during } = given(() => new Promise(() => {}))
  await during(3, { a: 'x', b: 'x' })
  t.strictSame(rung, ['0 a x', '0 b x'], 'and each only once at a time')
})

t.test('what became due during a ring is rung for after it', async (t) => {
  let taken = () => {}
  const { rung, during } = given(
    () => new Promise<void>((resolve) => (taken = resolve)),
  )
  await during(1, { a: 'x' })
  await during(2, { a: 'y' })
  await during(1, {})
  t.equal(rung.length, 1)
  taken()
  await during(3, { a: 'y' })
  t.equal(rung[1], '5 a y')
})

t.test('many are rung for in turn, 32 at once', async (t) => {
  const ends: (() => void)[] = []
  const { rung, during } = given(
    () => new Promise((resolve) => ends.push(resolve)),
  )
  const due = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`run-${index}`, 'x']),
  )
  await during(2, due)
  t.equal(rung.length, 32)
  for (const end of ends.splice(0, 5)) end()
  await during(1, due)
  t.equal(rung.length, 37)
  t.equal(new Set(rung.map((line) => line.split(' ')[1])).size, 37)
})
