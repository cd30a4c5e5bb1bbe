import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { load } from 'js-yaml'
import t from 'tap'
import { settingsTable } from '../../function/settings-table.ts'

/**
 * `func_yaml-schema.json` is `schema/func_yaml-schema.json` of knative.dev/func
 * v0.49.2 (Apache-2.0), only indented anew: func publishes it, but does not
 * hold a func.yaml against it.
 */
const read = (path: string): string =>
  readFileSync(join(import.meta.dirname, path), 'utf8')

/** ajv knows draft-04 no more; the schema has nothing that changed since. */
const schema = JSON.parse(
  read('func_yaml-schema.json'),
  (key, value: unknown) => (key === '$schema' ? undefined : value),
) as object
const validate: ValidateFunction = new Ajv({
  strict: false,
  validateFormats: false,
}).compile(schema)

interface FuncYaml {
  specVersion: string
  name: string
  run: { envs: { name: string }[] }
  deploy: { serviceAccountName: string }
}
const func = (): FuncYaml => load(read('../../func.yaml')) as FuncYaml

t.test("func.yaml is valid by func's own schema", async (t) => {
  t.ok(validate(func()), JSON.stringify(validate.errors))
  t.notOk(validate({ ...func(), build: { builder: 'host' } }))
  t.notOk(validate({ ...func(), subscriptions: [] }))
})

t.test('it does not say that func could build it', async (t) =>
  t.notOk('build' in func()),
)

t.test('it names what knative/ has and what the function reads', async (t) => {
  const { name, run, deploy } = func()
  t.equal(name, settingsTable.FUNCTION_NAME.default)
  t.equal(deploy.serviceAccountName, name)
  for (const { name } of run.envs)
    t.ok(name === 'NODE_OPTIONS' || name in settingsTable, name)
})
