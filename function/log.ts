import { harmlessJson } from './harmless.ts'

/** Writes one line for the operator: JSON, so that text cannot forge
 * lines, nor move a terminal. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void

/** Logs to standard output as lines of JSON. */
export const jsonLog =
  (write: (line: string) => void, now: () => number): Log =>
  (level, message, fields) =>
    write(
      `${harmlessJson({ time: new Date(now()).toISOString(), level, message, ...fields })}\n`,
    )

export const noLog: Log = () => {}

/** Where the image's processes log. */
export const standardOutput = jsonLog(
  (line) => process.stdout.write(line),
  () => Date.now(),
)
