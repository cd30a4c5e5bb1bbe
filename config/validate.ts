import { Ajv } from 'ajv'
import type { ErrorObject, ValidateFunction } from 'ajv'
import { configSchema } from './schema.ts'
import type { Dialect } from './schema.ts'

export type SchemaError = ErrorObject

let compiled: ((dialect: Dialect) => ValidateFunction) | undefined

/**
 * Checks a decoded file against the schema of its dialect and gives all
 * errors. The schema is compiled at the first call, to keep the start short.
 */
export const validate = (dialect: Dialect, value: unknown): SchemaError[] => {
  compiled ??= compile()
  const check = compiled(dialect)
  return check(value) ? [] : (check.errors ?? [])
}

const compile = (): ((dialect: Dialect) => ValidateFunction) => {
  const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true })
  ajv.addSchema(configSchema, 'config')
  return (dialect) => {
    const check = ajv.getSchema(`config#/definitions/${dialect}`)
    if (check === undefined) throw new Error(`no schema for ${dialect}`)
    return check as ValidateFunction
  }
}
