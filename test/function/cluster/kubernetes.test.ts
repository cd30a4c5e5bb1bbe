import t from 'tap'
import { KubernetesCluster } from '../../../function/cluster/kubernetes.ts'
import { apiServer, whyNoApiServer } from '../../apiserver.ts'
import type { TestApiServer } from '../../apiserver.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { CONTRACT } from './contract.ts'
import type { Rig } from './contract.ts'

const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' }

const kubernetesRig = (
  server: TestApiServer,
  cluster: KubernetesCluster,
): Rig => ({
  cluster,
  namespace: (options = {}) =>
    server.namespace(options.restricted ? RESTRICTED : {}),
  setPodStatus: async (namespace, name, status) => {
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`
    const type = 'application/merge-patch+json'
    const answer = await server.raw('PATCH', path, { status }, type)
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  },
  pass: (ms) => sleep(ms),
  ...(server.compact ? { compact: server.compact } : {}),
})

const reason = whyNoApiServer()

if (reason === undefined) await onApiServer()
else t.pass(`the contract on a real API server, skipped: ${reason}`)

async function onApiServer(): Promise<void> {
  const server = await apiServer()
  const cluster = new KubernetesCluster(server.connection)
  t.teardown(async () => {
    cluster.close()
    await server.stop()
  })
  t.jobs = 8
  t.setTimeout(180_000)
  const rig = kubernetesRig(server, cluster)
  for (const [name, check] of Object.entries(CONTRACT))
    void t.test(name, { buffered: true }, async (t) => {
      await check(t, rig)
    })
}
