import type { JobEvent } from './event.ts'
import { escapeExpansion } from './expansion.ts'
import { jsonpath, newBudget } from './jsonpath.ts'
import type { Budget } from './jsonpath.ts'
import { eventLabels } from './labels.ts'
import type { EnvEntry, Task } from './model.ts'
import { goText, isObject, jsonText, plainNumber } from './text.ts'
import { eventView } from './view.ts'
import { yamlText } from './yaml-text.ts'

/** As in a Kubernetes container. */
export interface EnvVar {
  name: string
  value: string
}

/** As in a Kubernetes container. */
export interface EnvFromSource {
  secretRef: { name: string }
}

export interface ResolvedEnv {
  env: EnvVar[]
  envFrom: EnvFromSource[]
}

export interface EnvError {
  /** `env-jsonpath` or `env-value-from`. */
  code: string
  message: string
}

type Resolution<T> = T | { error: EnvError }

/**
 * The environment of a task's container: the entries in file order, then
 * Keptn's project, stage and service, then the event's labels. A Secret is
 * referred to as a whole. Text of the event is escaped, so that Kubernetes
 * leaves it as it is; the file's own strings may refer to variables.
 */
export const resolveEnv = (
  task: Task,
  event: JobEvent,
): Resolution<ResolvedEnv> => {
  const view = eventView(event)
  const budget = newBudget()
  const resolved: ResolvedEnv = { env: [], envFrom: [] }
  for (const entry of task.env) {
    const { name, value } = entry
    switch (entry.valueFrom) {
      case 'event': {
        const text = eventText(entry, view, budget)
        if (typeof text !== 'string') return text
        resolved.env.push({ name, value: escapeExpansion(text) })
        break
      }
      case 'secret':
        resolved.envFrom.push({ secretRef: { name } })
        break
      case 'string':
        resolved.env.push({ name, value })
        break
      default:
        return unknownValueFrom(entry)
    }
  }
  resolved.env.push(...keptnEnv(event), ...labelsEnv(event))
  return resolved
}

const eventText = (
  { name, value, as }: EnvEntry,
  view: Record<string, unknown>,
  budget: Budget,
): Resolution<string> => {
  const found = jsonpath(view, value, budget)
  if ('value' in found) return valueText(found.value, as)
  const message = `could not add env with name '${name}', value '${value}', valueFrom 'event': ${found.error}`
  return { error: { code: 'env-jsonpath', message } }
}

const unknownValueFrom = ({
  name,
  valueFrom,
}: EnvEntry): { error: EnvError } => {
  const message = `could not add env with name ${name}, unknown valueFrom ${valueFrom}: use event, secret or string`
  return { error: { code: 'env-value-from', message } }
}

/** `as` in any case; an object without it is JSON. */
const valueText = (value: unknown, as: string | undefined): string => {
  const form = as?.toLowerCase()
  if (form === 'yaml') return yamlText(value)
  if (form === 'json' || isObject(value)) return jsonText(value)
  return goText(value, plainNumber)
}

const keptnEnv = ({ data }: JobEvent): EnvVar[] =>
  ['project', 'stage', 'service'].map((key) => {
    const value = data?.[key] ?? ''
    const text = isObject(value) ? jsonText(value) : goText(value, plainNumber)
    return { name: `KEPTN_${key.toUpperCase()}`, value: escapeExpansion(text) }
  })

/** Go's upper case: one character for one, so that `ß` stays. */
const upperCase = (char: string): string => {
  const upper = char.toUpperCase()
  return [...upper].length === 1 ? upper : char
}

/** What Kubernetes takes; the original left other characters as they were. */
const labelName = (key: string): string => {
  const name = [...key.replaceAll(/[- ]/g, '_')].map(upperCase).join('')
  return `LABELS_${name.replaceAll(/[^A-Za-z0-9._-]/gu, '_')}`
}

const labelsEnv = ({ data }: JobEvent): EnvVar[] =>
  Object.entries(eventLabels(data))
    .map(([key, text]) => ({
      name: labelName(key),
      value: escapeExpansion(text),
    }))
    .sort((a, b) => compare(a.name, b.name) || compare(a.value, b.value))

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
