import { parseArgs } from 'node:util'
import type { ParseArgsConfig } from 'node:util'
import { UsageError } from './usage-error.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/**
 * `parseArgs` of `node:util`, strict, with its mistakes as `UsageError`.
 * Positional arguments are refused unless `positionals`.
 */
export const parseOptions = <const T extends Options>(
  args: string[],
  options: T,
  positionals = false,
) => {
  try {
    return parseArgs({
      args,
      options,
      allowPositionals: positionals,
      strict: true,
    })
  } catch (error) {
    throw new UsageError(
      error instanceof Error ? error.message : String(error),
      error,
    )
  }
}

/** The value of an option that must be there and not be empty. */
export const required = (value: string | undefined, name: string): string => {
  if (!value) throw new UsageError(`${name} is missing`)
  return value
}

/** The value of an option that allows only some values. */
export const oneOf = <const T extends string>(
  value: string,
  allowed: readonly T[],
  name: string,
): T => {
  const found = allowed.find((each) => each === value)
  if (found === undefined)
    throw new UsageError(
      `${name} ${JSON.stringify(value)} is unknown; ` +
        `it may be ${allowed.join(', ')}`,
    )
  return found
}
