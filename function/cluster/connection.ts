import { readFile } from 'node:fs/promises'
import type { AgentOptions } from 'node:https'
import { join } from 'node:path'

/** How an API server is reached, and as whom. */
export interface Connection {
  /** `https://host:port`, without a path. */
  server: string
  tls: Pick<
    AgentOptions,
    'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'
  >
  /**
   * The `Authorization` header, if one is needed. Asked for often: tokens are
   * short-lived. `fresh`: the last one was refused.
   */
  authorization(fresh?: boolean): Promise<string | undefined>
  /** The namespace of the pod, or of the kubeconfig's context. */
  namespace: string | undefined
}

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'
const TOKEN_AGE_MS = 60_000

/** True in a pod that has been given the way to the API server. */
export const isInCluster = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env['KUBERNETES_SERVICE_HOST'] && env['KUBERNETES_SERVICE_PORT'])

/**
 * In a pod: by its service account, else by the kubeconfig (`KUBECONFIG`,
 * `~/.kube/config`). Rejects when neither is there.
 */
export const connect = (env: NodeJS.ProcessEnv): Promise<Connection> =>
  isInCluster(env) ? inCluster(env) : fromKubeconfig(env['KUBECONFIG'])

/**
 * By the pod's service account.
 * https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
 */
export const inCluster = async (
  env: NodeJS.ProcessEnv,
  folder = ACCOUNT,
): Promise<Connection> => {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? ''
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443'
  const token = cached(async () => {
    const text = await readFile(join(folder, 'token'), 'utf8')
    return `Bearer ${text.trim()}`
  })
  const [ca, namespace] = await Promise.all([
    readFile(join(folder, 'ca.crt'), 'utf8'),
    readFile(join(folder, 'namespace'), 'utf8').catch(() => ''),
  ])
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    tls: { ca },
    authorization: token,
    namespace: namespace.trim() || undefined,
  }
}

/**
 * By a kubeconfig's current context; without a `path` where kubectl looks.
 * The library that reads it is large: it is loaded only here.
 */
export const fromKubeconfig = async (path?: string): Promise<Connection> => {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js')
  const config = new KubeConfig()
  // With several files in KUBECONFIG the library merges them itself.
  if (path !== undefined && !path.includes(':')) config.loadFromFile(path)
  else config.loadFromDefault()
  const cluster = config.getCurrentCluster()
  if (!cluster)
    throw new Error(
      'no Kubernetes cluster: the kubeconfig has no current context; ' +
        'set KUBECONFIG or run kubectl config use-context',
    )
  const read = async (): Promise<AgentOptions & { headers?: Headers }> => {
    const options = {} as AgentOptions & { headers?: Headers }
    await config.applyToHTTPSOptions(options)
    return options
  }
  const { ca, cert, key, servername, rejectUnauthorized } = await read()
  const context = config.getContextObject(config.getCurrentContext())
  return {
    server: cluster.server.replace(/\/$/, ''),
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(servername === undefined ? {} : { servername }),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    },
    authorization: cached(async () => (await read()).headers?.Authorization),
    namespace: context?.namespace,
  }
}

interface Headers {
  Authorization?: string
}

/** Reads again after a minute, or when what it read was refused. */
const cached = (
  read: () => Promise<string | undefined>,
): Connection['authorization'] => {
  let value: Promise<string | undefined> | undefined
  let readAt = 0
  return (fresh) => {
    const now = performance.now()
    if (!value || fresh || now - readAt > TOKEN_AGE_MS) {
      readAt = now
      value = read()
      value.catch(() => (value = undefined))
    }
    return value
  }
}
