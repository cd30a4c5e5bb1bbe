import { UsageError } from './usage-error.ts'
import type { ExitCode, Io } from './io.ts'

/** One word of the command line. */
export interface Command {
  /** One line for the list of commands. */
  summary: string
  help: string
  /**
   * `args` are those after the command's name. Throws `UsageError` for a
   * wrong command line; tells of everything else itself.
   */
  run(args: string[], io: Io): Promise<ExitCode>
}

/** Loaded when called: `lint` needs no cluster and no HTTP. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  lint: async () => (await import('./lint.ts')).lint,
  explain: async () => (await import('./explain.ts')).explain,
  render: async () => (await import('./render.ts')).render,
  run: async () => (await import('./run.ts')).run,
}

const overview = async (): Promise<string> => {
  const lines = await Promise.all(
    Object.entries(COMMANDS).map(
      async ([name, load]) => `  ${name.padEnd(9)}${(await load()).summary}`,
    ),
  )
  return `Usage: job-executor COMMAND [OPTIONS]

Tries a job/config.yaml on this machine, with the code that runs on a cluster.

Commands:
${lines.join('\n')}

job-executor COMMAND --help tells the options of a command.
Exit codes: 0 well, 1 an error or a failed run, 2 a wrong command line.`
}

const isHelp = (arg: string): boolean => arg === '--help' || arg === '-h'

/**
 * Runs one command line (without the program's own name) and returns its
 * exit code. Rejects only for a defect of this program.
 */
export const cli = async (args: string[], io: Io): Promise<ExitCode> => {
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || isHelp(name)) {
    const text = await overview()
    if (name === undefined) io.err(text)
    else io.out(text)
    return name === undefined ? 2 : 0
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!load) {
    io.err(
      `job-executor: there is no command ${JSON.stringify(name)}; ` +
        `there are ${Object.keys(COMMANDS).join(', ')}`,
    )
    return 2
  }
  const command = await load()
  if (rest.some(isHelp)) {
    io.out(command.help)
    return 0
  }
  try {
    return await command.run(rest, io)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    io.err(`job-executor ${name}: ${error.message}`)
    io.err(`Try: job-executor ${name} --help`)
    return 2
  }
}
