import type { Kind } from '../cluster.ts'

/** Names of the kinds in paths and messages. */
export const RESOURCE: Record<
  Kind,
  { apiVersion: string; plural: string; full: string; title: string }
> = {
  Job: {
    apiVersion: 'batch/v1',
    plural: 'jobs',
    full: 'jobs.batch',
    title: 'Job.batch',
  },
  Pod: { apiVersion: 'v1', plural: 'pods', full: 'pods', title: 'Pod' },
  ConfigMap: {
    apiVersion: 'v1',
    plural: 'configmaps',
    full: 'configmaps',
    title: 'ConfigMap',
  },
  Event: { apiVersion: 'v1', plural: 'events', full: 'events', title: 'Event' },
}

/** The last timestamp: many are of the same second. */
let written = { second: NaN, text: '' }

/** RFC 3339 in whole seconds, as Kubernetes writes it. */
export const timestamp = (ms: number): string => {
  const second = Math.floor(ms / 1000)
  if (second !== written.second) {
    const text = new Date(ms).toISOString()
    written = { second, text: `${text.slice(0, -'.000Z'.length)}Z` }
  }
  return written.text
}

/** What remains of a value on the wire: no `undefined`, no prototypes. */
export const plain = <T>(value: T): T => measuredCopy(value).copy

/** As `plain`, with the characters of its JSON before they are escaped. */
export const measuredCopy = <T>(value: T): { copy: T; characters: number } => {
  let characters = 0
  const measured = <U>(part: U, key?: string): U => {
    if (key !== undefined) characters += key.length + QUOTES
    if (typeof part === 'string') characters += part.length + QUOTES
    else if (typeof part !== 'object' || part === null) characters += SCALAR
    // A Date, for one, says itself what it is on the wire.
    else if ('toJSON' in part && typeof part.toJSON === 'function')
      return measured(JSON.parse(JSON.stringify(part)) as U)
    else {
      characters += QUOTES
      return copyOf(part, measured)
    }
    return part
  }
  return { copy: measured(value), characters }
}

/** With a colon and a comma, and a bracket for each object. */
const QUOTES = 6
/** No number has more. */
const SCALAR = 26

/** A copy without a field. After a `delete` all who read an object are slower. */
export const without = <T extends object>(object: T, key: keyof T): T => {
  const { [key]: _, ...rest } = object
  return rest as T
}

/** Of what is stored, for who changes it deep inside. */
export const copy = <T>(value: T): T =>
  typeof value !== 'object' || value === null ? value : copyOf(value, copy)

const copyOf = <T extends object>(
  value: T,
  part: <U>(value: U, key?: string) => U,
): T => {
  if (Array.isArray(value)) {
    const list = new Array<unknown>(value.length)
    for (let at = 0; at < value.length; at += 1)
      list[at] = part(value[at]) ?? null
    return list as T
  }
  const object: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const field = part((value as Record<string, unknown>)[key], key)
    if (field === undefined) continue
    if (key === '__proto__')
      Object.defineProperty(object, key, {
        value: field,
        configurable: true,
        enumerable: true,
        writable: true,
      })
    else object[key] = field
  }
  return object as T
}

/** Whether two values are the same on the wire, whatever the order of keys. */
export const isSame = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const left = a as Record<string, unknown>
  const right = b as Record<string, unknown>
  let more = 0
  for (const key in left) {
    if (!isSame(left[key], right[key]) || !Object.hasOwn(right, key))
      return false
    more += 1
  }
  for (const _ in right) more -= 1
  return more === 0
}
