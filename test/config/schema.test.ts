import { Ajv } from 'ajv'
import t from 'tap'
import { API_VERSIONS, configSchema, definitions } from '../../config/schema.ts'

const validate = new Ajv({ allowUnionTypes: true }).compile(configSchema)

t.test('there is a part for every dialect', (t) => {
  for (const dialect of ['seed', ...API_VERSIONS]) {
    t.type(definitions[dialect], 'object', dialect)
  }
  t.end()
})

const task = { name: 't', image: 'alpine', cmd: ['sh'], maxPollDuration: 10 }

const files: [name: string, file: unknown, valid: boolean][] = [
  ['an empty file', null, true],
  ['no apiVersion', { actions: [{ tasks: [task] }] }, true],
  ['no apiVersion, unknown keys', { foo: 1 }, true],
  ['no apiVersion, no list', { actions: {} }, false],
  ['v1', { apiVersion: 'v1', actions: [{ silent: true }] }, true],
  [
    'v1, a key of v2',
    { apiVersion: 'v1', actions: [{ tasks: [task] }] },
    false,
  ],
  ['v2', { apiVersion: 'v2', actions: [{ tasks: [task] }] }, true],
  ['v2, numbers as text', { apiVersion: 'v2', actions: [{ name: 1 }] }, true],
  ['v2, an unknown key', { apiVersion: 'v2', foo: 1 }, false],
  ['an unknown apiVersion', { apiVersion: 'v9' }, false],
]

t.test('an editor can use the schema as a whole', (t) => {
  for (const [name, file, valid] of files) t.equal(validate(file), valid, name)
  t.end()
})

const SELF_EVIDENT = new Set(['add', 'drop', 'actions'])

t.test('every key is described', (t) => {
  for (const [part, { properties = {} }] of Object.entries(definitions)) {
    for (const [key, property] of Object.entries(properties)) {
      if (key === 'apiVersion' || property.$ref !== undefined) continue
      const described = 'description' in property || part === 'capabilities'
      t.ok(described || SELF_EVIDENT.has(key), `${part}.${key}`)
    }
  }
  t.end()
})
