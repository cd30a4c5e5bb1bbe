import type { Job, Kind, Pod } from '../cluster.ts'
import type { Stored } from './store.ts'
import type { PodSpec } from './validation/pod-spec.ts'
import { RESOURCE } from './wire.ts'

/** Fills in, in place, what the API server would. The uid is set already. */
export const setDefaults = (kind: Kind, object: Stored): void => {
  object.apiVersion = RESOURCE[kind].apiVersion
  object.kind = kind
  if (kind === 'Job') jobDefaults(object as Job)
  if (kind === 'Pod') podDefaults(object as Pod)
}

const jobDefaults = (job: Job): void => {
  job.status = {}
  const { metadata, spec } = job
  if (!metadata || !spec?.template) return
  spec.parallelism ??= 1
  if (spec.completions === undefined && spec.parallelism === 1)
    spec.completions = 1
  spec.backoffLimit ??= 6
  spec.completionMode ??= 'NonIndexed'
  spec.suspend ??= false
  spec.podReplacementPolicy ??= 'TerminatingOrFailed'
  spec.manualSelector ??= false
  const uid = metadata.uid ?? ''
  const generated = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': metadata.name ?? '',
    'controller-uid': uid,
    'job-name': metadata.name ?? '',
  }
  spec.selector ??= {
    matchLabels: { 'batch.kubernetes.io/controller-uid': uid },
  }
  spec.template.metadata = {
    ...spec.template.metadata,
    labels: { ...spec.template.metadata?.labels, ...generated },
  }
  // A Job without labels of its own gets its template's.
  if (Object.keys(metadata.labels ?? {}).length === 0)
    metadata.labels = { ...spec.template.metadata.labels }
  if (spec.template.spec) podSpecDefaults(spec.template.spec)
}

const podDefaults = (pod: Pod): void => {
  pod.status = { phase: 'Pending', qosClass: 'BestEffort' }
  if (!pod.spec) return
  podSpecDefaults(pod.spec)
  pod.spec.serviceAccountName ||= 'default'
  pod.spec.serviceAccount ||= pod.spec.serviceAccountName
}

const podSpecDefaults = (spec: PodSpec): void => {
  spec.restartPolicy ||= 'Always'
  spec.dnsPolicy ||= 'ClusterFirst'
  spec.schedulerName ||= 'default-scheduler'
  spec.terminationGracePeriodSeconds ??= 30
  spec.securityContext ??= {}
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName
  for (const container of [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
  ])
    containerDefaults(container)
  for (const volume of spec.volumes ?? []) {
    if (volume.configMap) volume.configMap.defaultMode ??= 0o644
    if (volume.secret) volume.secret.defaultMode ??= 0o644
  }
}

const containerDefaults = (container: PodSpec['containers'][number]): void => {
  container.terminationMessagePath ||= '/dev/termination-log'
  container.terminationMessagePolicy ||= 'File'
  container.imagePullPolicy ||= pullPolicy(container.image ?? '')
  container.resources ??= {}
  const { limits } = container.resources
  if (limits)
    container.resources.requests = {
      ...limits,
      ...container.resources.requests,
    }
}

/** `latest`, written or not, is always pulled; a digest or tag is not. */
const pullPolicy = (image: string): string => {
  if (image.includes('@')) return 'IfNotPresent'
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest'
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}
