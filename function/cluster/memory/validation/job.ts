import { isDeepStrictEqual } from 'node:util'
import type { Job } from '../../cluster.ts'
import type { FieldErrors } from './field.ts'
import { validateAnnotations, validateLabels } from './metadata.ts'
import { validatePodSpec } from './pod-spec.ts'
import { copy } from '../wire.ts'

const NOT_NEGATIVE = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
] as const

/** A Job's spec, after the defaults; a template as before was judged then. */
export const validateJob = (
  job: Job,
  errors: FieldErrors,
  before?: Job,
): void => {
  const { spec } = job
  if (!spec) return errors.required('spec')
  for (const field of NOT_NEGATIVE)
    if ((spec[field] ?? 0) < 0)
      errors.invalid(
        `spec.${field}`,
        spec[field],
        'must be greater than or equal to 0',
      )
  if (!['Indexed', 'NonIndexed'].includes(spec.completionMode ?? ''))
    errors.unsupported('spec.completionMode', spec.completionMode, [
      'NonIndexed',
      'Indexed',
    ])
  if (spec.completionMode === 'Indexed' && spec.completions === undefined)
    errors.required('spec.completions', 'when completion mode is Indexed')
  if (spec.template !== before?.spec?.template)
    validateTemplate(spec.template, errors)
}

const validateTemplate = (
  template: NonNullable<Job['spec']>['template'],
  errors: FieldErrors,
): void => {
  const path = 'spec.template'
  validateLabels(template.metadata?.labels, `${path}.labels`, errors)
  validateAnnotations(
    template.metadata?.annotations,
    `${path}.annotations`,
    errors,
  )
  if (!template.spec) return errors.required(`${path}.spec.containers`)
  validatePodSpec(template.spec, `${path}.spec`, errors)
  const { restartPolicy } = template.spec
  if (restartPolicy === 'Always')
    errors.unsupported(`${path}.spec.restartPolicy`, restartPolicy, [
      'OnFailure',
      'Never',
    ])
}

/** What of a Job may not change once it is there. */
export const validateJobUpdate = (
  job: Job,
  before: Job,
  errors: FieldErrors,
): void => {
  for (const field of [
    'selector',
    'completions',
    'completionMode',
    'podFailurePolicy',
    'successPolicy',
    'managedBy',
  ] as const)
    if (!isDeepStrictEqual(job.spec?.[field], before.spec?.[field]))
      errors.invalid(`spec.${field}`, job.spec?.[field], 'field is immutable')
  if (isDeepStrictEqual(job.spec?.template, before.spec?.template)) return
  if (!templateMayChange(job, before))
    errors.invalid('spec.template', job.spec?.template, 'field is immutable')
}

/** Before it started, a suspended Job's scheduling may be changed. */
const templateMayChange = (job: Job, before: Job): boolean =>
  before.spec?.suspend === true &&
  before.status?.startTime === undefined &&
  isDeepStrictEqual(withoutScheduling(job), withoutScheduling(before))

const withoutScheduling = (job: Job): unknown => {
  const template = copy(job.spec?.template)
  delete template?.metadata
  for (const field of [
    'nodeSelector',
    'affinity',
    'tolerations',
    'schedulingGates',
  ] as const)
    delete template?.spec?.[field]
  return template
}
