import { type Plan, recordName, type Step, stepsOf } from './plan.ts'

/** How a task stands, as far as it was written down. */
export interface TaskRecord {
  state: 'created' | 'succeeded' | 'failed'
  /** With `failed`: why, for the message. */
  reason?: string
}

/** What `.finished` will say; once claimed, it does not change. */
export interface Verdict {
  status: 'succeeded' | 'errored'
  result: 'pass' | 'fail'
  /** RFC 3339: when it was reached. */
  time: string
  /** Why all of the run ended early, if it did. */
  reason?: string
  /** How each task ended that was run, by its record name. */
  tasks: Record<string, TaskRecord>
}

/** Fail beats pass: one failed task or action makes the whole fail. */
export const makeVerdict = (args: {
  plan: Plan
  tasks: Record<string, TaskRecord>
  reason?: string
  time: string
}): Verdict => {
  const { plan, tasks, reason } = args
  const loud = loudSteps(plan)
  const failed =
    reason !== undefined ||
    plan.failure !== undefined ||
    plan.actions.some(({ silent, failure }) => !silent && failure) ||
    loud.some((step) => tasks[recordName(step)]?.state === 'failed')
  return {
    status: failed ? 'errored' : 'succeeded',
    result: failed ? 'fail' : 'pass',
    time: args.time,
    ...(reason !== undefined && { reason }),
    tasks: Object.fromEntries(
      loud.flatMap((step) => {
        const record = tasks[recordName(step)]
        return record ? [[recordName(step), record]] : []
      }),
    ),
  }
}

/** The tasks that count for the answer. */
export const loudSteps = (plan: Plan): Step[] =>
  stepsOf(plan).filter(({ action }) => !action.silent)
