import {
  type Cluster,
  isDenied,
  type Job,
  type JsonPatch,
} from './cluster/cluster.ts'
import { harmless } from './harmless.ts'
import { annotationPath } from './json-pointer.ts'
import { ANNOTATION } from './labels.ts'

const path = annotationPath(ANNOTATION.stopped)

/**
 * Stops a task's Job and writes on it why. It is not deleted: who looks for
 * it finds it Failed, with its reason, until its time to live is over. Only
 * where a policy that came later allows it no change, it is. Resolves with
 * the Job as it is then.
 */
export const stopTask = async (
  cluster: Cluster,
  job: Job,
  reason: string,
): Promise<Job> => {
  const { namespace, name, uid } = job.metadata!
  const patch: JsonPatch = [
    { op: 'test', path: '/metadata/uid', value: uid },
    ...(job.metadata!.annotations
      ? []
      : [{ op: 'add' as const, path: '/metadata/annotations', value: {} }]),
    { op: 'add', path, value: harmless(reason) },
    // Long over: the Job controller ends its pods and fails it.
    { op: 'add', path: '/spec/activeDeadlineSeconds', value: 1 },
    // Its time begins when it is let go on; it must not begin anything then.
    ...(job.spec?.suspend
      ? [{ op: 'add' as const, path: '/spec/parallelism', value: 0 }]
      : []),
  ]
  try {
    return await cluster.patch('Job', namespace!, name!, patch)
  } catch (error) {
    if (!isDenied(error)) throw error
    await cluster.delete('Job', namespace!, name!, { uid: uid! })
    return job
  }
}
