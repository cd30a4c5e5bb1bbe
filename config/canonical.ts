import { splitCommand } from './command.ts'
import type {
  Action,
  EnvEntry,
  EventEntry,
  JobConfig,
  Resources,
  Task,
  TaskSecurityContext,
} from './model.ts'
import type { Dialect } from './schema.ts'
import { shellScripts } from './shell.ts'

/** A file as its schema describes it; what is not given is absent. */
export interface ConfigFile {
  actions?: ActionFile[]
}

interface ActionFile {
  name?: string
  silent?: boolean
  events?: { name?: string; jsonpath?: { property?: string; match?: string } }[]
  tasks?: TaskFile[]
}

interface TaskFile {
  name?: string
  files?: string[]
  image?: string
  imagePullPolicy?: string
  cmd?: string | string[]
  args?: string[]
  env?: Partial<EnvEntry>[]
  resources?: Resources
  workingDir?: string
  maxPollDuration?: number
  namespace?: string
  ttlSecondsAfterFinished?: number
  securityContext?: TaskSecurityContext
  serviceAccount?: string
  annotations?: Record<string, string>
}

/** Makes the one model out of a valid file of any dialect. */
export const toJobConfig = (dialect: Dialect, file: ConfigFile): JobConfig => ({
  actions: (file.actions ?? []).map((action) => toAction(dialect, action)),
})

const toAction = (dialect: Dialect, action: ActionFile): Action => ({
  name: action.name ?? '',
  silent: action.silent ?? false,
  events: (action.events ?? []).map((event) => toEvent(dialect, event)),
  tasks: (action.tasks ?? []).map((task) => toTask(dialect, task)),
})

const toEvent = (
  dialect: Dialect,
  { name = '', jsonpath }: NonNullable<ActionFile['events']>[number],
): EventEntry => {
  const { property = '', match = '' } = jsonpath ?? {}
  return {
    name,
    syntax: dialect === 'seed' ? 'glob' : 're2',
    ...(property === '' ? {} : { jsonpath: { property, match } }),
  }
}

const toTask = (dialect: Dialect, task: TaskFile): Task => {
  const env = (task.env ?? []).map((entry) => toEnv(dialect, entry))
  return {
    name: task.name ?? '',
    files: task.files ?? [],
    image: task.image ?? '',
    env,
    ...given({
      imagePullPolicy: task.imagePullPolicy,
      command: toCommand(dialect, task.cmd, env),
      args: task.args,
      workingDir: task.workingDir,
      namespace: task.namespace,
    }),
    ...defined({
      resources: task.resources && toResources(task.resources),
      maxPollDuration: task.maxPollDuration,
      ttlSecondsAfterFinished: task.ttlSecondsAfterFinished,
      securityContext: task.securityContext && plain(task.securityContext),
      serviceAccount: task.serviceAccount,
      annotations: task.annotations && plain(task.annotations),
    }),
  }
}

const toEnv = (
  dialect: Dialect,
  { name = '', value = '', valueFrom = '', as = '' }: Partial<EnvEntry>,
): EnvEntry => ({
  name,
  value,
  valueFrom: dialect === 'seed' ? 'event' : valueFrom,
  ...given({ as }),
})

/**
 * A text is split into words. The seed's dialect promises that `$NAME` of the
 * task's own `env` is put in; a list is taken as it stands. So is the script
 * of a shell, which puts `$NAME` in itself: Kubernetes would make code of it.
 */
const toCommand = (
  dialect: Dialect,
  cmd: string | string[] | undefined,
  env: EnvEntry[],
): string[] | undefined => {
  if (typeof cmd !== 'string') return cmd
  const written = splitCommand(cmd).words
  if (dialect !== 'seed') return written
  const scripts = shellScripts(written)
  const names = new Set(env.map(({ name }) => name))
  const { words } = splitCommand(cmd, names)
  return words.map((word, at) =>
    scripts.has(at) ? (written[at] ?? word) : word,
  )
}

const toResources = ({ limits, requests }: Resources): Resources =>
  defined({
    limits: limits && given({ cpu: limits.cpu, memory: limits.memory }),
    requests: requests && given({ cpu: requests.cpu, memory: requests.memory }),
  })

/** Decoded maps have no prototype; those of the model are ordinary. */
const plain = <T>(value: T): T => structuredClone(value)

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the fields that are undefined. */
const defined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<T>

/** Without the fields that are undefined or empty: here they say the same. */
const given = <T extends Record<string, string | string[] | undefined>>(
  fields: T,
): Defined<T> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => (value?.length ?? 0) > 0),
  ) as Defined<T>
