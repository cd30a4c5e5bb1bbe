import type { ErrorObject, ValidateFunction } from 'ajv'
import type { Dialect } from './schema.ts'
import { seed, v1, v2 } from './validator.ts'

export type SchemaError = ErrorObject

/** Compiled ahead of time by `generate-validator.ts`. */
const validators = { seed, v1, v2 } as unknown as Record<
  Dialect,
  ValidateFunction
>

/**
 * Checks a decoded file against the schema of its dialect and gives all
 * errors, each with the value that was found.
 */
export const validate = (dialect: Dialect, value: unknown): SchemaError[] => {
  const check = validators[dialect]
  return check(value) ? [] : (check.errors ?? [])
}
