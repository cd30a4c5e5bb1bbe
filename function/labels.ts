import { type Instance, instanceId } from './names.ts'

/**
 * Every label, annotation and finalizer key that this project writes, in one
 * place. Labels are for selecting; annotations hold the truth.
 */

/** Prefix of the keys that belong to the function alone. */
export const OURS = 'job-executor.keptn.sh'

/** Labels that the original put on its Jobs: people's dashboards use them. */
export const ORIGINAL = {
  managedBy: 'app.kubernetes.io/managed-by',
  context: 'keptn.sh/context',
  eventId: 'keptn.sh/event-id',
  commitId: 'keptn.sh/commitid',
  action: 'keptn.sh/jes-action',
  task: 'keptn.sh/jes-task',
  configHash: 'keptn.sh/jes-job-confighash',
  actionIndex: 'keptn.sh/jes-action-index',
  taskIndex: 'keptn.sh/jes-task-index',
} as const

export const LABEL = {
  /** Which installation an object belongs to; on everything of ours. */
  instance: `${OURS}/instance`,
  /** `head`, `task`, `bundle` or `watch`. */
  role: `${OURS}/role`,
  /** The run id; on everything of one run. */
  run: `${OURS}/run`,
  /** On a head and its task Jobs until the run is settled. */
  unsettled: `${OURS}/unsettled`,
  /** The head's uid; on task Jobs, which may be in another namespace. */
  head: `${OURS}/head`,
  /** `true` on a bundle that no head owns (yet). */
  unowned: `${OURS}/unowned`,
  /** Hash of Keptn context and stage; on heads, to find what an abort means. */
  sequence: `${OURS}/sequence`,
} as const

export const ANNOTATION = {
  /** Version of the names and annotations on a head. */
  format: `${OURS}/format`,
  /** JSON: the envelope for the reports. */
  envelope: `${OURS}/envelope`,
  /** JSON, or base64 of gzip of JSON: the plan. */
  plan: `${OURS}/plan`,
  /** JSON: who may send now, and until when. */
  claim: `${OURS}/claim`,
  /** RFC 3339: `.started` is out and the first task's Job was created. */
  announced: `${OURS}/announced`,
  /** RFC 3339: `.finished` is out. */
  reported: `${OURS}/reported`,
  /** JSON: the tasks whose Jobs were created, and how they ended. */
  tasks: `${OURS}/tasks`,
  /** JSON: an end from outside (abort, time-out of the sequence). */
  ended: `${OURS}/ended`,
  /** On a task's Job: seconds to keep it, from when its run is settled. */
  ttl: `${OURS}/ttl`,
  /** On a task's Job: seconds that its pod may wait for a node. */
  unschedulableGrace: `${OURS}/unschedulable-grace`,
  /** On a task's Job that was stopped: why. */
  stopped: `${OURS}/stopped`,
  /** On the watch: when it was last told that there is something to watch. */
  poked: `${OURS}/poked`,
  /** On the watch, for people: hash of its spec; 8 digits are in its name. */
  spec: `${OURS}/spec`,
} as const

/** Holds a head until its run is settled. */
export const FINALIZER = `${OURS}/run`

/** A label selector: objects of this installation for which `terms` hold. */
export const selectOwn = (instance: Instance, ...terms: string[]): string =>
  [`${LABEL.instance}=${instanceId(instance)}`, ...terms].join(',')

/** A term of it: objects of one role. */
export const ofRole = (role: 'head' | 'task' | 'bundle' | 'watch'): string =>
  `${LABEL.role}=${role}`
