import { readFileSync } from 'node:fs'
import { readSettings } from '../../function/settings.ts'
import type { Settings } from '../../function/settings.ts'

interface OriginalSettings {
  base?: string
  namespace?: string
  initContainerImage?: string
  deploymentName?: string
  defaultServiceAccount?: string
  defaultResources?: {
    limits?: { cpu: string; memory: string }
    requests?: { cpu: string; memory: string }
  }
  jobSecurityContext?: object
  podSecurityContext?: object
  jobLabels?: object
  allowPrivilegedJobs?: boolean
  taskDeadlineSeconds?: number | null
  allowedImages?: string
}

const { settings: rows } = JSON.parse(
  readFileSync(new URL('../corpus/settings.json', import.meta.url), 'utf8'),
) as { settings: Record<string, OriginalSettings> }

const merged = (name: string): OriginalSettings => {
  const row = rows[name] ?? {}
  return row.base ? { ...merged(row.base), ...row } : row
}

/** The settings of the corpus, as they would be given to this function. */
export const originalSettings = (name: string): Settings => {
  const row = merged(name)
  const { limits, requests } = row.defaultResources ?? {}
  const files = new Map([
    ['container', JSON.stringify(row.jobSecurityContext ?? {})],
    ['pod', JSON.stringify(row.podSecurityContext ?? {})],
    ['labels', JSON.stringify(row.jobLabels ?? {})],
  ])
  const env = {
    JOB_NAMESPACE: row.namespace,
    JOB_NAMESPACES: '*',
    INIT_CONTAINER_IMAGE: row.initContainerImage,
    FULL_DEPLOYMENT_NAME: row.deploymentName,
    DEFAULT_JOB_SERVICE_ACCOUNT: row.defaultServiceAccount ?? '',
    DEFAULT_RESOURCE_LIMITS_CPU: limits?.cpu ?? '',
    DEFAULT_RESOURCE_LIMITS_MEMORY: limits?.memory ?? '',
    DEFAULT_RESOURCE_REQUESTS_CPU: requests?.cpu ?? '',
    DEFAULT_RESOURCE_REQUESTS_MEMORY: requests?.memory ?? '',
    JOB_SECURITY_CONTEXT_FILE: 'container',
    JOB_POD_SECURITY_CONTEXT_FILE: 'pod',
    JOB_LABELS_FILE: 'labels',
    ALLOW_PRIVILEGED_JOBS: String(row.allowPrivilegedJobs ?? false),
    TASK_DEADLINE_SECONDS: String(row.taskDeadlineSeconds ?? 0),
    ALLOWED_IMAGE_LIST: row.allowedImages,
  }
  const read = (path: string) => files.get(path)
  return readSettings(env, { read }, { configs: 'given' })
}
