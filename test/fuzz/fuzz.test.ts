import fc from 'fast-check'
import t from 'tap'
import { fuzz, total } from './fuzz.ts'
import { LIMITS, target } from './target.ts'
import { targets } from './targets.ts'

/** A prefix of `npm run fuzz -- --runs 1000000`. */
const RUNS = 2_500

// A busy machine takes longer; what is judged is the CPU.
t.setTimeout(300_000)

for (const { name } of targets)
  t.test(`hostile input: ${name}`, async (t) => {
    const share = targets.find((each) => each.name === name)!.share
    const shares = targets.reduce((sum, each) => sum + each.share, 0)
    const found = await fuzz({
      runs: Math.ceil((RUNS * share) / shares),
      seed: 1,
      only: name,
    })
    const { inputs, handled, refused, slowest, largest } = total(found)
    t.equal(handled + refused, inputs)
    t.ok(inputs > 0)
    t.ok(handled > 0, 'some of it is good')
    t.ok(slowest <= LIMITS.cpuMs)
    t.ok(largest <= LIMITS.bytes)
  })

t.test('a bad input is told with its seed, and found again', async (t) => {
  const bad = target('bad', fc.array(fc.nat(9)), (digits) => {
    if (digits.includes(7)) throw new Error('it crashed')
    return 'handled'
  })
  const told = await bad.check({ runs: 1_000, seed: 5 }).catch(String)
  t.match(told, 'bad: Error: it crashed')
  t.match(told, 'input: [[7]]', 'shrunk')
  const [, seed, path] = /--seed (\S+) --path (\S+)/.exec(String(told))!
  const again = await bad
    .check({ runs: 1, seed: Number(seed), path: path! })
    .catch(String)
  t.match(again, 'input: [[7]]')
})

t.test(
  'what is slow, large or refused without a reason is found',
  async (t) => {
    const spin = target('slow', fc.constant(0), () => {
      const used = (): number => process.threadCpuUsage().user / 1000
      const end = used() + 150
      while (used() < end) Math.sqrt(2)
      return 'handled'
    })
    const kept: unknown[] = []
    const eat = target('large', fc.constant(0), () => {
      kept.push(Buffer.alloc(60 * 2 ** 20))
      return 'handled'
    })
    const mute = target('mute', fc.constant(0), () => ({ refused: '' }))
    const once = { runs: 1, seed: 1 }
    await t.rejects(eat.check(once), /MiB/)
    await t.rejects(mute.check(once), /without a reason/)
    await t.rejects(spin.check(once), /ms of CPU/)
  },
)
