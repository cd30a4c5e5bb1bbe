/** The command line itself is wrong: exit code 2. */
export class UsageError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'UsageError'
  }
}
