import type { AgentOptions } from 'node:https'
import { cached } from './connection.ts'
import type { Connection } from './connection.ts'

/**
 * By a kubeconfig's current context; without a `path` where kubectl looks.
 * The library that reads it is large: it is loaded when it is needed.
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
