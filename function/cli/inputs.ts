import type { JobEvent } from '../../config/event.ts'
import type { JobConfig } from '../../config/model.ts'
import { parseConfig } from '../../config/parse.ts'
import type { Problem } from '../../config/problem.ts'
import { CliError } from './cli-error.ts'
import { readEventFile } from './event-file.ts'
import { required } from './options.ts'
import { readBytes } from './read-file.ts'
import { UsageError } from './usage-error.ts'

/** The options by which commands are told what to look at. */
export const INPUT_OPTIONS = {
  config: { type: 'string', short: 'c' },
  event: { type: 'string', short: 'e' },
} as const

export const INPUT_HELP = `  -c, --config FILE        the job/config.yaml (- reads standard input)
  -e, --event FILE         the event: a CloudEvent as JSON (Keptn's own form
                           too), or an .http file, whose first request is
                           taken (- reads standard input)`

/** A config and an event that can be used. */
export interface Inputs {
  configFile: string
  /** The config as it stands in the file. */
  configBytes: Uint8Array
  config: JobConfig
  warnings: Problem[]
  event: JobEvent
}

/** Reads both files. Throws `UsageError` and `CliError`. */
export const readInputs = async (options: {
  config?: string | undefined
  event?: string | undefined
}): Promise<Inputs> => {
  const configFile = required(options.config, '--config')
  const eventFile = required(options.event, '--event')
  if (configFile === '-' && eventFile === '-')
    throw new UsageError(
      '--config and --event cannot both be read from standard input',
    )
  const configBytes = await readBytes(configFile)
  const parsed = parseConfig(configBytes)
  if ('problems' in parsed) throw unusable(configFile, parsed.problems)
  const event = await readEventFile(eventFile)
  const { config, warnings } = parsed
  return { configFile, configBytes, config, warnings, event }
}

const unusable = (file: string, problems: Problem[]): CliError => {
  const [first = { code: 'config', message: 'the file cannot be used' }] =
    problems
  return new CliError(file, first, problems)
}
