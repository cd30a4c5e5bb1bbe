/**
 * The one model that comes out of every dialect of `job/config.yaml`.
 * Nothing behind the parser knows which dialect a file was written in: where
 * dialects differ, a field of this model says what is meant.
 */

/** A parsed `job/config.yaml`. */
export interface JobConfig {
  actions: Action[]
}

/** What runs when one of `events` matches; its tasks run one after another. */
export interface Action {
  /** `""` when the file gives none. */
  name: string
  /** A silent action is never reported: no `.started`, no `.finished`. */
  silent: boolean
  /** Alternatives: one match is enough; none given never matches. */
  events: EventEntry[]
  tasks: Task[]
}

/** One alternative of an action's `events`. */
export interface EventEntry {
  /** Pattern for the CloudEvent's `type`, written in `syntax`. */
  name: string
  /** `glob`: the whole type (minimatch); `re2`: found anywhere (RE2). */
  syntax: 'glob' | 're2'
  /** Absent when the file has no `property`. */
  jsonpath?: { property: string; match: string }
}

/** One container, run as one Kubernetes Job. */
export interface Task {
  name: string
  /** Files and directories below the service's resources, as written. */
  files: string[]
  image: string
  imagePullPolicy?: string
  /** `container.command`; absent: the image's entry point. */
  command?: string[]
  /** `container.args`. */
  args?: string[]
  env: EnvEntry[]
  /** Present, even if empty, it replaces all of the service's defaults. */
  resources?: Resources
  workingDir?: string
  /** Seconds; absent: 300. Zero or less: no time limit. */
  maxPollDuration?: number
  /** Absent: the job namespace of the function. */
  namespace?: string
  /** Seconds; raised to at least 60; absent: 21600. */
  ttlSecondsAfterFinished?: number
  securityContext?: TaskSecurityContext
  /** Absent: the function's default; `""`: the namespace's default. */
  serviceAccount?: string
  annotations?: Record<string, string>
}

/** One entry of a task's `env`. */
export interface EnvEntry {
  name: string
  value: string
  /** `event`, `secret`, `string`; anything else is an error of the task. */
  valueFrom: string
  /** `json` or `yaml` (any case); anything else is ignored. */
  as?: string
}

export interface Resources {
  limits?: { cpu?: string; memory?: string }
  requests?: { cpu?: string; memory?: string }
}

/** Each field that is set replaces the default's; `capabilities` as a whole. */
export interface TaskSecurityContext {
  capabilities?: { add?: string[]; drop?: string[] }
  privileged?: boolean
  runAsUser?: number
  runAsGroup?: number
  runAsNonRoot?: boolean
  readOnlyRootFilesystem?: boolean
  allowPrivilegeEscalation?: boolean
  procMount?: string
  seccompProfile?: { type?: string; localhostProfile?: string }
}
