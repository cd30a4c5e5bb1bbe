import { hash as digest } from 'node:crypto'

/** One installation of the function; two of them share nothing. */
export interface Instance {
  namespace: string
  name: string
}

const hash = (text: string, length: number): string =>
  digest('sha256', text).slice(0, length)

/**
 * The id of the run for an event: the same event gives the same id, another
 * installation another. 20 hex digits.
 */
export const runId = (
  instance: Instance,
  event: { source: string; id: string },
): string =>
  hash(
    JSON.stringify([instance.namespace, instance.name, event.source, event.id]),
    20,
  )

/** Value of the instance label; 16 hex digits. */
export const instanceId = (instance: Instance): string =>
  hash(JSON.stringify([instance.namespace, instance.name]), 16)

/** Value of the sequence label; 32 hex digits. */
export const sequenceId = (context: string, stage: string): string =>
  hash(JSON.stringify([context, stage]), 32)

const HEAD_PREFIX = 'run-'

export const headName = (run: string): string => HEAD_PREFIX + run

/** The run of a head: its label may have been edited, its name cannot be. */
export const runOfHead = (name: string): string =>
  name.slice(HEAD_PREFIX.length)

/** `spec`: hash of what the job watch is made of: another has another name. */
export const watchName = (instance: Instance, spec: string): string =>
  `job-watch-${instanceId(instance)}-${spec.slice(0, 8)}`

export const bundleName = (run: string, content: string): string =>
  `bundle-${run}-${hash(content, 16)}`

/** Where a task stands: 0-based action (of all in the file) and task. */
export interface Place {
  action: number
  task: number
}

/** `A-T`, 1-based, as it ends a task's Job name. */
export const placeName = (place: Place): string =>
  `${place.action + 1}-${place.task + 1}`

/**
 * The name of a task's Job: the task's own name in front for who reads
 * `kubectl get jobs`, then what makes it unique. At most 63 characters, as
 * the Job controller copies it into a label.
 */
export const taskJobName = (
  run: string,
  place: Place,
  taskName: string,
): string => {
  const end = `${run}-${placeName(place)}`
  const front = taskName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+/, '')
    .slice(0, Math.min(30, 62 - end.length))
    .replace(/-+$/, '')
  return `${front || 'task'}-${end}`
}

/** The containers of a task's pod: the task's own, and the one for files. */
export const TASK_CONTAINER = 'task'
export const FILES_CONTAINER = 'files'
