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
 * A text without `values`, without what looks like a credential, and with
 * nothing that a terminal obeys. Escape sequences go before the patterns: what
 * stands on both sides of one is a credential only then. Values are looked for
 * on both sides of that, as they may have control characters of their own.
 */
export const cleanText = (
  text: string,
  values: readonly (string | Uint8Array)[] = [],
): string =>
  redactPatterns(redactValues(harmless(redactValues(text, values)), values))

/**
 * With the right to read the run's Secrets (`REDACT_SECRETS`) their values are
 * taken out, too. Where one cannot be read, `withheld` says so: then no log
 * may be shown.
 */
export const cleanerOf = async (
  { settings, secretValues, log }: Ports,
  plan: Plan,
): Promise<{ clean: CleanText; withheld?: string }> => {
  const byPatterns: CleanText = (text) => cleanText(text)
  if (!settings.redactSecrets || !secretValues) return { clean: byPatterns }
  try {
    const values = await valuesOf(secretValues, plan)
    return { clean: (text) => cleanText(text, values) }
  } catch (error) {
    const reason = (error as Error).message
    log('error', 'logs are withheld: a Secret cannot be read', { reason })
    return {
      clean: byPatterns,
      withheld: `[withheld: the Secrets of the tasks cannot be read to take their values out (REDACT_SECRETS): ${cleanText(reason)}]`,
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
