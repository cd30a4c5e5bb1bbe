import { isDeepStrictEqual } from 'node:util'
import { ClusterError } from '../../cluster.ts'
import type { ConfigMap, Event, Job, Kind, Pod } from '../../cluster.ts'
import type { Stored } from '../store.ts'
import { copy, RESOURCE } from '../wire.ts'
import { FieldErrors } from './field.ts'
import { validateJob, validateJobUpdate } from './job.ts'
import { validateMetadata } from './metadata.ts'
import { dataKey } from './names.ts'
import { validatePodSpec } from './pod-spec.ts'

const CONFIG_MAP_LIMIT = 1024 * 1024

/** Throws `Invalid` with everything that the API server would refuse. */
export const validate = (kind: Kind, object: Stored, before?: Stored): void => {
  const errors = new FieldErrors()
  validateMetadata(object, errors, before)
  VALIDATE[kind](object, errors, before)
  if (before) validateUpdate(kind, object, before, errors)
  if (errors.found.length === 0) return
  const [first] = errors.found
  const found =
    errors.found.length === 1 ? first : `[${errors.found.join(', ')}]`
  throw new ClusterError(
    'Invalid',
    `${RESOURCE[kind].title} "${object.metadata?.name}" is invalid: ${found}`,
  )
}

const VALIDATE: Record<
  Kind,
  (object: Stored, errors: FieldErrors, before?: Stored) => void
> = {
  Job: (object, errors, before) =>
    validateJob(object as Job, errors, before as Job | undefined),
  Pod: (object, errors) => {
    const { spec } = object as Pod
    if (spec) validatePodSpec(spec, 'spec', errors)
    else errors.required('spec.containers')
  },
  ConfigMap: (object: ConfigMap, errors) => validateConfigMap(object, errors),
  Event: (object, errors) => validateEvent(object as Event, errors),
}

const validateConfigMap = (object: ConfigMap, errors: FieldErrors): void => {
  let size = 0
  for (const [key, value] of Object.entries(object.data ?? {})) {
    errors.check(`data[${key}]`, key, dataKey(key))
    if (object.binaryData && key in object.binaryData)
      errors.invalid(
        `data[${key}]`,
        key,
        'duplicate of key present in binaryData',
      )
    size += Buffer.byteLength(value)
  }
  for (const [key, value] of Object.entries(object.binaryData ?? {})) {
    errors.check(`binaryData[${key}]`, key, dataKey(key))
    size += Buffer.from(value, 'base64').length
  }
  if (size > CONFIG_MAP_LIMIT) errors.tooLong('', CONFIG_MAP_LIMIT)
}

const validateEvent = (event: Event, errors: FieldErrors): void => {
  const namespace = event.involvedObject?.namespace || 'default'
  if (event.metadata?.namespace !== namespace)
    errors.invalid(
      'involvedObject.namespace',
      event.involvedObject?.namespace,
      'does not match event.namespace',
    )
}

const validateUpdate = (
  kind: Kind,
  object: Stored,
  before: Stored,
  errors: FieldErrors,
): void => {
  const added = (object.metadata?.finalizers ?? []).filter(
    (finalizer) => !before.metadata?.finalizers?.includes(finalizer),
  )
  if (before.metadata?.deletionTimestamp && added.length > 0)
    errors.forbidden(
      'metadata.finalizers',
      'no new finalizers can be added if the object is being deleted, ' +
        `found new finalizers ${JSON.stringify(added)}`,
    )
  if (kind === 'Job') validateJobUpdate(object as Job, before as Job, errors)
  if (kind === 'ConfigMap') validateConfigMapUpdate(object, before, errors)
  if (kind === 'Pod') validatePodUpdate(object as Pod, before as Pod, errors)
}

const validateConfigMapUpdate = (
  object: ConfigMap,
  before: ConfigMap,
  errors: FieldErrors,
): void => {
  if (!before.immutable) return
  for (const field of ['immutable', 'data', 'binaryData'] as const)
    if (!isDeepStrictEqual(object[field], before[field]))
      errors.forbidden(field, 'field is immutable when `immutable` is set')
}

/** Images, the deadline and added tolerations: only images concern us. */
const validatePodUpdate = (
  object: Pod,
  before: Pod,
  errors: FieldErrors,
): void => {
  if (isDeepStrictEqual(fixed(object), fixed(before))) return
  errors.forbidden(
    'spec',
    'pod updates may not change fields other than ' +
      '`spec.containers[*].image`,`spec.initContainers[*].image`,' +
      '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to ' +
      'existing tolerations),`spec.terminationGracePeriodSeconds` (allow it ' +
      'to be set to 1 if it was previously negative)',
  )
}

const fixed = (pod: Pod): unknown => {
  const spec = copy(pod.spec)
  if (!spec) return spec
  delete spec.activeDeadlineSeconds
  for (const container of spec.containers) delete container.image
  for (const container of spec.initContainers ?? []) delete container.image
  return spec
}
