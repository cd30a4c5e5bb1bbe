import { isClusterError, type JsonPatch } from './cluster/cluster.ts'
import { deleteUnownedBundles } from './bundles.ts'
import { decodeHead, type Head, settlePatch } from './head.ts'
import { LABEL } from './labels.ts'
import { stepsOf } from './plan.ts'
import type { Ports } from './ports.ts'
import type { RunObjects } from './read-run.ts'

/**
 * Ends a run: gives its Jobs the time after which they go, then releases the
 * head. In this order, since the head's label is what brings us back after a
 * crash in between. `reported`: RFC 3339, when `.finished` went out.
 */
export const settle = async (
  ports: Ports,
  { head, jobs }: Pick<RunObjects, 'head' | 'jobs'>,
  reported: string | undefined,
): Promise<Head> => {
  const { cluster, log } = ports
  const ttls = new Map(
    stepsOf(head.plan).map(({ task }) => [task.job.metadata!.name, task.ttl]),
  )
  await Promise.all([
    ...[...jobs.values()].map(async ({ job }) => {
      const { namespace, name, uid } = job.metadata!
      await ignoreMissing(
        cluster.patch(
          'Job',
          namespace!,
          name!,
          expirePatch(uid!, ttls.get(name)!),
        ),
      )
    }),
    deleteUnownedBundles(cluster, head, { adopted: jobs.size > 0 }),
  ])
  const settled = await cluster.patch(
    'Job',
    head.namespace,
    head.name,
    settlePatch(head, {
      time: cluster.time(),
      ...(reported !== undefined && { reported }),
    }),
  )
  log('info', 'run settled', { run: head.run })
  return decodeHead(settled)
}

const expirePatch = (uid: string, ttl: number): JsonPatch => [
  { op: 'test', path: '/metadata/uid', value: uid },
  { op: 'add', path: '/spec/ttlSecondsAfterFinished', value: ttl },
  {
    op: 'remove',
    path: `/metadata/labels/${LABEL.unsettled.replaceAll('/', '~1')}`,
  },
]

/** Gone, replaced, or done by somebody else already. */
const ignoreMissing = async (promise: Promise<unknown>): Promise<void> => {
  try {
    await promise
  } catch (error) {
    if (!isClusterError(error, 'NotFound', 'Conflict', 'Invalid')) throw error
  }
}
