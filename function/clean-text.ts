import type { SecretValues } from './cluster/secret-reader.ts'
import { harmless } from './harmless.ts'
import type { Plan } from './plan.ts'
import { stepsOf } from './plan.ts'
import type { Ports } from './ports.ts'
import { redactPatterns, redactValues } from './redact.ts'

/**
 * What text of a run's containers goes through before it leaves the cluster:
 * without credentials, and with nothing that a terminal obeys.
 */
export type CleanText = (text: string) => string

/**
 * With the right to read the run's Secrets (`REDACT_SECRETS`) their values are
 * taken out, too. Where one cannot be read, `withheld` says so: then no log
 * may be shown.
 */
export const cleanerOf = async (
  { settings, secretValues, log }: Ports,
  plan: Plan,
): Promise<{ clean: CleanText; withheld?: string }> => {
  const byPatterns: CleanText = (text) => harmless(redactPatterns(text))
  if (!settings.redactSecrets || !secretValues) return { clean: byPatterns }
  try {
    const values = await valuesOf(secretValues, plan)
    return {
      // Once more: between the escape sequences a value was not to be seen.
      clean: (text) =>
        redactValues(byPatterns(redactValues(text, values)), values),
    }
  } catch (error) {
    const reason = (error as Error).message
    log('error', 'logs are withheld: a Secret cannot be read', { reason })
    return {
      clean: byPatterns,
      withheld: `[withheld: the Secrets of the tasks cannot be read to take their values out (REDACT_SECRETS): ${byPatterns(reason)}]`,
    }
  }
}

const valuesOf = async (
  read: SecretValues,
  plan: Plan,
): Promise<Uint8Array[]> => {
  const secrets = new Map<string, [namespace: string, name: string]>()
  for (const { task } of stepsOf(plan)) {
    const { metadata, spec } = task.job
    const namespace = metadata!.namespace!
    for (const { envFrom } of spec!.template.spec!.containers)
      for (const { secretRef } of envFrom ?? [])
        if (secretRef?.name)
          secrets.set(`${namespace}/${secretRef.name}`, [
            namespace,
            secretRef.name,
          ])
  }
  const all = await Promise.all(
    Array.from(secrets.values(), ([namespace, name]) => read(namespace, name)),
  )
  return all.flat()
}
