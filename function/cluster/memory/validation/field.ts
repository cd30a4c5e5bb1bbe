/** Collects what is wrong with an object, in the API server's words. */
export class FieldErrors {
  readonly found: string[] = []

  required(path: string, detail = ''): void {
    this.found.push(`${path}: Required value${detail && `: ${detail}`}`)
  }

  invalid(path: string, value: unknown, detail: string): void {
    this.found.push(
      `${path}: Invalid value: ${JSON.stringify(value) ?? 'null'}: ${detail}`,
    )
  }

  unsupported(path: string, value: unknown, supported: string[]): void {
    const list = supported.map((value) => JSON.stringify(value)).join(', ')
    this.found.push(
      `${path}: Unsupported value: ${JSON.stringify(value)}: ` +
        `supported values: ${list}`,
    )
  }

  duplicate(path: string, value: unknown): void {
    this.found.push(`${path}: Duplicate value: ${JSON.stringify(value)}`)
  }

  notFound(path: string, value: unknown): void {
    this.found.push(`${path}: Not found: ${JSON.stringify(value)}`)
  }

  forbidden(path: string, detail: string): void {
    this.found.push(`${path}: Forbidden: ${detail}`)
  }

  tooLong(path: string, most: number): void {
    this.found.push(`${path}: Too long: may not be more than ${most} bytes`)
  }

  /** Adds `detail`, if there is one, as what is wrong with `value`. */
  check(path: string, value: unknown, detail: string | undefined): void {
    if (detail !== undefined) this.invalid(path, value, detail)
  }
}
