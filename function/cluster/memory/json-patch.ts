import { isDeepStrictEqual } from 'node:util'
import { ClusterError } from '../cluster.ts'
import type { JsonPatch } from '../cluster.ts'
import { remembered } from './remembered.ts'
import { copy } from './wire.ts'

type Container = Record<string, unknown> | unknown[]

/**
 * `document` with `patch` applied (RFC 6902). Only what is on the way to a
 * change is copied; the rest is shared.
 * The API server does not say why a patch does not apply. So one that holds a
 * `test` is a `Conflict`, whatever failed, and one without is `Invalid`.
 */
export const applyJsonPatch = <T>(document: T, patch: JsonPatch): T => {
  const root = { '': document as unknown }
  const failure = patch.some(({ op }) => op === 'test') ? 'Conflict' : 'Invalid'
  for (const operation of patch) {
    const problem = apply(root, operation)
    if (problem !== undefined) throw new ClusterError(failure, problem)
  }
  return root[''] as T
}

/** Answers what is in the way. */
const apply = (
  root: Container,
  operation: JsonPatch[number],
): string | undefined => {
  const keys = parsePointer(operation.path)
  const last = keys.at(-1)!
  const parent = keys
    .slice(0, -1)
    .reduce<unknown>(operation.op === 'test' ? step : stepInCopy, root)
  if (!isContainer(parent)) return missing(operation)
  if (operation.op === 'test') return test(parent, last, operation)
  if (operation.op === 'add') return add(parent, last, operation)
  if (operation.op === 'remove') return remove(parent, last, operation)
  return replace(parent, last, operation)
}

const parsePointer = remembered((path): readonly string[] => {
  if (path !== '' && !path.startsWith('/'))
    throw new ClusterError('Invalid', `invalid JSON pointer "${path}"`)
  return path
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
})

const isContainer = (value: unknown): value is Container =>
  typeof value === 'object' && value !== null

const step = (value: unknown, key: string): unknown => {
  if (!isContainer(value)) return undefined
  if (Array.isArray(value))
    return /^(0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined
  return Object.hasOwn(value, key) ? value[key] : undefined
}

/** Puts a copy in the place of what is there, so that it can be changed. */
const stepInCopy = (value: unknown, key: string): unknown => {
  const there = step(value, key)
  if (!isContainer(there)) return undefined
  const own = Array.isArray(there) ? [...there] : { ...there }
  set(value as Container, key, own)
  return own
}

const test = (
  parent: Container,
  key: string,
  operation: { path: string; value?: unknown },
): string | undefined =>
  isDeepStrictEqual(step(parent, key) ?? null, operation.value ?? null)
    ? undefined
    : `testing value ${operation.path} failed: test failed`

const add = (
  parent: Container,
  key: string,
  operation: { op: string; path: string; value?: unknown },
): string | undefined => {
  const value = copy(operation.value)
  if (!Array.isArray(parent)) return set(parent, key, value)
  const index = key === '-' ? parent.length : Number(key)
  if (!Number.isInteger(index) || index < 0 || index > parent.length)
    return missing(operation)
  parent.splice(index, 0, value)
  return undefined
}

/** Of an object, Kubernetes replaces also a key that is not there. */
const replace = (
  parent: Container,
  key: string,
  operation: { op: string; path: string; value?: unknown },
): string | undefined =>
  Array.isArray(parent) && step(parent, key) === undefined
    ? missing(operation)
    : set(parent, key, copy(operation.value))

const set = (parent: Container, key: string, value: unknown): undefined => {
  if (Array.isArray(parent)) parent[Number(key)] = value
  else parent[key] = value
}

const remove = (
  parent: Container,
  key: string,
  operation: { op: string; path: string },
): string | undefined => {
  if (step(parent, key) === undefined) return missing(operation)
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete parent[key]
  return undefined
}

const missing = (operation: { op: string; path: string }): string =>
  `${operation.op} operation does not apply: missing path "${operation.path}"`
