import type { Job } from '../cluster.ts'

export type JobCondition = NonNullable<
  NonNullable<Job['status']>['conditions']
>[number]

/** The condition of that type whose status is `True`. */
export const trueCondition = (
  job: Job,
  type: string,
): JobCondition | undefined =>
  job.status?.conditions?.find(
    (condition) => condition.type === type && condition.status === 'True',
  )

/** `Complete` or `Failed`; both are for ever. */
export const finishedCondition = (job: Job): JobCondition | undefined =>
  trueCondition(job, 'Complete') ?? trueCondition(job, 'Failed')

/** Adds a condition, or changes the one of its type. */
export const setCondition = (
  job: Job,
  condition: Pick<JobCondition, 'type' | 'status' | 'reason' | 'message'>,
  now: string,
): void => {
  const status = (job.status ??= {})
  const others = (status.conditions ?? []).filter(
    ({ type }) => type !== condition.type,
  )
  const before = status.conditions?.find(({ type }) => type === condition.type)
  if (before?.status === condition.status) return
  status.conditions = [
    ...others,
    { ...condition, lastProbeTime: now, lastTransitionTime: now },
  ]
}
