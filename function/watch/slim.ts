import type { Kind, Kinds } from '../cluster/cluster.ts'
import { ANNOTATION } from '../labels.ts'

/** What makes a head large and says nothing of how its run stands. */
const LARGE: string[] = [ANNOTATION.plan, ANNOTATION.envelope]

/**
 * An object without what the job watch never reads: a thousand whole runs
 * would not fit into its memory.
 */
export const slim = <K extends Kind>(object: Kinds[K]): Kinds[K] => {
  const slimmed = { ...object } as Kinds[K] & {
    spec?: { template?: unknown; containers?: unknown; volumes?: unknown }
  }
  const { managedFields: _, annotations, ...metadata } = object.metadata ?? {}
  slimmed.metadata = {
    ...metadata,
    annotations: Object.fromEntries(
      Object.entries(annotations ?? {}).filter(([key]) => !LARGE.includes(key)),
    ),
  }
  if (slimmed.spec)
    slimmed.spec = {
      ...slimmed.spec,
      template: {},
      containers: [],
      volumes: [],
    }
  return slimmed
}

/** How a cluster is read to be watched: what is read whole is memory. */
export const WATCHING = { pageSize: 50, keep: slim }
