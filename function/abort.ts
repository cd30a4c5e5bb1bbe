import type { JobEvent } from '../config/event.ts'
import { isClusterError } from './cluster/cluster.ts'
import { DamagedError, decodeHead, endedPatch, FormatError } from './head.ts'
import { text } from './json.ts'
import { LABEL, ofRole, selectOwn } from './labels.ts'
import { sequenceId } from './names.ts'
import type { Ports } from './ports.ts'

const SEQUENCE_FINISHED = /^sh\.keptn\.event\.([^.]+)\.[^.]+\.finished$/

/**
 * Keptn's word that a sequence is over before its tasks are: aborted, or
 * timed out while it waited. What is not that is `undefined`.
 */
export const sequenceEnd = (
  event: JobEvent,
): { context: string; stage: string; reason: string } | undefined => {
  const stage = SEQUENCE_FINISHED.exec(event.type)?.[1]
  const context = text(event.shkeptncontext)
  if (stage === undefined || context === '') return undefined
  const status = text(event.data?.status)
  const message = text(event.data?.message)
  if (status === 'aborted')
    return { context, stage, reason: 'the sequence was aborted' }
  if (status === 'errored' && message.startsWith('sequence timed out'))
    return { context, stage, reason: 'the sequence timed out' }
  return undefined
}

/**
 * Writes the end of a sequence on the heads of its unsettled runs, and gives
 * their run ids. Rejects with `ClusterError`.
 */
export const endSequence = async (
  { cluster, settings, log }: Ports,
  end: { context: string; stage: string; reason: string },
): Promise<string[]> => {
  const { items } = await cluster.list('Job', settings.jobNamespace, {
    labelSelector: selectOwn(
      settings.instance,
      ofRole('head'),
      LABEL.unsettled,
      `${LABEL.sequence}=${sequenceId(end.context, end.stage)}`,
    ),
  })
  const runs: string[] = []
  for (const item of items) {
    try {
      const head = decodeHead(item)
      await cluster.patch(
        'Job',
        head.namespace,
        head.name,
        endedPatch(head, { reason: end.reason }),
      )
      log('info', end.reason, { run: head.run, shkeptncontext: end.context })
      runs.push(head.run)
    } catch (error) {
      if (
        !(error instanceof FormatError) &&
        !(error instanceof DamagedError) &&
        !isClusterError(error, 'NotFound', 'Conflict')
      )
        throw error
    }
  }
  return runs
}
