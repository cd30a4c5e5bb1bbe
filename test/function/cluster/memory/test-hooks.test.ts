import t from 'tap'
import { ClusterError } from '../../../../function/cluster/cluster.ts'
import type { WatchEvent } from '../../../../function/cluster/cluster.ts'
import { MemoryCluster } from '../../../../function/cluster/memory.ts'
import type { Call } from '../../../../function/cluster/memory.ts'
import { VirtualClock } from '../../../virtual-clock.ts'

const MAP = { metadata: { name: 'a', namespace: 'ns' } }
const JOB = {
  metadata: { name: 'a', namespace: 'ns' },
  spec: {
    template: {
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'main', image: 'a' }],
      },
    },
  },
}

const away = () => new ClusterError('Unavailable', 'away')

const made = () => {
  const clock = new VirtualClock()
  return { clock, cluster: new MemoryCluster({ clock }) }
}

t.test('a fault before the effect leaves no effect', async (t) => {
  const { cluster } = made()
  cluster.fault = (_, phase) => {
    if (phase === 'before') throw away()
  }
  await t.rejects(cluster.create('ConfigMap', MAP), { code: 'Unavailable' })
  t.same(cluster.objects('ConfigMap'), [])
})

t.test('a fault after the effect leaves the effect', async (t) => {
  const { cluster } = made()
  cluster.fault = (_, phase) => {
    if (phase === 'after') throw away()
  }
  await t.rejects(cluster.create('ConfigMap', MAP), { code: 'Unavailable' })
  t.equal(cluster.objects('ConfigMap').length, 1)
})

t.test('a fault sees the call, and may take its time', async (t) => {
  const { clock, cluster } = made()
  const calls: Call[] = []
  cluster.fault = (call, phase) => {
    if (phase === 'after') return
    calls.push(call)
    return new Promise<void>((resolve) => clock.after(100, resolve))
  }
  const creation = cluster.create('ConfigMap', MAP, { dryRun: true })
  await clock.advance(50)
  t.match(calls, [
    {
      verb: 'create',
      kind: 'ConfigMap',
      namespace: 'ns',
      name: 'a',
      dryRun: true,
    },
  ])
  await clock.advance(50)
  await creation
})

t.test('calls are counted', async (t) => {
  const { cluster } = made()
  await cluster.create('ConfigMap', MAP)
  await cluster.get('ConfigMap', 'ns', 'a')
  await cluster.get('ConfigMap', 'ns', 'a')
  t.same(cluster.counts(), { 'create ConfigMap': 1, 'get ConfigMap': 2 })
  cluster.resetCounts()
  t.same(cluster.counts(), {})
})

t.test('admission refuses what is created, also pods of Jobs', async (t) => {
  const { clock, cluster } = made()
  cluster.admit = (kind) => {
    if (kind === 'ConfigMap')
      throw new ClusterError('QuotaExceeded', 'exceeded quota')
    if (kind === 'Pod') throw new ClusterError('Forbidden', 'no pods')
  }
  await t.rejects(cluster.create('ConfigMap', MAP), { code: 'QuotaExceeded' })
  await cluster.create('Job', JOB)
  await clock.advance(10_000)
  const failed = cluster
    .objects('Event')
    .filter(({ reason }) => reason === 'FailedCreate')
  t.match(failed, [{ message: 'Error creating: no pods', count: 4 }])
  cluster.admit = undefined
  await clock.advance(10_000)
  t.equal(cluster.objects('Pod').length, 1, 'it is tried again')
})

t.test('a container can be made to wait', async (t) => {
  const { clock, cluster } = made()
  await cluster.create('Job', JOB)
  await clock.advance(100)
  const [pod] = cluster.objects('Pod')
  const name = pod?.metadata?.name ?? ''
  cluster.setWaiting('ns', name, 'main', 'ImagePullBackOff', 'no image')
  t.match(cluster.objects('Pod')[0]?.status?.containerStatuses, [
    { name: 'main', state: { waiting: { reason: 'ImagePullBackOff' } } },
  ])
})

t.test('a bookmark comes some time after other changes', async (t) => {
  const { clock, cluster } = made()
  const events: WatchEvent<unknown>[] = []
  const { signal } = new AbortController()
  const { resourceVersion } = await cluster.list('Job', 'ns')
  void (async () => {
    const options = { resourceVersion, signal }
    for await (const event of cluster.watch('Job', 'ns', options))
      events.push(event)
  })()
  await clock.advance(120_000)
  t.same(events, [], 'none while nothing changes')
  const { metadata } = await cluster.create('ConfigMap', MAP)
  await clock.advance(60_000)
  t.same(events, [
    { type: 'BOOKMARK', resourceVersion: metadata?.resourceVersion },
  ])
  t.equal(clock.pending, 0)
})

t.test('watches end when the server closes them', async (t) => {
  const { clock, cluster } = made()
  const options = { resourceVersion: '0', signal: new AbortController().signal }
  const watch = cluster.watch('Job', 'ns', options)
  const next = watch.next()
  await clock.advance(0)
  cluster.closeWatches()
  t.same(await next, { done: true, value: undefined })
})

t.test('what is handed out cannot be changed', async (t) => {
  const { cluster } = made()
  const given = structuredClone(MAP)
  const created = await cluster.create('ConfigMap', given)
  t.throws(() => (created.data = { a: '1' }), TypeError)
  given.metadata.name = 'b'
  t.equal((await cluster.get('ConfigMap', 'ns', 'a')).data, undefined)
})

t.test('the same seed gives the same names', async (t) => {
  const name = async () => {
    const { cluster } = made()
    const generated = { metadata: { generateName: 'a-', namespace: 'ns' } }
    const { metadata } = await cluster.create('ConfigMap', generated)
    return [metadata?.name, metadata?.uid]
  }
  t.same(await name(), await name())
})

t.test('a closed cluster does nothing more', async (t) => {
  const { clock, cluster } = made()
  await cluster.create('Job', JOB)
  const options = { resourceVersion: '0', signal: new AbortController().signal }
  const watch = cluster.watch('Pod', 'ns', options)
  const next = watch.next()
  await clock.advance(0)
  cluster.close()
  t.equal(clock.pending, 0)
  t.same(await next, { done: true, value: undefined })
  await clock.advance(1000)
  t.same(cluster.objects('Pod'), [])
})
