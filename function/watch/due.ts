import type { Job, Pod } from '../cluster/cluster.ts'
import { STORE_DELAY } from '../decide.ts'
import type { Claim } from '../head.ts'
import { isObject } from '../json.ts'
import { ANNOTATION, LABEL } from '../labels.ts'
import { runOfHead } from '../names.ts'
import { lacksPod, taskOutcome } from '../outcome.ts'
import type { TaskRecord } from '../verdict.ts'

/** An unsettled run, as far as the job watch sees it. */
export interface WatchedRun {
  head: Job
  /** Its task Jobs that are not settled. */
  jobs: Job[]
  /** Their pods that have not ended, and the last state of those that have. */
  pods: Pod[]
}

/**
 * Why the function has something to do for a run now; `undefined` when it
 * has not. The same text as before means that nothing has changed since.
 * `askForPods`: that a task has had no pod for long is a reason, too.
 */
export const dueReason = (
  { head, jobs, pods }: WatchedRun,
  now: number,
  askForPods = true,
): string | undefined => {
  const { annotations = {}, deletionTimestamp } = head.metadata!
  const { claim, records } = written(head)
  const claimed = claim !== undefined && now < claim.until + STORE_DELAY
  // Somebody is reporting just now.
  if (claimed && claim.for === 'finished' && !annotations[ANNOTATION.reported])
    return undefined
  if (deletionTimestamp) return 'deleted'
  if (annotations[ANNOTATION.ended]) return 'ended'
  let running = false
  for (const job of jobs) {
    // As good as gone, as it is for the function.
    if (job.metadata!.deletionTimestamp) continue
    const place = placeOf(job)
    const state = records[place]?.state
    if (state === 'succeeded' || state === 'failed') continue
    const own = pods.filter(({ metadata }) =>
      metadata?.ownerReferences?.some(({ uid }) => uid === job.metadata!.uid),
    )
    const outcome = taskOutcome({ job, pods: own, now })
    if (outcome.state !== 'running') return `${place} ${outcome.state}`
    if (askForPods && lacksPod(job, own, now)) return `${place} has no pod`
    running = true
  }
  if (running) return undefined
  // Between claim and mark it is the claimer's turn.
  if (claimed && !annotations[ANNOTATION.announced]) return undefined
  return 'no task runs'
}

const placeOf = (job: Job): string =>
  /-(\d+-\d+)$/.exec(job.metadata!.name!)?.[1] ?? job.metadata!.name!

/** What was written on a head. */
interface Written {
  claim: Claim | undefined
  records: Record<string, TaskRecord>
}

/** A head is looked at far more often than it changes. */
const known = new WeakMap<Job, Written>()

const written = (head: Job): Written => {
  const before = known.get(head)
  if (before) return before
  const { annotations = {} } = head.metadata!
  const now: Written = {
    claim: parse<Claim>(annotations[ANNOTATION.claim]),
    records: parse<Written['records']>(annotations[ANNOTATION.tasks]) ?? {},
  }
  known.set(head, now)
  return now
}

const parse = <T>(json: string | undefined): T | undefined => {
  if (json === undefined) return undefined
  try {
    const value: unknown = JSON.parse(json)
    // What somebody damaged the function gives up, when it is rung for.
    return isObject(value) ? (value as T) : undefined
  } catch {
    return undefined
  }
}

/** The runs among a set of Jobs and pods. */
export const watchedRuns = (
  jobs: readonly Job[],
  pods: readonly Pod[],
): Map<string, WatchedRun> => {
  const runs = new Map<string, WatchedRun>()
  for (const head of jobs)
    if (head.metadata?.labels?.[LABEL.role] === 'head')
      runs.set(runOfHead(head.metadata.name!), { head, jobs: [], pods: [] })
  for (const job of jobs)
    if (job.metadata?.labels?.[LABEL.role] === 'task')
      runs.get(job.metadata.labels[LABEL.run]!)?.jobs.push(job)
  for (const pod of pods)
    runs.get(pod.metadata?.labels?.[LABEL.run] ?? '')?.pods.push(pod)
  return runs
}
