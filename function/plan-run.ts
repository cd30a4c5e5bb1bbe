import type { JobEvent } from '../config/event.ts'
import { eventLabels } from '../config/labels.ts'
import type { Action, JobConfig, Task } from '../config/model.ts'
import { matchEvent, runs } from '../config/match.ts'
import { makeBundles } from './bundles.ts'
import type { ConfigMap, Job } from './cluster/cluster.ts'
import type { TaskFile } from './files.ts'
import { planFits } from './head.ts'
import type { Place } from './names.ts'
import type { Plan, PlanFailure, PlannedAction } from './plan.ts'
import { type FileMount, renderTask, taskTtl } from './render.ts'
import type { Settings } from './settings.ts'

/** A task and what became of it before anything runs. */
export interface JudgedTask {
  action: Action
  actionIndex: number
  task: Task
  taskIndex: number
  result: { job: Job } | { error: { code: string; message: string } }
}

/** What an event will do under a config. */
export interface PlannedRun {
  plan: Plan
  /** Every task of every action that matched, in order. */
  tasks: JudgedTask[]
  /** To be created before the head. */
  bundles: ConfigMap[]
}

/** What planning needs of the world. */
export interface PlanSources {
  settings: Settings
  /** Our own image; asked only when a task has files. */
  image: () => Promise<string>
  /** The files of a task; rejects when they cannot be read just now. */
  files: (
    files: string[],
  ) => Promise<
    { files: TaskFile[] } | { error: { code: string; message: string } }
  >
  /** Whether the cluster would take the Job; rejects when it cannot tell. */
  accept: (job: Job) => Promise<{ code: string; message: string } | undefined>
}

/**
 * Plans a run: every task of every matching action is rendered and judged
 * before the first one starts. An action with a task that cannot run runs
 * none; the other actions do.
 */
export const planRun = async (
  sources: PlanSources,
  run: string,
  event: JobEvent,
  { config, configHash }: { config: JobConfig; configHash: string },
): Promise<PlannedRun> => {
  const { settings } = sources
  const matched = matchEvent(config, event).filter(runs)
  const count = matched.reduce(
    (sum, { action }) => sum + action.tasks.length,
    0,
  )
  if (count > settings.limits.tasks)
    return failedRun({
      code: 'too-many-tasks',
      message: `The event matches ${count} tasks; at most ${settings.limits.tasks} are allowed (LIMIT_TASKS)`,
    })
  const labels = matched.length > 0 ? tooManyLabels(settings, event) : undefined
  if (labels !== undefined)
    return failedRun({ code: 'too-many-labels', message: labels })
  const bundles = new Map<string, ConfigMap>()
  const tasks = await Promise.all(
    matched.flatMap(({ action, index }) =>
      action.tasks.map(async (task, taskIndex): Promise<JudgedTask> => {
        const place = { action: index, task: taskIndex }
        const judged = await judge(sources, run, event, {
          action,
          task,
          place,
          configHash,
        })
        if ('bundles' in judged)
          for (const bundle of judged.bundles)
            bundles.set(
              `${bundle.metadata!.namespace}/${bundle.metadata!.name}`,
              bundle,
            )
        return {
          action,
          actionIndex: index,
          task,
          taskIndex,
          result: 'job' in judged ? { job: judged.job } : judged,
        }
      }),
    ),
  )
  const plan: Plan = {
    actions: matched.map(({ action, index }) =>
      plannedAction(
        settings,
        action,
        index,
        tasks.filter(({ actionIndex }) => actionIndex === index),
      ),
    ),
    bundles: [...bundles.values()].map(({ metadata }) => ({
      namespace: metadata!.namespace!,
      name: metadata!.name!,
    })),
  }
  if (!planFits(plan))
    return failedRun({
      code: 'plan-too-large',
      message:
        'The Jobs of all tasks together are too large to be kept (200 KiB compressed): put less text of the event into env',
    })
  return { plan, tasks, bundles: [...bundles.values()] }
}

/** Why the labels, which become variables of each task, are too many. */
export const tooManyLabels = (
  { limits }: Settings,
  event: JobEvent,
): string | undefined => {
  const labels = eventLabels(event.data)
  const count = Object.keys(labels).length
  if (count > limits.labels)
    return `The event has ${count} labels; at most ${limits.labels} are allowed (LIMIT_LABELS)`
  const bytes = Buffer.byteLength(JSON.stringify(labels))
  return bytes > limits.labelsBytes
    ? `The event's labels have ${bytes} bytes; at most ${limits.labelsBytes} are allowed (LIMIT_LABELS_BYTES)`
    : undefined
}

/** A run that does nothing but tell why. */
export const failedRun = (failure: PlanFailure): PlannedRun => ({
  plan: { actions: [], failure, bundles: [] },
  tasks: [],
  bundles: [],
})

const judge = async (
  sources: PlanSources,
  run: string,
  event: JobEvent,
  args: { action: Action; task: Task; place: Place; configHash: string },
): Promise<
  | { job: Job; bundles: ConfigMap[] }
  | { error: { code: string; message: string } }
> => {
  const { settings } = sources
  const { task } = args
  let files: FileMount[] | undefined
  let bundles: ConfigMap[] = []
  let image: string | undefined
  if (task.files.length > 0) {
    const resolved = await sources.files(task.files)
    if ('error' in resolved) return resolved
    const made = makeBundles({
      run,
      instance: settings.instance,
      namespace: task.namespace || settings.jobNamespace,
      files: resolved.files,
    })
    files = made.mounts
    bundles = made.bundles
    image = await sources.image()
  }
  const rendered = renderTask({
    settings,
    run,
    event,
    ...args,
    ...(files && { files }),
    ...(image !== undefined && { image }),
  })
  if ('error' in rendered) return rendered
  const refused = await sources.accept(rendered.job)
  return refused ? { error: refused } : { job: rendered.job, bundles }
}

const plannedAction = (
  settings: Settings,
  action: Action,
  index: number,
  judged: JudgedTask[],
): PlannedAction => {
  const common = { index, name: action.name, silent: action.silent }
  const bad = judged.find(({ result }) => 'error' in result)
  if (bad && 'error' in bad.result)
    return {
      ...common,
      tasks: [],
      failure: { ...bad.result.error, task: bad.task.name },
    }
  return {
    ...common,
    tasks: judged.flatMap(({ task, taskIndex, result }) =>
      'job' in result
        ? [
            {
              index: taskIndex,
              name: task.name,
              job: result.job,
              ttl: taskTtl(task, settings),
            },
          ]
        : [],
    ),
  }
}
