import { isClusterError, type Job } from './cluster/cluster.ts'
import { encodeHead, type Head, MIN_HEAD_TTL } from './head.ts'
import { LABEL } from './labels.ts'
import type { Ports } from './ports.ts'

/**
 * Leaves a settled head in place of one that a user deleted, so that a repeat
 * of its event is known for as long as after any other run. Best effort: a
 * namespace that is going away takes nothing new.
 */
export const leaveRecord = async (ports: Ports, head: Head): Promise<void> => {
  const { cluster, settings, log } = ports
  try {
    await cluster.create('Job', record(head, await ports.image(), settings))
  } catch (error) {
    if (!isClusterError(error, 'AlreadyExists'))
      log('warn', 'the cancelled run left no record', {
        run: head.run,
        error: String(error),
      })
  }
}

const record = (
  head: Head,
  image: string,
  { instance, deploymentName }: Ports['settings'],
): Job => {
  const { metadata, spec, ...job } = encodeHead({
    run: head.run,
    instance,
    namespace: head.namespace,
    partOf: deploymentName,
    envelope: head.envelope,
    plan: { actions: [], bundles: [] },
    claim: head.claim,
    image,
  })
  const { [LABEL.unsettled]: _, ...labels } = metadata!.labels!
  const { finalizers: __, ...rest } = metadata!
  return {
    ...job,
    metadata: { ...rest, labels },
    spec: { ...spec!, ttlSecondsAfterFinished: MIN_HEAD_TTL },
  }
}
