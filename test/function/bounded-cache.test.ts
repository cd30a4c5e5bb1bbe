import t from 'tap'
import { boundedCache } from '../../function/bounded-cache.ts'

t.test('what was used least recently goes first', async (t) => {
  const cache = boundedCache<string>(3_500)
  for (const key of ['a', 'b', 'c']) cache.set(key, key.toUpperCase(), 1_000)
  t.equal(cache.get('a'), 'A')
  cache.set('d', 'D', 1_000)
  t.equal(cache.get('b'), undefined)
  t.strictSame(['a', 'c', 'd'].map(cache.get), ['A', 'C', 'D'])
})

t.test('many without any size are not kept for ever', async (t) => {
  const cache = boundedCache<number>(1_000)
  for (let key = 0; key < 100; key += 1) cache.set(String(key), key, 0)
  t.equal(cache.get('0'), undefined)
  t.equal(cache.get('99'), 99)
})

t.test(
  'what is too large is not kept, and what is kept is not changed',
  async (t) => {
    const cache = boundedCache<string>(1_000)
    cache.set('a', 'first', 1)
    cache.set('large', 'x', 1_000)
    t.equal(cache.get('large'), undefined)
    cache.set('a', 'second', 1)
    t.equal(cache.get('a'), 'first')
  },
)
