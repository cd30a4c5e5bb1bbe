import type { Problem } from '../../config/problem.ts'

/** A file or event that cannot be used; carries what `render` prints of it. */
export class CliError extends Error {
  readonly problem: Problem
  /** The file that is meant. */
  readonly file: string
  /** All problems when the file has several; the first is `problem`. */
  readonly problems: readonly Problem[]

  constructor(file: string, problem: Problem, problems = [problem]) {
    super(problem.message)
    this.name = 'CliError'
    this.file = file
    this.problem = problem
    this.problems = problems
  }
}
