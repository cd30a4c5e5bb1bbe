import { isDeepStrictEqual } from 'node:util'
import { ClusterError } from '../cluster.ts'
import type { JsonPatch } from '../cluster.ts'

type Container = Record<string, unknown> | unknown[]

/**
 * A copy of `document` with `patch` applied (RFC 6902).
 * Rejects as the API server does: `Conflict` for a `test` that does not hold,
 * `Invalid` for a path that is not there.
 */
export const applyJsonPatch = <T>(document: T, patch: JsonPatch): T => {
  const root = { '': structuredClone(document) as unknown }
  for (const operation of patch) apply(root, operation)
  return root[''] as T
}

const apply = (root: Container, operation: JsonPatch[number]): void => {
  const keys = parsePointer(operation.path)
  const last = keys.pop() as string
  const parent = keys.reduce<unknown>(step, root)
  if (operation.op === 'test') return test(parent, last, operation)
  if (!isContainer(parent)) throw missing(operation)
  if (operation.op === 'add') return add(parent, last, operation)
  if (step(parent, last) === undefined) throw missing(operation)
  if (operation.op === 'remove') remove(parent, last)
  else set(parent, last, structuredClone(operation.value))
}

const parsePointer = (path: string): string[] => {
  if (path !== '' && !path.startsWith('/'))
    throw new ClusterError('Invalid', `invalid JSON pointer "${path}"`)
  return path
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

const isContainer = (value: unknown): value is Container =>
  typeof value === 'object' && value !== null

const step = (value: unknown, key: string): unknown => {
  if (!isContainer(value)) return undefined
  if (Array.isArray(value))
    return /^(0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined
  return Object.hasOwn(value, key) ? value[key] : undefined
}

const test = (
  parent: unknown,
  key: string,
  operation: { path: string; value?: unknown },
): void => {
  const found = step(parent, key)
  if (isDeepStrictEqual(found ?? null, plain(operation.value) ?? null)) return
  throw new ClusterError(
    'Conflict',
    `testing value ${operation.path} failed: test failed`,
  )
}

const plain = (value: unknown): unknown =>
  value === undefined
    ? undefined
    : (JSON.parse(JSON.stringify(value)) as unknown)

const add = (
  parent: Container,
  key: string,
  operation: { path: string; value?: unknown },
): void => {
  const value = structuredClone(operation.value)
  if (!Array.isArray(parent)) return set(parent, key, value)
  const index = key === '-' ? parent.length : Number(key)
  if (!Number.isInteger(index) || index < 0 || index > parent.length)
    throw missing({ op: 'add', path: operation.path })
  parent.splice(index, 0, value)
}

const set = (parent: Container, key: string, value: unknown): void => {
  if (Array.isArray(parent)) parent[Number(key)] = value
  else parent[key] = value
}

const remove = (parent: Container, key: string): void => {
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete parent[key]
}

const missing = (operation: { op: string; path: string }): ClusterError =>
  new ClusterError(
    'Invalid',
    `${operation.op} operation does not apply: doc is missing path: ` +
      `"${operation.path}": missing value`,
  )
