import { type CleanText, cleanerOf } from './clean-text.ts'
import type { Pod } from './cluster/cluster.ts'
import { makeReport } from './envelope.ts'
import type { Head } from './head.ts'
import { finishedMessage, jsonBytes, type TaskLog } from './message.ts'
import { recordName } from './plan.ts'
import type { Ports } from './ports.ts'
import { readTaskLogs } from './task-logs.ts'
import { loudSteps, type Verdict } from './verdict.ts'

/** Keptn's test events carry the time frame that an evaluation looks at. */
const TEST = 'sh.keptn.event.test.triggered'

/** The `data` of `.finished` beside what every report has. */
export const finishedData = async (
  ports: Ports,
  head: Head,
  verdict: Verdict,
  podsOf: (recordName: string) => Pod[],
): Promise<Record<string, unknown>> => {
  const { cluster, settings } = ports
  const { clean, withheld } = await cleanerOf(ports, head.plan)
  const fixed: Record<string, unknown> = {
    status: verdict.status,
    result: verdict.result,
    ...(head.envelope.type === TEST && {
      test: { start: head.envelope.received, end: verdict.time },
    }),
  }
  const limit = settings.limits.messageBytes - envelopeBytes(head, fixed)
  const logs = new Map<string, TaskLog[]>(
    await Promise.all(
      loudSteps(head.plan).map(async (step) => {
        const name = recordName(step)
        const read = await readTaskLogs(cluster, podsOf(name), limit + MARGIN)
        const shown = read.map(({ heading, text }) => ({
          heading: clean(heading),
          text: withheld ?? cleanLog(clean, text, limit + MARGIN),
        }))
        return [name, shown] as const
      }),
    ),
  )
  return {
    ...fixed,
    message: finishedMessage({ plan: head.plan, verdict, logs, limit, clean }),
  }
}

/**
 * The beginning of a log that was cut may be the rest of what should be taken
 * out: so much more is read, and the first line, which is none, is dropped.
 */
const MARGIN = 8 * 1024

const cleanLog = (
  clean: CleanText,
  text: string,
  readBytes: number,
): string => {
  if (Buffer.byteLength(text) < readBytes) return clean(text)
  const line = text.slice(0, MARGIN).indexOf('\n') + 1
  return clean(text.slice(line || MARGIN))
}

/** Bytes of the whole event but for the message. */
const envelopeBytes = (head: Head, data: Record<string, unknown>): number =>
  Buffer.byteLength(
    JSON.stringify(
      makeReport({
        envelope: head.envelope,
        run: head.run,
        source: '',
        kind: 'finished',
        time: head.envelope.received,
        data: { ...data, message: '' },
      }),
    ),
  ) + jsonBytes('x'.repeat(256))
