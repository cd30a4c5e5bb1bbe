import type { Job, Pod } from '../cluster.ts'

type Rule = NonNullable<
  NonNullable<Job['spec']>['podFailurePolicy']
>['rules'][number]

/** What the first rule that a failed pod meets says; `Count` if none does. */
export const podFailureAction = (
  job: Job,
  pod: Pod,
): { action: string; message: string } => {
  const rules = job.spec?.podFailurePolicy?.rules ?? []
  const index = rules.findIndex((rule) => meets(rule, pod))
  return {
    action: rules[index]?.action ?? 'Count',
    message:
      `Pod ${pod.metadata?.namespace}/${pod.metadata?.name} matched a ` +
      `${rules[index]?.action} rule at index ${index}`,
  }
}

const meets = (rule: Rule, pod: Pod): boolean => {
  if (rule.onPodConditions?.length)
    return rule.onPodConditions.some(({ type, status }) =>
      pod.status?.conditions?.some(
        (condition) =>
          condition.type === type && condition.status === (status ?? 'True'),
      ),
    )
  const { onExitCodes } = rule
  if (!onExitCodes) return false
  return exitCodes(pod, onExitCodes.containerName).some(
    (code) =>
      onExitCodes.values.includes(code) === (onExitCodes.operator === 'In'),
  )
}

const exitCodes = (pod: Pod, container: string | undefined): number[] =>
  [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ]
    .filter(({ name }) => container === undefined || name === container)
    .map(({ state }) => state?.terminated?.exitCode ?? 0)
    .filter((code) => code !== 0)
