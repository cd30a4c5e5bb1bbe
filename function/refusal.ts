import {
  type ClusterError,
  isClusterError,
  type Job,
  lacksRight,
} from './cluster/cluster.ts'
import type { Ports } from './ports.ts'

/**
 * True when the cluster takes a task's Job neither now nor later. A right that
 * we lack is the team's mistake in a namespace that its config names; in our
 * own it is the installation's, or passes, and is no verdict on the task.
 */
export const isRefusal = (
  { settings }: Ports,
  { metadata }: Job,
  error: unknown,
): error is ClusterError =>
  isClusterError(error, 'Invalid', 'Forbidden', 'NotFound') &&
  !(lacksRight(error) && metadata!.namespace === settings.jobNamespace)
