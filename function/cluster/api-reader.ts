import { ClusterError } from './cluster.ts'
import type { Connection } from './connection.ts'
import { parseJson, Transport } from './kubernetes/transport.ts'

const TIMEOUT_MS = 10_000

/**
 * Reads the JSON at a path of the API server. Rejects with a `ClusterError`
 * (`Unavailable`) when there is none to be had.
 */
export type ReadJson = (path: string) => Promise<unknown>

/** For what is no object of the cluster: the issuer of tokens and its keys. */
export const apiReader = (connection: Connection): ReadJson => {
  const transport = new Transport(connection, TIMEOUT_MS)
  return async (path) => {
    const { status, text } = await transport.send({
      method: 'GET',
      url: connection.server + path,
      headers: { 'User-Agent': 'job-executor-function' },
    })
    if (status !== 200)
      throw new ClusterError(
        'Unavailable',
        `the API server answers ${status} to GET ${path}; it needs the ClusterRole system:service-account-issuer-discovery`,
      )
    return parseJson(text)
  }
}
