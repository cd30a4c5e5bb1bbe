import type { PlanFailure } from './plan.ts'
import { type Plan, recordName } from './plan.ts'
import { loudSteps, type Verdict } from './verdict.ts'

/** What the containers of a task's pods printed. */
export interface TaskLog {
  /** As `Container task of pod x` tells whose it is. */
  heading: string
  /** The newest part. */
  text: string
}

/** Room for what stands between two parts or two logs, in bytes. */
const BETWEEN = 16

/**
 * The message of `.finished`: how each task ended and what it printed, in the
 * words of the original. `limit`: bytes that it may have as JSON; of too long
 * logs the newest part is kept, shared out evenly.
 */
export const finishedMessage = (args: {
  plan: Plan
  verdict: Verdict
  logs: Map<string, TaskLog[]>
  limit: number
  /** What all but the logs goes through. */
  clean?: (text: string) => string
}): string => {
  const parts = messageParts(args)
  const fixed = parts.reduce(
    (sum, { intro, logs }) =>
      sum +
      jsonBytes(intro) +
      BETWEEN +
      logs.reduce(
        (size, { heading }) => size + jsonBytes(heading) + BETWEEN,
        0,
      ),
    0,
  )
  const budget = Math.max(0, args.limit - fixed)
  const cut = shareOut(
    parts.flatMap(({ logs }) => logs.map(({ text }) => text)),
    budget,
  )
  const message = parts
    .map(({ intro, logs }) =>
      logs.length === 0
        ? `${intro}\n`
        : `${intro}\n\nLogs:\n${logs.map(({ heading }) => `${heading}:\n${cut.shift()}\n`).join('\n')}\n`,
    )
    .join('\n')
  return keepEnd(message, args.limit)
}

const messageParts = ({
  plan,
  verdict,
  logs,
  clean = (text) => text,
}: {
  plan: Plan
  verdict: Verdict
  logs: Map<string, TaskLog[]>
  clean?: (text: string) => string
}): { intro: string; logs: TaskLog[] }[] => {
  const parts: { intro: string; logs: TaskLog[] }[] = []
  const tell = (intro: string, taskLogs: TaskLog[] = []) =>
    parts.push({ intro: clean(intro), logs: taskLogs })
  if (verdict.reason) tell(verdict.reason)
  if (plan.failure) tell(failureText(plan.failure))
  for (const { failure, silent } of plan.actions)
    if (failure && !silent) tell(failureText(failure))
  for (const step of loudSteps(plan)) {
    const record = verdict.tasks[recordName(step)]
    if (!record || record.state === 'created') continue
    const taskLogs = logs.get(recordName(step)) ?? []
    tell(
      record.state === 'succeeded'
        ? `Task '${step.task.name}' finished successfully!`
        : `Task '${step.task.name}' failed: ${record.reason}`,
      taskLogs,
    )
  }
  return parts
}

const failureText = ({ task, message }: PlanFailure): string =>
  task === undefined ? message : `Task '${task}' failed: ${message}`

/** Bytes of a text inside a JSON string, as UTF-8. */
export const jsonBytes = (text: string): number =>
  Buffer.byteLength(JSON.stringify(text)) - 2

/**
 * Cuts texts so that they fit into `budget` bytes together: short ones stay
 * whole, long ones get equal shares of what is left and keep their ends.
 */
const shareOut = (texts: string[], budget: number): string[] => {
  const sizes = texts.map(jsonBytes)
  const order = sizes.map((_, index) => index)
  order.sort((a, b) => sizes[a]! - sizes[b]!)
  const result = [...texts]
  let left = budget
  order.forEach((index, done) => {
    const share = Math.floor(left / (order.length - done))
    if (sizes[index]! > share) result[index] = keepEnd(texts[index]!, share)
    left -= Math.min(sizes[index]!, share)
  })
  return result
}

const CUT = '[… cut …]\n'

/** The newest part of a text that has at most `limit` bytes in JSON. */
const keepEnd = (text: string, limit: number): string => {
  if (jsonBytes(text) <= limit) return text
  const room = limit - jsonBytes(CUT)
  if (room <= 0) return ''
  // A character has at least one byte, so the end is at most `room` long.
  let from = Math.max(0, text.length - room)
  for (;;) {
    const end = text.slice(from)
    const excess = jsonBytes(end) - room
    if (excess <= 0) break
    // A character takes at most 6 bytes per code unit in JSON.
    from += Math.max(1, Math.ceil(excess / 6))
  }
  // Not in the middle of a surrogate pair.
  if (/[\udc00-\udfff]/.test(text[from] ?? '')) from += 1
  return CUT + text.slice(from)
}
