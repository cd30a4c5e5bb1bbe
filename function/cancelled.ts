import { sleep } from './clock.ts'
import {
  type Cluster,
  ifThere,
  isClusterError,
  type Job,
} from './cluster/cluster.ts'
import { encodeHead, type Head, MIN_HEAD_TTL } from './head.ts'
import { LABEL } from './labels.ts'
import type { Ports } from './ports.ts'

/** A collector's finalizer may hold the head that was released. */
const ATTEMPTS = 5
const PAUSE = 1_000

/**
 * Leaves a settled head in place of one that a user deleted, so that a repeat
 * of its event is known for as long as after any other run. Best effort: a
 * namespace that is going away takes nothing new.
 */
export const leaveRecord = async (ports: Ports, head: Head): Promise<void> => {
  const { cluster, clock, settings, log } = ports
  try {
    const left = record(head, await ports.image(), settings)
    for (let attempt = 1; !(await isLeft(cluster, left, head)); attempt += 1) {
      if (attempt === ATTEMPTS) throw new Error('the head does not go')
      await sleep(clock, PAUSE)
    }
  } catch (error) {
    log('warn', 'the cancelled run left no record', {
      run: head.run,
      error: String(error),
    })
  }
}

/** Creates the record; false while the head itself is in its place. */
const isLeft = async (
  cluster: Cluster,
  left: Job,
  head: Head,
): Promise<boolean> => {
  try {
    await cluster.create('Job', left)
    return true
  } catch (error) {
    if (!isClusterError(error, 'AlreadyExists')) throw error
    const there = await ifThere(cluster.get('Job', head.namespace, head.name))
    return there !== undefined && there.metadata!.uid !== head.uid
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
