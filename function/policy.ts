import type { Task } from '../config/model.ts'
import { isImageAllowed } from './image.ts'
import { isListed } from './is-listed.ts'
import { OURS } from './labels.ts'
import type { Settings } from './settings.ts'

/** Why a task cannot run: stable code, and a sentence for its author. */
export interface TaskError {
  code: string
  message: string
}

/** The namespace that a task's Job runs in. */
export const taskNamespace = (settings: Settings, task: Task): string =>
  task.namespace || settings.jobNamespace

const checkImage = (settings: Settings, task: Task): TaskError | undefined =>
  isImageAllowed(settings.allowedImages, task.image)
    ? undefined
    : {
        code: 'image-not-allowed',
        message: `image ${task.image} is not in the list of allowed images; use one that is, or ask who runs the function to add it to ALLOWED_IMAGE_LIST`,
      }

const checkPrivileged = (
  settings: Settings,
  task: Task,
): TaskError | undefined =>
  settings.allowPrivilegedJobs || !task.securityContext?.privileged
    ? undefined
    : {
        code: 'privileged',
        message:
          'privileged containers are not allowed; take `privileged: true` out, or ask who runs the function to set ALLOW_PRIVILEGED_JOBS',
      }

const checkNamespace = (
  settings: Settings,
  task: Task,
): TaskError | undefined => {
  const namespace = taskNamespace(settings, task)
  const allowed = [settings.jobNamespace, ...settings.jobNamespaces]
  return allowed.includes(namespace) || settings.jobNamespaces.includes('*')
    ? undefined
    : {
        code: 'namespace-not-allowed',
        message: `namespace ${namespace} is not allowed for tasks; leave \`namespace\` out, or ask who runs the function to add it to JOB_NAMESPACES`,
      }
}

/** As the kernel names them, without `CAP_`. */
const capabilityName = (name: string): string =>
  name.toUpperCase().replace(/^CAP_/, '')

const checkCapabilities = (
  { allowedCapabilities }: Settings,
  task: Task,
): TaskError | undefined => {
  if (allowedCapabilities.includes('*')) return undefined
  const allowed = allowedCapabilities.map(capabilityName)
  const bad = task.securityContext?.capabilities?.add?.find(
    (name) => !allowed.includes(capabilityName(name)),
  )
  return bad === undefined
    ? undefined
    : {
        code: 'capability-not-allowed',
        message: `capability ${bad} is not allowed; take it out of \`capabilities.add\`, or ask who runs the function to add it to ALLOWED_CAPABILITIES`,
      }
}

/** A task with the function's own account could do all that it can. */
const checkServiceAccount = (
  settings: Settings,
  task: Task,
): TaskError | undefined => {
  const byDefault = settings.jobDefaults.serviceAccount || 'default'
  const account = (task.serviceAccount ?? byDefault) || 'default'
  const own = [settings.serviceAccount, settings.jobWatch.serviceAccount]
  const homes = [settings.instance.namespace, settings.jobNamespace]
  const atHome = homes.includes(taskNamespace(settings, task))
  if (
    (atHome && own.includes(account)) ||
    isListed(settings.reservedServiceAccounts, account)
  )
    return {
      code: 'service-account-not-allowed',
      message: `service account ${account} belongs to the function and is not for tasks; name another one in \`serviceAccount\``,
    }
  return account === byDefault ||
    isListed(settings.allowedServiceAccounts, account)
    ? undefined
    : {
        code: 'service-account-not-allowed',
        message: `service account ${account} is not allowed for tasks; leave \`serviceAccount\` out, or ask who runs the function to add it to ALLOWED_SERVICE_ACCOUNTS`,
      }
}

/** A task with the function's own Secrets could speak to Keptn as it does. */
const checkSecrets = (
  settings: Settings,
  task: Task,
): TaskError | undefined => {
  const names = task.env
    .filter(({ valueFrom }) => valueFrom === 'secret')
    .map(({ name }) => name)
  const atHome = taskNamespace(settings, task) === settings.instance.namespace
  const own = names.find(
    (name) => atHome && isListed(settings.functionSecrets, name),
  )
  if (own !== undefined)
    return {
      code: 'secret-not-allowed',
      message: `Secret ${own} belongs to the function and is not for tasks; name another one in \`env\``,
    }
  const bad = names.find((name) => !isListed(settings.allowedSecrets, name))
  return bad === undefined
    ? undefined
    : {
        code: 'secret-not-allowed',
        message: `Secret ${bad} is not allowed for tasks; take it out of \`env\`, or ask who runs the function to add it to ALLOWED_SECRETS`,
      }
}

/** The keys of annotations below the function's own prefix are its own. */
const checkAnnotations = (
  _settings: Settings,
  task: Task,
): TaskError | undefined => {
  const key = Object.keys(task.annotations ?? {}).find((each) =>
    each.startsWith(`${OURS}/`),
  )
  return key === undefined
    ? undefined
    : {
        code: 'annotation-reserved',
        message: `annotation ${key} is reserved for the function; use another prefix`,
      }
}

/** What the installation does not let a task do; `undefined`: all allowed. */
export const checkTask = (
  settings: Settings,
  task: Task,
): TaskError | undefined =>
  checkImage(settings, task) ??
  checkPrivileged(settings, task) ??
  checkNamespace(settings, task) ??
  checkCapabilities(settings, task) ??
  checkServiceAccount(settings, task) ??
  checkSecrets(settings, task) ??
  checkAnnotations(settings, task)
