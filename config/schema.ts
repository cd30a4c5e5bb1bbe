import type { SchemaNode } from './decode.ts'
import schema from './schema.json' with { type: 'json' }

/** The dialects of `job/config.yaml`; `seed`: files without `apiVersion`. */
export type Dialect = 'seed' | 'v1' | 'v2'

/** What `apiVersion` may say. */
export const API_VERSIONS: readonly string[] = ['v1', 'v2']

/** The named parts of the JSON Schema; each dialect is one of them. */
export const definitions: Record<string, SchemaNode> = schema.definitions

/** The whole JSON Schema, as it is published for editors. */
export const configSchema: object = schema
