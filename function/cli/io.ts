import type { styleText } from 'node:util'

/** What a command sees of the process it runs in. */
export interface Io {
  /** Writes one line (or several) to standard output. */
  out(line: string): void
  /** Writes one line (or several) to standard error. */
  err(line: string): void
  /** Colours text for standard output, or leaves it where colour is unwanted. */
  paint(format: Parameters<typeof styleText>[0], text: string): string
  env: Readonly<Record<string, string | undefined>>
  /** Aborts when the user interrupts. */
  signal: AbortSignal
}

/** Ends well (0), with a verdict or error (1), or was called wrongly (2). */
export type ExitCode = 0 | 1 | 2
