import type { Stored } from '../store.ts'
import type { FieldErrors } from './field.ts'
import { dnsSubdomain, labelValue, qualifiedName } from './names.ts'

const ANNOTATIONS_LIMIT = 256 * 1024

export const validateLabels = (
  labels: Record<string, string> | undefined,
  path: string,
  errors: FieldErrors,
): void => {
  for (const key in labels) {
    const value = labels[key]!
    errors.check(path, key, qualifiedName(key))
    errors.check(path, value, labelValue(value))
  }
}

export const validateAnnotations = (
  annotations: Record<string, string> | undefined,
  path: string,
  errors: FieldErrors,
): void => {
  let size = 0
  for (const key in annotations) {
    errors.check(path, key, qualifiedName(key.toLowerCase()))
    size += Buffer.byteLength(key) + Buffer.byteLength(annotations[key]!)
  }
  if (size > ANNOTATIONS_LIMIT) errors.tooLong(path, ANNOTATIONS_LIMIT)
}

/**
 * Name, labels, annotations, owners and finalizers of any object; labels as
 * before were judged then.
 */
export const validateMetadata = (
  object: Stored,
  errors: FieldErrors,
  before?: Stored,
): void => {
  const metadata = object.metadata ?? {}
  if (metadata.name)
    errors.check('metadata.name', metadata.name, dnsSubdomain(metadata.name))
  else errors.required('metadata.name', 'name or generateName is required')
  if (metadata.labels !== before?.metadata?.labels)
    validateLabels(metadata.labels, 'metadata.labels', errors)
  validateAnnotations(metadata.annotations, 'metadata.annotations', errors)
  for (const finalizer of metadata.finalizers ?? [])
    errors.check('metadata.finalizers', finalizer, qualifiedName(finalizer))
  validateOwners(metadata, errors)
}

const validateOwners = (
  metadata: NonNullable<Stored['metadata']>,
  errors: FieldErrors,
): void => {
  const owners = metadata.ownerReferences ?? []
  owners.forEach((owner, index) => {
    const path = `metadata.ownerReferences[${index}]`
    if (!owner.apiVersion)
      errors.invalid(`${path}.apiVersion`, '', 'version must not be empty')
    if (!owner.kind) errors.invalid(`${path}.kind`, '', 'must not be empty')
    if (!owner.name) errors.invalid(`${path}.name`, '', 'must not be empty')
    if (!owner.uid) errors.invalid(`${path}.uid`, '', 'must not be empty')
  })
  if (owners.filter((owner) => owner.controller).length > 1)
    errors.invalid(
      'metadata.ownerReferences',
      owners,
      'Only one reference can have Controller set to true',
    )
}
