import { readFileSync } from 'node:fs'
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
export const connect = async (env: NodeJS.ProcessEnv): Promise<Connection> => {
  if (isInCluster(env)) return inCluster(env)
  // What reads kubeconfigs is large, and a pod has no use for it.
  const { fromKubeconfig } = await import('./kubeconfig.ts')
  return fromKubeconfig(env['KUBECONFIG'])
}

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
  // They are in memory, and Node's promises of files take 2 ms to be loaded.
  const read = (file: string): string =>
    readFileSync(join(folder, file), 'utf8')
  const namespace = (): string | undefined => {
    try {
      return read('namespace').trim() || undefined
    } catch {
      return undefined
    }
  }
  const token = cached(async () => {
    const text = read('token')
    return `Bearer ${text.trim()}`
  })
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    tls: { ca: read('ca.crt') },
    authorization: token,
    namespace: namespace(),
  }
}

/** Reads again after a minute, or when what it read was refused. */
export const cached = (
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
