import type { Job } from './cluster/cluster.ts'
import { type Place, placeName } from './names.ts'

/** All that a run will do, decided before its first task starts. */
export interface Plan {
  /** The actions that matched, in file order. */
  actions: PlannedAction[]
  /** Why the config could not be used at all; then there are no actions. */
  failure?: PlanFailure
  /** ConfigMaps with the tasks' files, for owner references and clean-up. */
  bundles: { namespace: string; name: string }[]
}

export interface PlannedAction {
  /** 0-based, of all actions of the file. */
  index: number
  name: string
  silent: boolean
  /** Empty when `failure` is set: such an action runs nothing. */
  tasks: PlannedTask[]
  /** The first task that cannot run, and why. */
  failure?: PlanFailure
}

export interface PlanFailure {
  code: string
  /** For the user, in the `.finished` message. */
  message: string
  /** The task's name, where it is the failure of one. */
  task?: string
}

export interface PlannedTask {
  /** 0-based, of the action. */
  index: number
  name: string
  /** As it will be created, but for owner, and what ties it to the head. */
  job: Job
  /** Seconds that the finished Job is kept after the run is settled. */
  ttl: number
}

/** A task with where it stands. */
export interface Step {
  place: Place
  action: PlannedAction
  task: PlannedTask
}

/** The tasks of all actions in the order in which they run. */
export const stepsOf = (plan: Plan): Step[] =>
  plan.actions.flatMap((action) =>
    action.tasks.map((task) => ({
      place: { action: action.index, task: task.index },
      action,
      task,
    })),
  )

/** The namespaces where the run has objects beside its head. */
export const namespacesOf = (plan: Plan): string[] => [
  ...new Set(stepsOf(plan).map(({ task }) => task.job.metadata!.namespace!)),
]

/** The name under which a task is written down on the head. */
export const recordName = (step: Step): string => placeName(step.place)
