import t from 'tap'
import { ClusterError } from '../../../function/cluster/cluster.ts'
import { MemoryCluster } from '../../../function/cluster/memory.ts'
import { VirtualClock } from '../../virtual-clock.ts'
import { CONTRACT } from './contract.ts'
import type { Rig } from './contract.ts'

const memoryRig = (): Rig => {
  const clock = new VirtualClock({ seed: 1 })
  const namespaces = Array.from({ length: 10 }, (_, index) => `ns-${index}`)
  const restricted = new Set<string>()
  const cluster = new MemoryCluster({ clock, namespaces })
  cluster.admit = (kind, { metadata }) => {
    if (kind !== 'Pod' || !restricted.has(metadata?.namespace ?? '')) return
    throw new ClusterError(
      'Forbidden',
      `pods "${metadata?.name}" is forbidden: violates PodSecurity`,
    )
  }
  return {
    cluster,
    namespace: (options = {}) => {
      const name = namespaces.shift() ?? ''
      if (options.restricted) restricted.add(name)
      return Promise.resolve(name)
    },
    setPodStatus: (namespace, name, status) => {
      cluster.setPodStatus(namespace, name, status)
      return Promise.resolve()
    },
    pass: (ms) => clock.advance(ms),
    compact: () => Promise.resolve(cluster.compact()),
  }
}

for (const [name, check] of Object.entries(CONTRACT))
  void t.test(name, async (t) => {
    await check(t, memoryRig())
  })
