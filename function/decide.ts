import type { Job } from './cluster/cluster.ts'
import { type Claim, type Head, shortReason } from './head.ts'
import { placeName } from './names.ts'
import type { Outcome } from './outcome.ts'
import { recordName, type Step, stepsOf } from './plan.ts'
import { makeVerdict, type TaskRecord, type Verdict } from './verdict.ts'

/** All that a decision depends on. */
export interface RunState {
  head: Head
  /** The task Jobs of this run that exist, by record name. */
  jobs: Map<string, { job: Job; outcome: Outcome }>
  /** Epoch milliseconds by the API server's clock. */
  now: number
  /** The claim that this pass took and has not used yet. */
  holding?: { for: Claim['for']; ask: boolean }
  /** `.started` went out in this pass and is not written down yet. */
  startedSent?: boolean
  /** Seconds after which it is given up to report. */
  reportDeadline: number
}

/** What is to be done next; after it, decide again. */
export type Decision =
  /** Take the claim; with `ask`, somebody may have sent before. */
  | { do: 'claim'; for: Claim['for']; ask: boolean; verdict?: Verdict }
  /** Send `.started`. */
  | { do: 'start'; ask: boolean }
  /** Create a task's Job and write that down, with what ended before. */
  | { do: 'create'; step: Step; tasks: Record<string, TaskRecord> }
  /** Write down how the tasks stand. */
  | { do: 'mark'; tasks: Record<string, TaskRecord> }
  /** Stop a task's Job, and write on it why. */
  | { do: 'stop'; step: Step; job: Job; reason: string }
  /** Send `.finished`. */
  | { do: 'finish'; verdict: Verdict; ask: boolean }
  /** End the run; `unreported`: its answer could not be delivered. */
  | { do: 'settle'; unreported?: string }
  /** Nothing to do until something changes, or until that time. */
  | { do: 'wait'; until?: number }
  /** The run is settled. */
  | { do: 'nothing' }

/**
 * What is published is stored a little later: who takes an expired claim over
 * waits that long before it asks whether the report arrived. Milliseconds.
 */
export const STORE_DELAY = 6_000

/** The one decision of the run's life: from its state, the next thing. */
export const decide = (state: RunState): Decision => {
  const { head } = state
  if (!head.unsettled) return { do: 'nothing' }
  const walk = walkTasks(state)
  return (
    announce(state) ??
    stop(state, walk) ??
    written(state, walk) ??
    answer(state, walk) ??
    proceed(state, walk)
  )
}

/** Why no further task is started. */
const interruption = (head: Head): string | undefined =>
  head.ended?.reason ?? (head.deleting ? 'cancelled' : undefined)

interface Walk {
  /** Outcomes so far, written down or seen. */
  tasks: Record<string, TaskRecord>
  /** The task that runs, or is due. */
  current?: { step: Step; job?: Job; outcome?: Outcome }
}

/** Tasks run one at a time; a failed one ends its action, not the others. */
const walkTasks = ({ head, jobs }: RunState): Walk => {
  const tasks = { ...head.tasks }
  const over = new Set<number>()
  for (const step of stepsOf(head.plan)) {
    if (over.has(step.action.index)) continue
    const name = recordName(step)
    const record = tasks[name]
    if (record?.state === 'succeeded') continue
    if (record?.state === 'failed') {
      over.add(step.action.index)
      continue
    }
    const seen = jobs.get(name)
    // Its pod may be gone since, and with it what it said.
    if (laterTasks(step).some((later) => jobs.has(later)))
      tasks[name] = { state: 'succeeded' }
    else if (!seen && record?.state === 'created') {
      tasks[name] = { state: 'failed', reason: 'its job was deleted' }
      over.add(step.action.index)
    } else if (!seen) {
      if (interruption(head)) break
      return { tasks, current: { step } }
    } else if (seen.outcome.state === 'succeeded') {
      tasks[name] = { state: 'succeeded' }
    } else if (
      seen.outcome.state === 'failed' &&
      seen.outcome.hopeless !== true
    ) {
      const reason = shortReason(head.plan, seen.outcome.reason)
      tasks[name] = { state: 'failed', reason }
      over.add(step.action.index)
    } else {
      return { tasks, current: { step, ...seen } }
    }
  }
  return { tasks }
}

/** Those after it in its action: created only when it has succeeded. */
const laterTasks = ({ action, task }: Step): string[] =>
  action.tasks
    .filter(({ index }) => index > task.index)
    .map(({ index }) => placeName({ action: action.index, task: index }))

/** `.started` comes before the first task's Job. */
const announce = (state: RunState): Decision | undefined => {
  const { head, holding, now } = state
  if (!head.envelope.answered || head.announced || state.startedSent)
    return undefined
  // Jobs are created only after `.started` went out.
  if (state.jobs.size > 0 || Object.keys(head.tasks).length > 0)
    return undefined
  if (head.ended) return undefined
  if (holding?.for === 'started') return { do: 'start', ask: holding.ask }
  if (now < head.claim.until + STORE_DELAY)
    return { do: 'wait', until: head.claim.until + STORE_DELAY }
  const giveUp =
    Date.parse(head.envelope.received) + state.reportDeadline * 1000
  if (now > giveUp)
    return { do: 'settle', unreported: '.started could not be delivered' }
  return { do: 'claim', for: 'started', ask: true }
}

/** What can never end by itself, or must not go on. */
const stop = ({ head }: RunState, { current }: Walk): Decision | undefined => {
  if (!current?.job || !current.outcome) return undefined
  const reason =
    current.outcome.state === 'failed'
      ? current.outcome.reason
      : interruption(head)
  return reason === undefined
    ? undefined
    : { do: 'stop', step: current.step, job: current.job, reason }
}

/** What was done and is not written down: by this pass, or before a crash. */
const written = (
  { head, startedSent, jobs }: RunState,
  { tasks, current }: Walk,
): Decision | undefined => {
  // The Job that is due is created first: one mark serves both.
  if (current && !current.job) return undefined
  const unmarked =
    current !== undefined && !head.tasks[recordName(current.step)]
  const unannounced =
    head.envelope.answered &&
    !head.announced &&
    (startedSent === true || jobs.size > 0)
  return unmarked || unannounced
    ? { do: 'mark', tasks: withCreated(tasks, current?.step) }
    : undefined
}

/** `.finished` goes out when the last action that counts has ended. */
const answer = (state: RunState, walk: Walk): Decision | undefined => {
  const { head, holding, now } = state
  if (!head.envelope.answered || head.reported || head.ended) return undefined
  if (walk.current && loudLeft(state, walk)) return undefined
  const { claim } = head
  if (claim.for === 'started' || !claim.verdict)
    return {
      do: 'claim',
      for: 'finished',
      ask: false,
      verdict: makeVerdict({
        plan: head.plan,
        tasks: walk.tasks,
        ...(head.deleting && {
          reason: 'the run was cancelled: its head was deleted',
        }),
        time: new Date(now).toISOString(),
      }),
    }
  const { verdict } = claim
  if (holding?.for === 'finished')
    return { do: 'finish', verdict, ask: holding.ask }
  if (now < claim.until + STORE_DELAY)
    return { do: 'wait', until: claim.until + STORE_DELAY }
  if (now > Date.parse(verdict.time) + state.reportDeadline * 1000)
    return { do: 'settle', unreported: '.finished could not be delivered' }
  return { do: 'claim', for: 'finished', ask: true, verdict }
}

/** True while a task of an action that counts runs or is due. */
const loudLeft = ({ head }: RunState, { current }: Walk): boolean => {
  const steps = stepsOf(head.plan)
  const from = steps.findIndex(
    (step) => recordName(step) === recordName(current!.step),
  )
  return steps.slice(from).some(({ action }) => !action.silent)
}

const proceed = (state: RunState, walk: Walk): Decision => {
  const { current, tasks } = walk
  if (!current) return { do: 'settle' }
  if (current.job) return { do: 'wait' }
  return {
    do: 'create',
    step: current.step,
    tasks: withCreated(tasks, current.step),
  }
}

const withCreated = (
  tasks: Record<string, TaskRecord>,
  step: Step | undefined,
): Record<string, TaskRecord> =>
  step ? { ...tasks, [recordName(step)]: { state: 'created' } } : tasks
