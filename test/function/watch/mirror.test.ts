import t from 'tap'
import {
  ClusterError,
  type ConfigMap,
} from '../../../function/cluster/cluster.ts'
import { MemoryCluster } from '../../../function/cluster/memory.ts'
import { noLog } from '../../../function/log.ts'
import { mirror } from '../../../function/watch/mirror.ts'
import { VirtualClock } from '../../virtual-clock.ts'

const given = () => {
  const clock = new VirtualClock()
  const cluster = new MemoryCluster({ clock, delays: { bookmark: 1000 } })
  const stop = new AbortController()
  let seen = new Map<string, ConfigMap>()
  let changes = 0
  const left: string[] = []
  const end = mirror({
    cluster,
    clock,
    log: noLog,
    kind: 'ConfigMap',
    namespace: 'jobs',
    selection: { labelSelector: 'mine' },
    left: ({ metadata, data }) => left.push(`${metadata!.name} ${data!.text}`),
    changed: (objects) => {
      seen = new Map(objects)
      changes += 1
    },
    signal: stop.signal,
  })
  const texts = () =>
    Object.fromEntries(
      [...seen.values()].map(({ metadata, data }) => [
        metadata!.name,
        data!.text,
      ]),
    )
  const create = (
    name: string,
    labels: Record<string, string> = { mine: '' },
  ) =>
    cluster.create('ConfigMap', {
      metadata: { name, namespace: 'jobs', labels },
      data: { text: 'new' },
    })
  const write = (name: string, text: string) =>
    cluster.patch('ConfigMap', 'jobs', name, [
      { op: 'replace', path: '/data/text', value: text },
    ])
  const remove = (name: string) => cluster.delete('ConfigMap', 'jobs', name)
  return {
    clock,
    cluster,
    stop,
    end,
    texts,
    left,
    create,
    write,
    remove,
    changes: () => changes,
  }
}

t.test('what is there, what changes, what goes', async (t) => {
  const { clock, stop, end, texts, left, create, write, remove } = given()
  await clock.advance(0)
  t.strictSame(texts(), {})
  await create('a')
  await create('b')
  await create('other', {})
  await clock.advance(0)
  t.strictSame(texts(), { a: 'new', b: 'new' })
  await write('a', 'newer')
  await remove('b')
  await clock.advance(0)
  t.strictSame(texts(), { a: 'newer' })
  t.strictSame(left, ['b new'])
  stop.abort()
  await end
})

t.test('it is told that nothing is there', async (t) => {
  const { clock, changes } = given()
  await clock.advance(0)
  t.equal(changes(), 1)
})

t.test('what leaves the selection is gone, and told as it was', async (t) => {
  const { clock, cluster, texts, left, create } = given()
  await create('a')
  await clock.advance(0)
  await cluster.patch('ConfigMap', 'jobs', 'a', [
    { op: 'replace', path: '/data/text', value: 'last' },
    { op: 'remove', path: '/metadata/labels/mine' },
  ])
  await clock.advance(0)
  t.strictSame(texts(), {})
  t.strictSame(left, ['a new'])
})

t.test('an object of the same name that is made anew', async (t) => {
  const { clock, texts, create, remove } = given()
  await create('a')
  await clock.advance(0)
  await remove('a')
  await create('a')
  await clock.advance(0)
  t.strictSame(texts(), { a: 'new' })
})

t.test('a watch that the server closes goes on where it was', async (t) => {
  const { clock, cluster, texts, create, write } = given()
  await clock.advance(0)
  await create('a')
  await clock.advance(0)
  cluster.compact()
  cluster.resetCounts()
  cluster.closeWatches()
  await write('a', 'meanwhile')
  await create('b')
  await clock.advance(0)
  t.strictSame(texts(), { a: 'meanwhile', b: 'new' })
  t.equal(cluster.counts()['list ConfigMap'], undefined)
})

t.test('a bookmark spares a new list', async (t) => {
  const { clock, cluster, create } = given()
  await clock.advance(0)
  await create('other', {})
  await clock.advance(2000)
  cluster.compact()
  cluster.resetCounts()
  cluster.closeWatches()
  await clock.advance(10)
  t.equal(cluster.counts()['watch ConfigMap'], 1)
  t.equal(cluster.counts()['list ConfigMap'], undefined)
})

t.test('410: it lists again and misses nothing', async (t) => {
  const { clock, cluster, texts, create, write, remove } = given()
  for (const name of ['a', 'b', 'c']) await create(name)
  await clock.advance(0)
  cluster.resetCounts()
  cluster.closeWatches()
  cluster.fault = async (call, phase) => {
    if (call.verb !== 'watch' || phase !== 'before') return
    cluster.fault = undefined
    await write('a', 'meanwhile')
    await remove('b')
    await create('d')
    cluster.compact()
  }
  await clock.advance(0)
  t.strictSame(texts(), { a: 'meanwhile', c: 'new', d: 'new' })
  t.equal(cluster.counts()['list ConfigMap'], 1, 'once, without a pause')
  await write('c', 'after')
  await clock.advance(0)
  t.match(texts(), { c: 'after' }, 'and watches on')
})

for (const verb of ['list', 'watch'] as const)
  t.test(`the ${verb} fails for a while: it misses nothing`, async (t) => {
    const { clock, cluster, texts, create, write, remove } = given()
    for (const name of ['a', 'b']) await create(name)
    await clock.advance(0)
    let away = true
    cluster.closeWatches()
    cluster.fault = async (call, phase) => {
      if (phase !== 'before' || !away) return
      if (call.verb === verb) throw new ClusterError('Unavailable', 'away')
      // So that the watch cannot go on, and a list is needed.
      if (call.verb === 'watch') cluster.compact()
    }
    await write('a', 'before')
    cluster.resetCounts()
    await clock.advance(5_500)
    await write('a', 'meanwhile')
    await remove('b')
    const tries = Number(cluster.counts()[`${verb} ConfigMap`])
    t.ok(tries >= 3 && tries <= 8, `${tries} tries in 5 seconds`)
    away = false
    await clock.advance(2_000)
    t.strictSame(texts(), { a: 'meanwhile' })
  })

for (const [name, at] of [
  ['while it watches', 0],
  ['while it waits to try again', 500],
] as const)
  t.test(`it ends when it is told: ${name}`, async (t) => {
    const { clock, cluster, stop, end } = given()
    if (at > 0)
      cluster.fault = () => {
        throw new ClusterError('Unavailable', 'away')
      }
    await clock.advance(at)
    stop.abort()
    await end
    await clock.advance(5_000)
    t.equal(clock.pending, 0)
  })
