import type { JobConfig, Task } from '../../config/model.ts'
import type { Dialect } from '../../config/schema.ts'

/** A configuration as the original's parser holds it: every field is there. */
export interface OriginalConfig {
  actions: OriginalAction[] | null
}

interface OriginalAction {
  name: string
  silent?: boolean
  events:
    { name: string; jsonpath: { property: string; match: string } }[] | null
  tasks: OriginalTask[] | null
}

interface OriginalTask {
  name: string
  files: string[] | null
  image: string
  cmd: string | string[] | null
  env: { name: string; value: string; valueFrom?: string; as?: string }[] | null
  [field: string]: unknown
}

/** What the original parsed, as our model would say it. */
export const toModel = (
  original: OriginalConfig,
  dialect: Dialect,
): JobConfig => ({
  actions: (original.actions ?? []).map((action) => ({
    name: action.name,
    silent: action.silent ?? false,
    events: (action.events ?? []).map(({ name, jsonpath }) => ({
      name,
      syntax: dialect === 'seed' ? ('glob' as const) : ('re2' as const),
      ...(jsonpath.property === '' ? {} : { jsonpath }),
    })),
    tasks: (action.tasks ?? []).map((task) => toTask(task, dialect)),
  })),
})

const toTask = (
  { cmd, env, files, ...task }: OriginalTask,
  dialect: Dialect,
): Task =>
  normalised({
    ...task,
    files: files ?? [],
    command: typeof cmd === 'string' ? split(cmd) : cmd,
    env: (env ?? []).map((entry) =>
      normalised({
        ...entry,
        name: entry.name,
        value: entry.value,
        valueFrom: dialect === 'seed' ? 'event' : entry.valueFrom,
      }),
    ),
  }) as unknown as Task

/** 0.1.x splits at every single blank; see `README.md` for a missing `cmd`. */
const split = (cmd: string): string[] | null =>
  cmd === '' ? null : cmd.split(' ')

const KEPT_EMPTY = ['name', 'image', 'value', 'valueFrom', 'files', 'env']

/**
 * Without what means *not given*: null, and what is empty, except where an
 * empty value has a meaning of its own.
 */
export const normalised = (
  fields: Record<string, unknown>,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields)
      .map(([key, value]): [string, unknown] => [key, compact(key, value)])
      .filter(
        ([key, value]) => KEPT_EMPTY.includes(key) || isGiven(key, value),
      ),
  )

/** The same inside of the structs of a task. */
const compact = (key: string, value: unknown): unknown =>
  STRUCTS.includes(key) && typeof value === 'object' && value !== null
    ? normalised({ ...value })
    : value

const STRUCTS = [
  'resources',
  'limits',
  'requests',
  'securityContext',
  'capabilities',
  'seccompProfile',
]

/** Whether a struct is there matters for these, whatever is in it. */
const PRESENT = ['resources', 'capabilities', 'seccompProfile']

const isGiven = (key: string, value: unknown): boolean => {
  if (value === null || value === undefined) return false
  if (value === '') return key === 'serviceAccount'
  if (Array.isArray(value)) return value.length > 0
  if (typeof value !== 'object' || PRESENT.includes(key)) return true
  return Object.keys(value).length > 0
}
