import { type Event, isClusterError } from './cluster/cluster.ts'
import { cleanText } from './clean-text.ts'
import type { Head } from './head.ts'
import { LABEL } from './labels.ts'
import { instanceId } from './names.ts'
import type { Ports } from './ports.ts'

/**
 * Leaves a Kubernetes Event for who looks with `kubectl describe` or
 * `kubectl get events`. Best effort: never rejects. `once`: the end of a name
 * that it has as long as the cluster keeps it; not told again meanwhile.
 */
export const tellUser = async (
  { cluster, settings, log, replica }: Ports,
  about: Pick<Head, 'namespace'> & Partial<Pick<Head, 'name' | 'uid'>>,
  what: { reason: string; message: string; once?: string },
): Promise<void> => {
  const time = new Date(cluster.time()).toISOString()
  const event: Event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      ...(what.once === undefined
        ? { generateName: 'job-executor-' }
        : { name: `job-executor-${what.once}` }),
      namespace: about.namespace,
      labels: { [LABEL.instance]: instanceId(settings.instance) },
    },
    involvedObject: about.name
      ? {
          apiVersion: 'batch/v1',
          kind: 'Job',
          namespace: about.namespace,
          name: about.name,
          ...(about.uid && { uid: about.uid }),
        }
      : {
          apiVersion: 'v1',
          kind: 'Namespace',
          // An Event is in the namespace of what it is about.
          namespace: about.namespace,
          name: about.namespace,
        },
    type: 'Warning',
    reason: what.reason,
    // Kubernetes takes 1024 bytes at most.
    message: Buffer.from(cleanText(what.message)).subarray(0, 1000).toString(),
    source: { component: settings.source },
    reportingComponent: settings.source,
    reportingInstance: replica,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  }
  try {
    await cluster.create('Event', event)
  } catch (error) {
    if (what.once !== undefined && isClusterError(error, 'AlreadyExists'))
      return
    log('warn', 'a Kubernetes Event could not be written', {
      error: String(error),
      event: what,
    })
  }
}
