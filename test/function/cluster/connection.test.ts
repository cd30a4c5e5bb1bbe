import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import {
  connect,
  inCluster,
  isInCluster,
} from '../../../function/cluster/connection.ts'
import { fromKubeconfig } from '../../../function/cluster/kubeconfig.ts'

const ENV = {
  KUBERNETES_SERVICE_HOST: '10.0.0.1',
  KUBERNETES_SERVICE_PORT: '443',
}

void t.test('in a pod, by its service account', async (t) => {
  const folder = t.testdir({ token: 'one\n', 'ca.crt': 'CA', namespace: 'ns' })
  const { authorization, ...connection } = await inCluster(ENV, folder)
  t.same(connection, {
    server: 'https://10.0.0.1:443',
    tls: { ca: 'CA' },
    namespace: 'ns',
  })
  t.equal(await authorization(), 'Bearer one')
  await writeFile(join(folder, 'token'), 'two')
  t.equal(await authorization(), 'Bearer one', 'kept for a while')
  t.equal(await authorization(true), 'Bearer two', 'read when refused')
})

void t.test('an IPv6 address is put in brackets', async (t) => {
  const folder = t.testdir({ token: '', 'ca.crt': '' })
  const env = { ...ENV, KUBERNETES_SERVICE_HOST: 'fd00::1' }
  const connection = await inCluster(env, folder)
  t.equal(connection.server, 'https://[fd00::1]:443')
  t.equal(connection.namespace, undefined)
})

void t.test('a token that cannot be read is tried again', async (t) => {
  const folder = t.testdir({ 'ca.crt': '' })
  const { authorization } = await inCluster(ENV, folder)
  await t.rejects(authorization(), { code: 'ENOENT' })
  await writeFile(join(folder, 'token'), 'now')
  t.equal(await authorization(), 'Bearer now')
})

const kubeconfig = (user: object, context: object = {}) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1/' } }],
    users: [{ name: 'u', user }],
    contexts: [
      { name: 'test', context: { cluster: 'c', user: 'u', ...context } },
    ],
  })

void t.test('by a kubeconfig with a token', async (t) => {
  const folder = t.testdir({
    config: kubeconfig({ token: 'x' }, { namespace: 'ns' }),
  })
  const connection = await connect({ KUBECONFIG: join(folder, 'config') })
  t.equal(connection.server, 'https://127.0.0.1:1')
  t.equal(connection.namespace, 'ns')
  t.equal(await connection.authorization(), 'Bearer x')
})

void t.test('by a kubeconfig with a client certificate', async (t) => {
  const data = (text: string) => Buffer.from(text).toString('base64')
  const folder = t.testdir({
    config: kubeconfig({
      'client-certificate-data': data('CERT'),
      'client-key-data': data('KEY'),
    }),
  })
  const connection = await fromKubeconfig(join(folder, 'config'))
  t.same(connection.tls.cert, Buffer.from('CERT'))
  t.same(connection.tls.key, Buffer.from('KEY'))
  t.equal(await connection.authorization(), undefined)
})

void t.test('a kubeconfig without a context says what to do', async (t) => {
  const folder = t.testdir({
    config: JSON.stringify({ clusters: [], users: [], contexts: [] }),
  })
  await t.rejects(fromKubeconfig(join(folder, 'config')), {
    message: /no current context; set KUBECONFIG/,
  })
})

void t.test('in a cluster or not', (t) => {
  t.ok(isInCluster(ENV))
  t.notOk(isInCluster({}))
  t.end()
})
