import t from 'tap'
import { atMost } from '../../function/at-most.ts'

/** A work that ends when it is told to. */
const work = (log: string[], name: string) => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const run = () => {
    log.push(name)
    return promise
  }
  return { run, end: () => resolve(name), fail: () => reject(new Error(name)) }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

t.test('two at once, the others in their order', async (t) => {
  const log: string[] = []
  const inTurn = atMost(2)
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => work(log, name))
  const results = [a, b, c, d].map((each) => inTurn(each!.run))
  await turn()
  t.same(log, ['a', 'b'])
  t.equal(inTurn.waiting(), 2)
  b!.end()
  await turn()
  t.same(log, ['a', 'b', 'c'])
  for (const each of [a, c, d]) each!.end()
  t.same(await Promise.all(results), ['a', 'b', 'c', 'd'])
  t.equal(inTurn.waiting(), 0)
})

t.test('one that fails gives its place away', async (t) => {
  const log: string[] = []
  const inTurn = atMost(1)
  const [a, b] = ['a', 'b'].map((name) => work(log, name))
  const first = inTurn(a!.run)
  const second = inTurn(b!.run)
  a!.fail()
  b!.end()
  await t.rejects(first, { message: 'a' })
  t.equal(await second, 'b')
  t.equal(await inTurn(async () => 'c'), 'c', 'and the next')
})

t.test(
  'it is calm when nobody waits, and again after each crowd',
  async (t) => {
    const inTurn = atMost(1)
    await inTurn.calm()
    for (const round of [1, 2]) {
      const log: string[] = []
      const [a, b, c] = ['a', 'b', 'c'].map((name) => work(log, name))
      void inTurn(a!.run)
      await inTurn.calm()
      for (const each of [b, c]) void inTurn(each!.run)
      let calm = false
      void inTurn.calm().then(() => (calm = true))
      a!.end()
      await turn()
      t.equal(calm, false, `crowd ${round}: c waits`)
      b!.end()
      await turn()
      t.equal(calm, true)
      t.strictSame(log, ['a', 'b', 'c'])
      c!.end()
      await turn()
    }
  },
)
