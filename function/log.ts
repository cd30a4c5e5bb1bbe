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

const print = (text: string): void => void process.stdout.write(text)

/** Where the image's processes log. */
export const standardOutput = jsonLog(print, Date.now)

/** Lines wait for others for so long. Milliseconds. */
const GATHER = 20

/**
 * The same for a process that may be busy: lines that come together are
 * written at once, the last ones when the process ends. Each write wakes the
 * reader; line by line they took 8 % of this process's time in a burst.
 */
export const gatheredOutput = (): Log => {
  let lines = ''
  const flush = (): void => {
    const text = lines
    lines = ''
    if (text !== '') print(text)
  }
  process.once('exit', flush)
  return jsonLog((line) => {
    if (lines === '') setTimeout(flush, GATHER).unref()
    lines += line
  }, Date.now)
}
