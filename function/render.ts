import type { Action, Resources, Task } from '../config/model.ts'
import { resolveEnv } from '../config/env.ts'
import type { JobEvent } from '../config/event.ts'
import type { Job } from './cluster/cluster.ts'
import { harmless } from './harmless.ts'
import { labelValue } from './label-value.ts'
import { ANNOTATION, LABEL, ORIGINAL } from './labels.ts'
import { instanceId, taskJobName } from './names.ts'
import type { Place } from './names.ts'
import { checkTask, taskNamespace } from './policy.ts'
import type { TaskError } from './policy.ts'
import { canonicalQuantity } from './quantity.ts'
import { mergeSecurityContext } from './security-context.ts'
import type { SecurityContext } from './security-context.ts'
import type { ResourceDefaults, Settings } from './settings.ts'

type PodTemplate = NonNullable<Job['spec']>['template']
type PodSpec = NonNullable<PodTemplate['spec']>
type Container = PodSpec['containers'][number]
type Volume = NonNullable<PodSpec['volumes']>[number]

/** One key of a ConfigMap as a file; `path` is relative, below `/bundle`. */
export interface FileMount {
  configMap: string
  key: string
  path: string
}

export interface RenderArgs {
  settings: Settings
  /** The run's id. */
  run: string
  event: JobEvent
  place: Place
  action: Action
  task: Task
  /** SHA3-224 of the config's bytes, hex. */
  configHash: string
  /** What the task's files are put together from; none: no init container. */
  files?: FileMount[]
  /** The function's own image, where the settings do not name it. */
  image?: string
}

/** The task's container; `kubectl logs job/NAME` shows it. */
export const TASK_CONTAINER = 'task'
/** The init container that puts the files into `/keptn`. */
export const FILES_CONTAINER = 'files'
/** How the function's image is told to put files into place. */
export const FILES_COMMAND = ['node', '/app/files.js']

const KEPTN_MOUNT = { name: 'job-volume', mountPath: '/keptn' }
const TMP_MOUNT = { name: 'tmp', mountPath: '/tmp' }
const BUNDLE_MOUNT = { name: 'bundle', mountPath: '/bundle', readOnly: true }

const MIN_TTL = 60
const DEFAULT_POLL_SECONDS = 300
/** A pod's deadline is a 32 bit number. */
const MAX_DEADLINE = 2 ** 31 - 1

/** Seconds that the finished Job of a task is kept: at least 60. */
export const taskTtl = (task: Task, settings: Settings): number =>
  Math.max(MIN_TTL, task.ttlSecondsAfterFinished ?? settings.jobDefaults.ttl)

/**
 * Seconds after which a task is stopped: the smaller of its own and the
 * installation's limit. Zero and less mean none, and so does `undefined`.
 */
export const taskDeadline = (
  task: Task,
  settings: Settings,
): number | undefined => {
  const limits = [
    task.maxPollDuration ?? DEFAULT_POLL_SECONDS,
    settings.taskDeadlineSeconds ?? 0,
  ].filter((seconds) => seconds > 0)
  return limits.length > 0 ? Math.min(MAX_DEADLINE, ...limits) : undefined
}

/** So much before its time limit a task is told that it got no node. */
const BEFORE_DEADLINE = 5

/** Seconds that a task's pod may wait for a node. */
export const unschedulableGrace = (task: Task, settings: Settings): number =>
  Math.min(
    settings.unschedulableGraceSeconds,
    Math.max(0, (taskDeadline(task, settings) ?? Infinity) - BEFORE_DEADLINE),
  )

type Amounts = { cpu?: string; memory?: string }

const renderAmounts = (kind: string, amounts: Amounts = {}): Amounts => {
  const rendered: Amounts = {}
  for (const name of ['cpu', 'memory'] as const) {
    const text = amounts[name]
    if (!text) continue
    try {
      rendered[name] = canonicalQuantity(text)
    } catch (error) {
      throw new Error(
        `unable to parse resource ${kind} requirement: unable to parse ${name} quantity '${text}': ${(error as Error).message}`,
        { cause: error },
      )
    }
  }
  return rendered
}

const compact = ({ limits, requests }: ResourceDefaults) => ({
  ...(Object.keys(limits).length > 0 && { limits: { ...limits } }),
  ...(Object.keys(requests).length > 0 && { requests: { ...requests } }),
})

/**
 * A task's resources with canonical quantities. Throws an Error in the
 * original's words.
 */
export const renderResources = (
  resources: Resources,
): NonNullable<Container['resources']> =>
  compact({
    limits: renderAmounts('limits', resources.limits),
    requests: renderAmounts('requests', resources.requests),
  })

const resourcesOf = ({
  task,
  settings,
}: RenderArgs):
  { resources: NonNullable<Container['resources']> } | { error: TaskError } => {
  if (!task.resources)
    return { resources: compact(settings.jobDefaults.resources) }
  try {
    return { resources: renderResources(task.resources) }
  } catch (error) {
    const why = (error as Error).message
    return {
      error: {
        code: 'resources',
        message: `unable to create resource requirements for task ${task.name}: ${why}`,
      },
    }
  }
}

const text = (value: unknown): string =>
  typeof value === 'string' ? value : ''

const labelsOf = (args: RenderArgs): Record<string, string> => {
  const { settings, run, event, place, action, task } = args
  return {
    ...settings.jobDefaults.labels,
    [ORIGINAL.managedBy]: labelValue(settings.deploymentName),
    [ORIGINAL.context]: labelValue(text(event['shkeptncontext'])),
    [ORIGINAL.eventId]: labelValue(event.id),
    [ORIGINAL.commitId]: labelValue(text(event['gitcommitid'])),
    [ORIGINAL.action]: labelValue(action.name),
    [ORIGINAL.task]: labelValue(task.name),
    [ORIGINAL.configHash]: args.configHash,
    [ORIGINAL.actionIndex]: String(place.action),
    [ORIGINAL.taskIndex]: String(place.task),
    [LABEL.instance]: instanceId(settings.instance),
    [LABEL.role]: 'task',
    [LABEL.run]: run,
    [LABEL.unsettled]: 'true',
  }
}

const bundleVolume = (files: FileMount[]): Volume => {
  const byConfigMap = Map.groupBy(files, ({ configMap }) => configMap)
  return {
    name: BUNDLE_MOUNT.name,
    projected: {
      sources: Array.from(byConfigMap, ([name, mounts]) => ({
        configMap: {
          name,
          items: mounts.map(({ key, path }) => ({ key, path })),
        },
      })),
    },
  }
}

const volumesOf = ({ settings, files = [] }: RenderArgs): Volume[] => [
  {
    name: KEPTN_MOUNT.name,
    emptyDir: { sizeLimit: settings.jobDefaults.volumeSizeLimit },
  },
  { name: TMP_MOUNT.name, emptyDir: {} },
  ...(files.length > 0 ? [bundleVolume(files)] : []),
]

const filesContainer = (
  settings: Settings,
  image: string,
  securityContext: SecurityContext,
): Container => ({
  name: FILES_CONTAINER,
  image,
  imagePullPolicy: 'IfNotPresent',
  command: FILES_COMMAND,
  resources: compact(settings.jobDefaults.resources),
  securityContext,
  volumeMounts: [BUNDLE_MOUNT, KEPTN_MOUNT],
})

const taskContainer = (
  task: Task,
  parts: Pick<Container, 'env' | 'envFrom' | 'resources' | 'securityContext'>,
): Container => ({
  name: TASK_CONTAINER,
  image: task.image,
  ...(task.imagePullPolicy && { imagePullPolicy: task.imagePullPolicy }),
  ...(task.command && { command: task.command }),
  ...(task.args && { args: task.args }),
  ...(task.workingDir && { workingDir: task.workingDir }),
  ...parts,
  volumeMounts: [KEPTN_MOUNT, TMP_MOUNT],
})

/** Only an account that a task names itself may have its token mounted. */
const accountOf = ({
  settings,
  task,
}: RenderArgs): Pick<
  PodSpec,
  'serviceAccountName' | 'automountServiceAccountToken'
> => {
  const byDefault = settings.jobDefaults.serviceAccount
  const name = task.serviceAccount ?? byDefault
  return {
    ...(name && { serviceAccountName: name }),
    ...(!task.serviceAccount && { automountServiceAccountToken: false }),
  }
}

/** They stand in what kubectl shows. */
const annotationsOf = ({ annotations = {} }: Task): Record<string, string> =>
  Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [key, harmless(value)]),
  )

const podOf = (
  args: RenderArgs,
  containers: Pick<PodSpec, 'containers' | 'initContainers'>,
): PodTemplate => ({
  metadata: {
    labels: labelsOf(args),
    annotations: {
      ...annotationsOf(args.task),
      'kubectl.kubernetes.io/default-container': TASK_CONTAINER,
    },
  },
  spec: {
    restartPolicy: 'Never',
    ...accountOf(args),
    securityContext: args.settings.jobDefaults.podSecurityContext,
    ...containers,
    volumes: volumesOf(args),
  },
})

const jobOf = (args: RenderArgs, template: PodTemplate): Job => {
  const { settings, run, place, task } = args
  const activeDeadlineSeconds = taskDeadline(task, settings)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: taskJobName(run, place, task.name),
      namespace: taskNamespace(settings, task),
      labels: labelsOf(args),
      annotations: {
        ...annotationsOf(task),
        [ANNOTATION.ttl]: String(taskTtl(task, settings)),
        [ANNOTATION.unschedulableGrace]: String(
          unschedulableGrace(task, settings),
        ),
      },
    },
    spec: {
      backoffLimit: 0,
      ...(activeDeadlineSeconds !== undefined && { activeDeadlineSeconds }),
      template,
    },
  }
}

/**
 * The Kubernetes Job of a task, without owner and without TTL (it gets that
 * when its run is settled; `ANNOTATION.ttl` keeps it until then); or why the
 * task cannot run, with a stable code in kebab case. Pure.
 */
export const renderTask = (
  args: RenderArgs,
): { job: Job } | { error: TaskError } => {
  const { settings, event, task, files = [] } = args
  const refusal = checkTask(settings, task)
  if (refusal) return { error: refusal }
  const security = mergeSecurityContext(
    settings.jobDefaults.securityContext,
    task.securityContext,
  )
  if ('error' in security) return security
  const amounts = resourcesOf(args)
  if ('error' in amounts) return amounts
  const resolved = resolveEnv(task, event)
  if ('error' in resolved) return resolved
  const { env, envFrom } = resolved
  const image = args.image ?? settings.image
  if (files.length > 0 && image === undefined)
    return {
      error: {
        code: 'own-image-unknown',
        message:
          "the function's own image, which copies files, is not known; ask who runs the function to set FUNCTION_IMAGE",
      },
    }
  const { securityContext } = security
  const container = taskContainer(task, {
    env,
    ...(envFrom.length > 0 && { envFrom }),
    ...amounts,
    securityContext,
  })
  const template = podOf(args, {
    ...(files.length > 0 &&
      image !== undefined && {
        initContainers: [filesContainer(settings, image, securityContext)],
      }),
    containers: [container],
  })
  return { job: jobOf(args, template) }
}
