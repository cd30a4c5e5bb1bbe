import {
  type Cluster,
  ifThere,
  isClusterError,
  isDenied,
  type Job,
  type JsonPatch,
  type Pod,
} from './cluster/cluster.ts'
import { deleteUnownedBundles } from './bundles.ts'
import { decodeHead, type Head, settlePatch } from './head.ts'
import { labelPath } from './json-pointer.ts'
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
  { head, jobs, pods }: RunObjects,
  reported: string | undefined,
): Promise<Head> => {
  const { cluster, log } = ports
  const ttls = new Map(
    stepsOf(head.plan).map(({ task }) => [task.job.metadata!.name, task.ttl]),
  )
  await Promise.all([
    ...Array.from(jobs, async ([name, { job }]) => {
      await expire(cluster, job, ttls.get(job.metadata!.name)!, {
        lingers: pods.get(name)?.some(isLingering) ?? false,
      })
    }),
    // Who deletes a head may have asked for its dependents to be orphaned.
    deleteUnownedBundles(cluster, head, {
      adopted: jobs.size > 0 && !head.deleting,
    }),
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

/** What somebody's webhook put into a task's pod gets that long to end. */
const LINGER_SECONDS = 60

/** Containers beside the task's still run. */
const isLingering = ({ status }: Pod): boolean =>
  status?.containerStatuses?.some(({ state }) => state?.running) ?? false

/** Seconds; the Job's own limit, if that is shorter. */
const lingerDeadline = ({ spec, status, metadata }: Job, now: number): number =>
  Math.min(
    spec?.activeDeadlineSeconds ?? Infinity,
    Math.ceil(
      (now - Date.parse(status?.startTime ?? metadata!.creationTimestamp!)) /
        1000,
    ) + LINGER_SECONDS,
  )

const expirePatch = (
  uid: string,
  ttl: number,
  deadline: number | undefined,
): JsonPatch => [
  { op: 'test', path: '/metadata/uid', value: uid },
  { op: 'add', path: '/spec/ttlSecondsAfterFinished', value: ttl },
  ...(deadline === undefined
    ? []
    : [
        {
          op: 'add' as const,
          path: '/spec/activeDeadlineSeconds',
          value: deadline,
        },
      ]),
  {
    op: 'remove',
    path: labelPath(LABEL.unsettled),
  },
]

/** A patch may meet a conflict with the Job controller, which writes too. */
const ATTEMPTS = 3

/**
 * Gives a Job its end, if it is still there and has none. What it has not got
 * after that goes with its head. `lingers`: its task is over, its pod is not.
 */
export const expire = async (
  cluster: Cluster,
  job: Job,
  ttl: number,
  { lingers = false } = {},
): Promise<void> => {
  const { namespace, name, uid } = job.metadata!
  const deadline = lingers ? lingerDeadline(job, cluster.time()) : undefined
  const patch = expirePatch(uid!, ttl, deadline)
  for (let attempt = 1; ; attempt += 1)
    try {
      await cluster.patch('Job', namespace!, name!, patch)
      return
    } catch (error) {
      if (isClusterError(error, 'NotFound', 'Invalid')) return
      // A policy that came later: it goes with its head.
      if (isDenied(error)) return
      if (!isClusterError(error, 'Conflict')) throw error
      if (attempt === ATTEMPTS) return
      const found = await ifThere(cluster.get('Job', namespace!, name!))
      // Replaced, or done by somebody else already.
      if (found?.metadata?.uid !== uid) return
      if (found?.spec?.ttlSecondsAfterFinished === ttl) return
    }
}
