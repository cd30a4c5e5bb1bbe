import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const BINARIES = ['etcd', 'kube-apiserver', 'kube-controller-manager']

/** Where the binaries are: `TEST_ASSETS`, else what the cluster build made. */
export const assets = (): string =>
  process.env['TEST_ASSETS'] ?? join(homedir(), '.cache/knative-rig/bin')

/** Why no API server can be started here; `undefined` when one can. */
export const whyNoApiServer = (): string | undefined => {
  const missing = BINARIES.filter((name) => !existsSync(join(assets(), name)))
  return missing.length === 0
    ? undefined
    : `no ${missing[0]}, run npm run cluster:build`
}

/** A running API server, reached as an administrator. */
export interface TestApiServer {
  server: string
  ca: string
  token: string
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
  namespace(): Promise<string>
  stop(): Promise<void>
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
  const start = (name: string, args: string[]) =>
    run(folder, name, args).then((child) => void running.push(child))
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
    const server = `https://127.0.0.1:${port}`
    const ca = await untilThere(join(folder, 'certs/apiserver.crt'))
    const raw = requester(server, ca, token)
    await until(async () => (await raw('GET', '/readyz')).status === 200)
    const kubeconfig = await writeKubeconfig(folder, server, token)
    await start('kube-controller-manager', controllerFlags(folder, kubeconfig))
    const namespace = () => newNamespace(raw)
    return { server, ca, token, kubeconfig, raw, namespace, stop }
  } catch (error) {
    const log = await readFile(
      join(folder, 'kube-apiserver.log'),
      'utf8',
    ).catch(() => '')
    await stop()
    throw new Error(`no API server: ${log.slice(-2000)}`, { cause: error })
  }
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
  (server: string, ca: string, token: string): Raw =>
  (method, path, body, contentType = 'application/json') =>
    new Promise((resolve, reject) => {
      const sending = body === undefined ? '' : JSON.stringify(body)
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': contentType,
        'content-length': Buffer.byteLength(sending),
      }
      const options = { method, ca, headers, timeout: 10_000 }
      const sent = request(server + path, options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve({ status: response.statusCode ?? 0, body: parsed(text) })
        })
      })
      sent.on('error', reject)
      sent.end(sending)
    })

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

const newNamespace = async (raw: Raw): Promise<string> => {
  const name = `test-${randomUUID().slice(0, 8)}`
  await raw('POST', '/api/v1/namespaces', { metadata: { name } })
  const account = `/api/v1/namespaces/${name}/serviceaccounts/default`
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

const untilThere = async (path: string): Promise<string> => {
  await until(() => Promise.resolve(existsSync(path)))
  return readFileSync(path, 'utf8')
}
