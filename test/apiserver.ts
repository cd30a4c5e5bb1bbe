import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import type { RequestOptions } from 'node:https'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '../function/cluster/connection.ts'
import { fromKubeconfig } from '../function/cluster/kubeconfig.ts'

const BINARIES = ['etcd', 'kube-apiserver', 'kube-controller-manager']

/** Where the binaries are: `TEST_ASSETS`, else what the cluster build made. */
export const assets = (): string =>
  process.env['TEST_ASSETS'] ?? join(homedir(), '.cache/knative-rig/bin')

const missingBinary = (): string | undefined =>
  BINARIES.find((name) => !existsSync(join(assets(), name)))

/** Why there is no API server to test on; `undefined` when there is one. */
export const whyNoApiServer = (): string | undefined => {
  const missing = missingBinary()
  return missing === undefined || process.env['KUBECONFIG']
    ? undefined
    : `no ${missing}, run npm run cluster:build`
}

/** A running API server, reached as an administrator. */
export interface TestApiServer {
  connection: Connection
  /** A kubeconfig file for it. */
  kubeconfig: string
  /** A request as it is; answers the status and the parsed body. */
  raw(
    method: string,
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<{ status: number; body: unknown }>
  /** A new namespace in which pods can be made. */
  namespace(labels?: Record<string, string>): Promise<string>
  /** Makes etcd forget old versions; absent for a cluster not started here. */
  compact?(): Promise<void>
  stop(): Promise<void>
}

/**
 * An API server to test on: started from the binaries, or, where there are
 * none, the one that `KUBECONFIG` names. Tests make namespaces of their own.
 */
export const apiServer = (): Promise<TestApiServer> =>
  missingBinary() === undefined
    ? startApiServer()
    : existingApiServer(process.env['KUBECONFIG'] ?? '')

const existingApiServer = async (
  kubeconfig: string,
): Promise<TestApiServer> => {
  const connection = await fromKubeconfig(kubeconfig)
  return testApiServer(connection, kubeconfig, () => Promise.resolve())
}

const testApiServer = (
  connection: Connection,
  kubeconfig: string,
  stop: () => Promise<void>,
): TestApiServer => {
  const raw = requester(connection)
  const made: string[] = []
  return {
    connection,
    kubeconfig,
    raw,
    namespace: async (labels = {}) => {
      const name = await newNamespace(raw, labels)
      made.push(name)
      return name
    },
    stop: async () => {
      for (const name of made) await raw('DELETE', `${NAMESPACES}/${name}`)
      await stop()
    },
  }
}

/**
 * Starts etcd, kube-apiserver and kube-controller-manager on loopback, with
 * the controllers that Jobs need. There is no scheduler and no kubelet: pods
 * stay Pending until a test writes their status.
 */
export const startApiServer = async (): Promise<TestApiServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'apiserver-'))
  const [client, peer, port] = await freePorts(3)
  const running: ChildProcess[] = []
  const start = async (name: string, args: string[]) =>
    void running.push(await run(folder, name, args))
  const stop = async () => {
    for (const child of running.reverse()) await end(child)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const etcd = `http://127.0.0.1:${client}`
    await start('etcd', etcdFlags(folder, etcd, `http://127.0.0.1:${peer}`))
    const token = randomUUID()
    await writeKeys(folder, token)
    await start('kube-apiserver', apiServerFlags(folder, etcd, port!))
    await untilThere(join(folder, 'certs/apiserver.crt'))
    const server = `https://127.0.0.1:${port}`
    const kubeconfig = await writeKubeconfig(folder, server, token)
    const connection = await fromKubeconfig(kubeconfig)
    const started = testApiServer(connection, kubeconfig, stop)
    await until(
      async () => (await started.raw('GET', '/readyz')).status === 200,
    )
    await start('kube-controller-manager', controllerFlags(folder, kubeconfig))
    return { ...started, stop, compact: () => compact(etcd) }
  } catch (error) {
    const file = join(folder, 'kube-apiserver.log')
    const log = await readFile(file, 'utf8').catch(() => '')
    await stop()
    throw new Error(`no API server: ${log.slice(-2000)}`, { cause: error })
  }
}

/** Over etcd's JSON gateway, up to the newest revision. */
const compact = async (etcd: string): Promise<void> => {
  const post = (path: string, body: unknown) =>
    fetch(etcd + path, { method: 'POST', body: JSON.stringify(body) })
  const range = await post('/v3/kv/range', { key: 'AA==', count_only: true })
  const { header } = (await range.json()) as { header: { revision: string } }
  const done = await post('/v3/kv/compaction', { revision: header.revision })
  if (!done.ok) throw new Error(await done.text())
}

const etcdFlags = (folder: string, url: string, peer: string): string[] => [
  `--data-dir=${folder}/etcd`,
  '--unsafe-no-fsync',
  '--log-level=error',
  `--listen-client-urls=${url}`,
  `--advertise-client-urls=${url}`,
  `--listen-peer-urls=${peer}`,
  `--initial-advertise-peer-urls=${peer}`,
  `--initial-cluster=default=${peer}`,
]

const apiServerFlags = (
  folder: string,
  etcd: string,
  port: number,
): string[] => [
  `--etcd-servers=${etcd}`,
  '--bind-address=127.0.0.1',
  '--advertise-address=127.0.0.1',
  '--endpoint-reconciler-type=none',
  `--secure-port=${port}`,
  `--cert-dir=${folder}/certs`,
  '--service-cluster-ip-range=10.0.0.0/24',
  '--allow-privileged',
  '--authorization-mode=RBAC',
  `--token-auth-file=${folder}/tokens.csv`,
  '--service-account-issuer=https://kubernetes.default.svc',
  `--service-account-key-file=${folder}/sa.key`,
  `--service-account-signing-key-file=${folder}/sa.key`,
]

const controllerFlags = (folder: string, kubeconfig: string): string[] => [
  `--kubeconfig=${kubeconfig}`,
  '--leader-elect=false',
  '--bind-address=127.0.0.1',
  '--secure-port=0',
  `--service-account-private-key-file=${folder}/sa.key`,
  '--concurrent-gc-syncs=5',
  '--controllers=job-controller,garbage-collector-controller,' +
    'ttl-after-finished-controller,namespace-controller,' +
    'serviceaccount-controller,resourcequota-controller',
]

const run = async (
  folder: string,
  name: string,
  args: string[],
): Promise<ChildProcess> => {
  const log = await open(join(folder, `${name}.log`), 'w')
  const child = spawn(join(assets(), name), args, {
    stdio: ['ignore', log.fd, log.fd],
  })
  child.on('error', () => undefined)
  // A test that is cut short leaves nothing running.
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  await log.close()
  return child
}

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.pid === undefined) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })

const freePorts = async (count: number): Promise<number[]> => {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer()
          server.listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  return Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          const { port } = server.address() as AddressInfo
          server.close(() => resolve(port))
        }),
    ),
  )
}

const writeKeys = async (folder: string, token: string): Promise<void> => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'sec1', format: 'pem' })
  await writeFile(join(folder, 'sa.key'), pem, { mode: 0o600 })
  await writeFile(
    join(folder, 'tokens.csv'),
    `${token},admin,admin,"system:masters"\n`,
    { mode: 0o600 },
  )
}

const writeKubeconfig = async (
  folder: string,
  server: string,
  token: string,
): Promise<string> => {
  const path = join(folder, 'kubeconfig')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [
      {
        name: 'test',
        cluster: {
          server,
          'certificate-authority': join(folder, 'certs/apiserver.crt'),
        },
      },
    ],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
  }
  await writeFile(path, JSON.stringify(config), { mode: 0o600 })
  return path
}

type Raw = TestApiServer['raw']

const requester =
  ({ server, tls, authorization }: Connection): Raw =>
  async (method, path, body, contentType = 'application/json') => {
    const sending = body === undefined ? '' : JSON.stringify(body)
    const allowed = await authorization()
    const headers = {
      ...(allowed === undefined ? {} : { authorization: allowed }),
      'content-type': contentType,
      'content-length': Buffer.byteLength(sending),
    }
    const options = { ...tls, method, headers, timeout: 10_000 }
    return exchange(server + path, options, sending)
  }

const exchange = (
  url: string,
  options: RequestOptions,
  body: string,
): Promise<{ status: number; body: unknown }> =>
  new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode ?? 0, body: parsed(text) })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

const NAMESPACES = '/api/v1/namespaces'

const newNamespace = async (
  raw: Raw,
  labels: Record<string, string>,
): Promise<string> => {
  const name = `test-${randomUUID().slice(0, 8)}`
  await raw('POST', NAMESPACES, { metadata: { name, labels } })
  const account = `${NAMESPACES}/${name}/serviceaccounts/default`
  await until(async () => (await raw('GET', account)).status === 200)
  return name
}

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (await holds().catch(() => false)) return
    await sleep(100)
  }
  throw new Error('it did not come true within a minute')
}

const untilThere = (path: string): Promise<void> =>
  until(() => Promise.resolve(existsSync(path)))
