import type { Connection } from './connection.ts'
import { errorOf } from './kubernetes/errors.ts'
import { parseJson, Transport } from './kubernetes/transport.ts'

const TIMEOUT_MS = 10_000

/**
 * The values of a Secret; none when there is no such Secret. Rejects with
 * `ClusterError` when they cannot be read.
 */
export type SecretValues = (
  namespace: string,
  name: string,
) => Promise<Uint8Array[]>

/**
 * Reads Secrets from the API server, to take their values out of logs. It is
 * no part of the cluster port: nothing else may ever read one.
 */
export const secretReader = (connection: Connection): SecretValues => {
  const transport = new Transport(connection, TIMEOUT_MS)
  return async (namespace, name) => {
    const { status, text } = await transport.send({
      method: 'GET',
      url: `${connection.server}/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`,
      headers: { 'User-Agent': 'job-executor-function' },
    })
    if (status !== 200) {
      const error = errorOf(status, text)
      if (error.code === 'NotFound') return []
      throw error
    }
    const { data } = parseJson(text) as { data?: Record<string, string> }
    return Object.values(data ?? {}).map((value) =>
      Buffer.from(value, 'base64'),
    )
  }
}
