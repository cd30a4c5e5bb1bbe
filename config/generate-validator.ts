/**
 * Writes `validator.ts` from `schema.json`, so that nothing is compiled when
 * the function starts: `node config/generate-validator.ts`.
 */
import { writeFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import { format, resolveConfig } from 'prettier'
import schema from './schema.json' with { type: 'json' }

const HEADER = `/* eslint-disable */
// @ts-nocheck
// Made by generate-validator.ts from schema.json; do not edit.
const append = (errors, more) => {
  for (const error of more) errors.push(error)
  return errors
}
`

/** The text of `validator.ts`: a check for every dialect of the schema. */
export const validatorSource = async (): Promise<string> => {
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    messages: false,
    allowUnionTypes: true,
    code: { source: true, esm: true },
  })
  ajv.addSchema(schema, 'config')
  const code = standalone.default(ajv, {
    seed: 'config#/definitions/seed',
    v1: 'config#/definitions/v1',
    v2: 'config#/definitions/v2',
  })
  const file = new URL('validator.ts', import.meta.url)
  const options = await resolveConfig(file)
  // Ajv copies the list for each error: quadratic, for a file with thousands.
  const body = code
    .replace('"use strict";', '')
    .replaceAll('vErrors.concat(', 'append(vErrors, ')
  return format(HEADER + body, { ...options, parser: 'typescript' })
}

if (import.meta.main) {
  const file = new URL('validator.ts', import.meta.url)
  writeFileSync(file, await validatorSource())
}
