import { toJobConfig } from './canonical.ts'
import type { JobConfig } from './model.ts'
import type { Problem } from './problem.ts'
import { readConfig } from './read.ts'
import type { Dialect } from './schema.ts'

/** A usable file, with what is odd about it; or all that is wrong with it. */
export type ParsedConfig =
  | { config: JobConfig; dialect: Dialect; warnings: Problem[] }
  | { problems: Problem[] }

/**
 * Reads a `job/config.yaml` of any dialect into the one model. Never throws.
 * Refused is what the original's parser refused, and nothing else: patterns,
 * paths and quantities are judged where they are used.
 */
export const parseConfig = (text: string | Uint8Array): ParsedConfig => {
  const read = readConfig(text)
  if ('problems' in read) return read
  const { dialect, file, warnings } = read
  return { config: toJobConfig(dialect, file), dialect, warnings }
}
