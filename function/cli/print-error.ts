import { SettingsError } from '../settings.ts'
import { CliError } from './cli-error.ts'
import { harmless, harmlessJson } from '../harmless.ts'
import type { Io } from './io.ts'
import { problemText } from './problem-text.ts'

/**
 * Tells of files or settings that cannot be used: as `{"error":{…}}` on
 * standard output, or as text on standard error. Any other error is thrown
 * on.
 */
export const printError = (
  error: unknown,
  output: 'json' | 'text',
  io: Io,
): void => {
  if (error instanceof SettingsError) {
    if (output === 'json')
      io.out(
        harmlessJson({ error: { code: 'settings', message: error.message } }),
      )
    else io.err(harmless(error.message))
    return
  }
  if (!(error instanceof CliError)) throw error
  const { file, problem, problems } = error
  if (output === 'json')
    io.out(
      harmlessJson({
        error: {
          ...problem,
          file,
          ...(problems.length > 1 && { others: problems.slice(1) }),
        },
      }),
    )
  else for (const each of problems) io.err(problemText(file, 'error', each))
}
