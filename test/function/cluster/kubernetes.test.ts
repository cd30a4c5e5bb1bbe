import t from 'tap'
import type { Test } from 'tap'
import { KubernetesCluster } from '../../../function/cluster/kubernetes.ts'
import { apiServer, whyNoApiServer } from '../../apiserver.ts'
import type { TestApiServer } from '../../apiserver.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { CONTRACT } from './contract.ts'
import type { Rig } from './contract.ts'

type Check = (
  t: Test,
  server: TestApiServer,
  cluster: KubernetesCluster,
) => Promise<unknown>

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

/** What the in-memory cluster has other means for. */
const REAL: Record<string, Check> = {
  'over a quota it is QuotaExceeded': async (t, server, cluster) => {
    const ns = await server.namespace()
    const quotas = `/api/v1/namespaces/${ns}/resourcequotas`
    const hard = { 'count/configmaps': '2' }
    await server.raw('POST', quotas, {
      metadata: { name: 'q' },
      spec: { hard },
    })
    const codes: string[] = []
    // It counts from when the quota's controller has seen it.
    for (let attempt = 0; attempt < 100; attempt++) {
      const metadata = { generateName: 'a-', namespace: ns }
      const made = cluster.create('ConfigMap', { metadata })
      codes.push(
        await made.then(
          () => '',
          ({ code }) => String(code),
        ),
      )
      if (codes.at(-1) !== '') break
      await sleep(100)
    }
    t.equal(codes.at(-1), 'QuotaExceeded')
  },

  'a list of several pages': async (t, server) => {
    const ns = await server.namespace()
    const paged = new KubernetesCluster(server.connection, { pageSize: 2 })
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await paged.create('ConfigMap', {
        metadata: { name, namespace: ns, labels: { paged: 'yes' } },
      })
    const labelSelector = 'paged=yes'
    const { items } = await paged.list('ConfigMap', ns, { labelSelector })
    t.equal(items.map(({ metadata }) => metadata?.name).join(''), 'abcde')
    paged.close()
  },

  'a wrong token is Unavailable: a good one may follow': async (t, server) => {
    const refused = new KubernetesCluster({
      ...server.connection,
      tls: { ca: server.connection.tls.ca ?? [] },
      authorization: () => Promise.resolve('Bearer wrong'),
    })
    await t.rejects(refused.list('Job', 'default'), { code: 'Unavailable' })
    refused.close()
  },

  'a server that is not to be trusted is Unavailable': async (t, server) => {
    const strange = new KubernetesCluster({ ...server.connection, tls: {} })
    await t.rejects(strange.list('Job', 'default'), { code: 'Unavailable' })
    strange.close()
  },
}

const reason = whyNoApiServer()

if (reason === undefined) await onApiServer()
else t.pass('the contract on a real API server', { skip: reason })

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
  for (const [name, check] of Object.entries(REAL))
    void t.test(name, { buffered: true }, async (t) => {
      await check(t, server, cluster)
    })
}
