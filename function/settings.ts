import { MAX_BYTES } from '../config/yaml.ts'
import { readAllowedImages } from './image.ts'
import { readJobLabels } from './job-labels.ts'
import type { Instance } from './names.ts'
import { canonicalQuantity } from './quantity.ts'
import {
  HARDENED,
  HARDENED_POD,
  readPodSecurityContext,
  readSecurityContext,
} from './security-context.ts'
import type { PodSecurityContext, SecurityContext } from './security-context.ts'
import type { SettingName } from './settings-table.ts'
import { SettingsError, Variables } from './variables.ts'

export { settingsTable } from './settings-table.ts'
export type { SettingName, SettingRow } from './settings-table.ts'
export { SettingsError } from './variables.ts'

/** How the function was installed; read once, at start. */
export interface Settings {
  readonly port: number
  readonly instance: Readonly<Instance>
  /** The function's own service account, for no task to use. */
  readonly serviceAccount: string
  /** The function's own image; absent: found from its own pod. */
  readonly image?: string
  readonly jobNamespace: string
  /** Further namespaces that a task may name; `*` is any. */
  readonly jobNamespaces: readonly string[]
  readonly keptn?: KeptnSettings
  /** URL that replies go to, without Keptn. */
  readonly sink?: string
  /** Attributes for what is sent to the sink. */
  readonly ceOverrides?: Readonly<Record<string, string>>
  /** Where configs and files are read from; wins over Keptn. */
  readonly resourcesDir?: string
  /** `source` of the events that are sent. */
  readonly source: string
  /** Value of `app.kubernetes.io/managed-by`. */
  readonly deploymentName: string
  readonly jobDefaults: JobDefaults
  /** Globs of images that tasks may use; none: all. */
  readonly allowedImages: readonly string[]
  readonly allowPrivilegedJobs: boolean
  /** Capabilities that tasks may add; `*` is any. */
  readonly allowedCapabilities: readonly string[]
  /** Beside the default one; a `*` at the end stands for any rest. */
  readonly allowedServiceAccounts: readonly string[]
  /** No task may name these; a `*` at the end stands for any rest. */
  readonly reservedServiceAccounts: readonly string[]
  /** Secrets that no task may name; a `*` at the end stands for any rest. */
  readonly functionSecrets: readonly string[]
  /** Secrets that tasks may name; a `*` at the end stands for any rest. */
  readonly allowedSecrets: readonly string[]
  /** Whether the values of Secrets are taken out of what is sent. */
  readonly redactSecrets: boolean
  /** Longest time of any task; absent: no such limit. */
  readonly taskDeadlineSeconds?: number
  /** How long a task's pod may wait for a node. */
  readonly unschedulableGraceSeconds: number
  readonly callbackUrl: string
  /** Whose requests are taken; absent: anybody's. */
  readonly sender?: {
    readonly audience: string
    /** A `*` at the end stands for any rest. */
    readonly subjects: readonly string[]
  }
  readonly jobWatch: {
    readonly enabled: boolean
    readonly serviceAccount: string
    readonly heartbeatSeconds: number
    readonly lingerSeconds: number
  }
  readonly leaseSeconds: number
  readonly reportDeadlineSeconds: number
  /** Event types that are answered when the config cannot be parsed. */
  readonly answeredInvalid: readonly string[]
  readonly limits: Limits
}

export interface KeptnSettings {
  /** URL of the API, without a trailing slash. */
  readonly endpoint: string
  readonly token?: string
  readonly oauth?: {
    readonly clientId: string
    readonly clientSecret: string
    readonly scopes: readonly string[]
    readonly discovery?: string
    readonly tokenUrl?: string
  }
  readonly tlsVerify: boolean
}

export interface ResourceDefaults {
  readonly limits: { readonly cpu?: string; readonly memory?: string }
  readonly requests: { readonly cpu?: string; readonly memory?: string }
}

export interface JobDefaults {
  /** Canonical quantities. */
  readonly resources: ResourceDefaults
  /** `""`: the namespace's own default. */
  readonly serviceAccount: string
  readonly securityContext: SecurityContext
  readonly podSecurityContext: PodSecurityContext
  readonly labels: Readonly<Record<string, string>>
  /** Seconds. */
  readonly ttl: number
  /** A quantity, for the volume at `/keptn`. */
  readonly volumeSizeLimit: string
}

export interface Limits {
  readonly bodyBytes: number
  readonly configBytes: number
  /** Number of files of one task. */
  readonly files: number
  readonly fileBytes: number
  /** All files of one task. */
  readonly filesBytes: number
  readonly tasks: number
  /** Number of an event's labels. */
  readonly labels: number
  /** All labels of an event, as JSON. */
  readonly labelsBytes: number
  /** A whole `.finished`, as JSON. */
  readonly messageBytes: number
}

/** Whether configs must be read from somewhere, or come with the event. */
export type Configs = 'needed' | 'given'

/** Text files at absolute paths; `undefined`: there is none. */
export interface SettingsFiles {
  read(path: string): string | undefined
}

const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace'
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const ACCOUNT = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/

const dnsLabel = (text: string): string => {
  if (LABEL.test(text)) return text
  throw new Error('expected lower case letters, digits and `-`, at most 63')
}

const accountName = (text: string): string => {
  if (ACCOUNT.test(text)) return text
  throw new Error('expected the name of a service account')
}

const readNamespaces = (from: Variables, configs: Configs): string[] => {
  const names = from.list('JOB_NAMESPACES')
  const bad = names.find(
    (name) => !LABEL.test(name) && !(name === '*' && configs === 'given'),
  )
  if (bad !== undefined)
    from.mistake(
      'JOB_NAMESPACES',
      `expected names of namespaces, separated by commas; \`${bad}\` is none`,
    )
  return names
}

const nonEmpty = <K extends string>(
  name: K,
  value: string | undefined,
): Partial<Record<K, string>> =>
  value ? ({ [name]: value } as Record<K, string>) : {}

const readSender = (from: Variables): Settings['sender'] => {
  const audience = from.optional('AUDIENCE')
  const subjects = from.list('ALLOWED_SENDERS')
  const bad = subjects.find((subject) => /\*.|\s/.test(subject))
  if (bad !== undefined)
    from.mistake(
      'ALLOWED_SENDERS',
      `expected subjects, separated by commas, with \`*\` at the end only; \`${bad}\` is none`,
    )
  if (audience !== undefined && subjects.length === 0)
    from.mistake('ALLOWED_SENDERS', 'is needed with AUDIENCE')
  if (audience === undefined && subjects.length > 0)
    from.mistake('AUDIENCE', 'is needed with ALLOWED_SENDERS')
  return audience === undefined ? undefined : { audience, subjects }
}

/** Names of objects; a `*` at the end stands for any rest. */
const readNames = (from: Variables, name: SettingName): string[] => {
  const names = from.list(name)
  const bad = names.find((each) => !/^[-.a-z0-9]*\*?$/.test(each))
  if (bad !== undefined)
    from.mistake(
      name,
      `expected names, separated by commas, with \`*\` at the end only; \`${bad}\` is none`,
    )
  return names
}

const readInstance = (from: Variables, files: SettingsFiles): Instance => {
  const name = from.parsed('FUNCTION_NAME', dnsLabel) ?? 'job-executor-service'
  const namespace =
    from.parsed('FUNCTION_NAMESPACE', dnsLabel) ??
    (files.read(NAMESPACE_FILE)?.trim() || 'default')
  return { name, namespace }
}

const readOAuth = (from: Variables): KeptnSettings['oauth'] => {
  const clientId = from.optional('OAUTH_CLIENT_ID')
  if (clientId === undefined) return undefined
  const clientSecret = from.optional('OAUTH_CLIENT_SECRET')
  if (clientSecret === undefined)
    from.mistake('OAUTH_CLIENT_SECRET', 'is needed with OAUTH_CLIENT_ID')
  const discovery = from.url('OAUTH_DISCOVERY')
  const tokenUrl = from.url('OAUTH_TOKEN_URL')
  if (!from.given('OAUTH_DISCOVERY') && !from.given('OAUTH_TOKEN_URL'))
    from.mistake(
      'OAUTH_TOKEN_URL',
      'it or OAUTH_DISCOVERY is needed with OAUTH_CLIENT_ID',
    )
  return {
    clientId,
    clientSecret: clientSecret ?? '',
    scopes: from
      .text('OAUTH_SCOPES')
      .split(/[\s,]+/)
      .filter(Boolean),
    ...(discovery && { discovery }),
    ...(tokenUrl && { tokenUrl }),
  }
}

const readKeptn = (from: Variables): KeptnSettings | undefined => {
  const endpoint = from.url('KEPTN_API_ENDPOINT')
  const oauth = readOAuth(from)
  const token = from.optional('KEPTN_API_TOKEN')
  const tlsVerify = from.boolean('HTTP_SSL_VERIFY')
  if (endpoint === undefined) {
    if ((token || oauth) && !from.given('KEPTN_API_ENDPOINT'))
      from.mistake('KEPTN_API_ENDPOINT', 'is needed with a token or OAuth')
    return undefined
  }
  return {
    endpoint,
    ...nonEmpty('token', token),
    ...(oauth && { oauth }),
    tlsVerify,
  }
}

const readCeOverrides = (text: string): Record<string, string> => {
  const expected = 'expected JSON like {"extensions":{"name":"value"}}'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(expected, { cause: error })
  }
  const { extensions = {} } = (value ?? {}) as { extensions?: unknown }
  if (typeof extensions !== 'object' || extensions === null)
    throw new Error(expected)
  for (const [name, extension] of Object.entries(extensions)) {
    if (!/^[a-z0-9]+$/.test(name) || typeof extension !== 'string')
      throw new Error(`${expected}; \`${name}\` does not fit`)
  }
  return extensions as Record<string, string>
}

/** Reads the file that a variable names; a default that is absent is fine. */
const fileOf = <T>(
  from: Variables,
  files: SettingsFiles,
  name: SettingName,
  parse: (text: string) => T,
  absent: T,
): T => {
  const path = from.text(name)
  const text = files.read(path)
  try {
    if (text !== undefined) return parse(text)
    if (from.given(name)) throw new Error('the file cannot be read')
  } catch (error) {
    from.mistake(name, `${path}: ${(error as Error).message}`)
  }
  return absent
}

const readResources = (from: Variables): ResourceDefaults => {
  const quantity = (name: SettingName) =>
    from.parsed(name, (text) => text && canonicalQuantity(text))
  return {
    limits: {
      ...nonEmpty('cpu', quantity('DEFAULT_RESOURCE_LIMITS_CPU')),
      ...nonEmpty('memory', quantity('DEFAULT_RESOURCE_LIMITS_MEMORY')),
    },
    requests: {
      ...nonEmpty('cpu', quantity('DEFAULT_RESOURCE_REQUESTS_CPU')),
      ...nonEmpty('memory', quantity('DEFAULT_RESOURCE_REQUESTS_MEMORY')),
    },
  }
}

const readJobDefaults = (
  from: Variables,
  files: SettingsFiles,
): JobDefaults => ({
  resources: readResources(from),
  serviceAccount:
    from.parsed(
      'DEFAULT_JOB_SERVICE_ACCOUNT',
      (text) => text && accountName(text),
    ) ?? '',
  securityContext: fileOf(
    from,
    files,
    'JOB_SECURITY_CONTEXT_FILE',
    readSecurityContext,
    HARDENED,
  ),
  podSecurityContext: fileOf(
    from,
    files,
    'JOB_POD_SECURITY_CONTEXT_FILE',
    readPodSecurityContext,
    HARDENED_POD,
  ),
  labels: fileOf(from, files, 'JOB_LABELS_FILE', readJobLabels, {}),
  ttl: 21600,
  volumeSizeLimit:
    from.parsed('JOB_VOLUME_SIZE_LIMIT', canonicalQuantity) ?? '',
})

const readLimits = (from: Variables): Limits => ({
  bodyBytes: from.integer('LIMIT_BODY_BYTES', 1),
  configBytes: from.integer('LIMIT_CONFIG_BYTES', 1, MAX_BYTES),
  files: from.integer('LIMIT_FILES', 0),
  // A ConfigMap holds 1 MiB, base64 and its own fields included.
  fileBytes: from.integer('LIMIT_FILE_BYTES', 0, 900 * 1024),
  filesBytes: from.integer('LIMIT_FILES_BYTES', 0),
  tasks: from.integer('LIMIT_TASKS', 1),
  labels: from.integer('LIMIT_LABELS', 0),
  // They stand in the head, whose annotations have at most 256 KiB.
  labelsBytes: from.integer('LIMIT_LABELS_BYTES', 0, 16_384),
  messageBytes: from.integer('LIMIT_MESSAGE_BYTES', 4096),
})

const checkPlaces = (from: Variables): void => {
  if (!from.given('KEPTN_API_ENDPOINT') && !from.given('RESOURCES_DIR'))
    from.mistake(
      'KEPTN_API_ENDPOINT',
      'it or RESOURCES_DIR is needed: the place where configs are read from',
    )
}

const checkDefaultPrivileges = (
  from: Variables,
  { jobDefaults, allowPrivilegedJobs }: Settings,
): void => {
  if (jobDefaults.securityContext.privileged && !allowPrivilegedJobs)
    from.mistake(
      'JOB_SECURITY_CONTEXT_FILE',
      'privileged containers are not allowed unless ALLOW_PRIVILEGED_JOBS is true',
    )
}

const readAll = (
  from: Variables,
  files: SettingsFiles,
  configs: Configs,
): Settings => {
  const instance = readInstance(from, files)
  const { name, namespace } = instance
  const image = from.optional('FUNCTION_IMAGE')
  const keptn = readKeptn(from)
  const sink = from.url('K_SINK')
  const ceOverrides = from.parsed('K_CE_OVERRIDES', readCeOverrides)
  const resourcesDir = from.optional('RESOURCES_DIR')
  const sender = readSender(from)
  const taskDeadlineSeconds = from.integer('TASK_DEADLINE_SECONDS', 0)
  return {
    port: from.integer('PORT', 1, 65535),
    instance,
    serviceAccount:
      from.parsed('FUNCTION_SERVICE_ACCOUNT', accountName) ?? name,
    ...nonEmpty('image', image),
    jobNamespace: from.parsed('JOB_NAMESPACE', dnsLabel) ?? namespace,
    jobNamespaces: readNamespaces(from, configs),
    ...(keptn && { keptn }),
    ...nonEmpty('sink', sink),
    ...(ceOverrides && { ceOverrides }),
    ...nonEmpty('resourcesDir', resourcesDir),
    source: from.text('REPORT_SOURCE'),
    deploymentName: from.text('FULL_DEPLOYMENT_NAME'),
    jobDefaults: readJobDefaults(from, files),
    allowedImages: from.parsed('ALLOWED_IMAGE_LIST', readAllowedImages) ?? [],
    allowPrivilegedJobs: from.boolean('ALLOW_PRIVILEGED_JOBS'),
    allowedCapabilities: from.list('ALLOWED_CAPABILITIES'),
    allowedServiceAccounts: readNames(from, 'ALLOWED_SERVICE_ACCOUNTS'),
    reservedServiceAccounts: readNames(from, 'RESERVED_SERVICE_ACCOUNTS'),
    functionSecrets: readNames(from, 'FUNCTION_SECRETS'),
    allowedSecrets: readNames(from, 'ALLOWED_SECRETS'),
    redactSecrets: from.boolean('REDACT_SECRETS'),
    ...(taskDeadlineSeconds > 0 && { taskDeadlineSeconds }),
    unschedulableGraceSeconds: from.integer('UNSCHEDULABLE_GRACE_SECONDS', 0),
    callbackUrl:
      from.url('CALLBACK_URL') ??
      `http://${name}.${namespace}.svc.cluster.local/callbacks/job`,
    ...(sender && { sender }),
    jobWatch: {
      enabled: from.boolean('JOB_WATCH'),
      serviceAccount:
        from.parsed('JOB_WATCH_SERVICE_ACCOUNT', accountName) ??
        `${name}-job-watch`,
      heartbeatSeconds: from.integer('JOB_WATCH_HEARTBEAT_SECONDS', 1),
      lingerSeconds: from.integer('JOB_WATCH_LINGER_SECONDS', 0),
    },
    leaseSeconds: from.integer('REPORT_LEASE_SECONDS', 2),
    reportDeadlineSeconds: from.integer('REPORT_DEADLINE', 1),
    answeredInvalid: from.list('ANSWER_INVALID_CONFIG_FOR'),
    limits: readLimits(from),
  }
}

/**
 * The settings from the environment, driven by `settingsTable`. Throws one
 * `SettingsError` that names all mistakes. A server needs a place to read
 * configs from; who brings the config along says `configs: 'given'`, and may
 * allow every namespace (`JOB_NAMESPACES=*`), which a server cannot watch.
 */
export const readSettings = (
  env: NodeJS.ProcessEnv,
  files: SettingsFiles,
  { configs = 'needed' }: { configs?: Configs } = {},
): Settings => {
  const from = new Variables(env)
  const settings = readAll(from, files, configs)
  checkDefaultPrivileges(from, settings)
  if (configs === 'needed') checkPlaces(from)
  if (from.mistakes.length > 0) throw new SettingsError(from.mistakes)
  return settings
}
