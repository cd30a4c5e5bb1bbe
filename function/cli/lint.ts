import type { Problem } from '../../config/problem.ts'
import { lintConfig } from '../../config/lint.ts'
import type { Command } from './cli.ts'
import { CliError } from './cli-error.ts'
import { harmlessJson } from '../harmless.ts'
import type { Io } from './io.ts'
import { oneOf, parseOptions } from './options.ts'
import { problemText } from './problem-text.ts'
import { readBytes } from './read-file.ts'
import { UsageError } from './usage-error.ts'

interface Linted {
  file: string
  problems: Problem[]
  warnings: Problem[]
}

const lintFile = async (file: string): Promise<Linted> => {
  try {
    return { file, ...lintConfig(await readBytes(file)) }
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return { file, problems: [...error.problems], warnings: [] }
  }
}

const print = ({ file, problems, warnings }: Linted, io: Io): void => {
  for (const problem of problems)
    io.out(problemText(file, io.paint('red', 'error'), problem))
  for (const warning of warnings)
    io.out(problemText(file, io.paint('yellow', 'warning'), warning))
  if (problems.length + warnings.length === 0) io.out(`${file}: valid`)
}

export const lint: Command = {
  summary: 'checks job/config.yaml files',
  help: `Usage: job-executor lint [-o json] FILE…

Checks job/config.yaml files in every dialect (without apiVersion, v1, v2).
Errors make a file invalid; warnings tell of what is allowed but hardly meant.
FILE - reads standard input.

Options:
  -o, --output text|json   how to print (text)
  -h, --help               this text

Exit codes: 0 all are valid (there may be warnings), 1 one is invalid,
2 a wrong command line.`,
  run: async (args, io) => {
    const { values, positionals } = parseOptions(
      args,
      { output: { type: 'string', short: 'o', default: 'text' } },
      true,
    )
    const output = oneOf(values.output, ['text', 'json'], '--output')
    if (positionals.length === 0) throw new UsageError('no FILE is given')
    const linted = await Promise.all(positionals.map(lintFile))
    if (output === 'json') io.out(harmlessJson({ files: linted }, 2))
    else for (const each of linted) print(each, io)
    return linted.some(({ problems }) => problems.length > 0) ? 1 : 0
  },
}
