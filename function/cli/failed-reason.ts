import type { Head } from '../head.ts'

/** Why a run, or some of its actions, ran nothing or ended early. */
export const failedReason = ({
  plan,
  deleting,
  ended,
}: Pick<Head, 'plan' | 'deleting' | 'ended'>): string | undefined => {
  const reasons = [
    ...(deleting ? ['The run was cancelled.'] : []),
    ...(ended ? [`The run was ended: ${ended.reason}`] : []),
    ...(plan.failure ? [plan.failure.message] : []),
    ...plan.actions.flatMap(({ name, failure }) =>
      failure
        ? [
            `Action ${JSON.stringify(name)} ran nothing: ${failure.task === undefined ? '' : `task ${JSON.stringify(failure.task)}: `}${failure.message}`,
          ]
        : [],
    ),
  ]
  return reasons.length > 0 ? reasons.join('\n') : undefined
}
