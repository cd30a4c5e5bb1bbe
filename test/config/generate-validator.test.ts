import { readFileSync } from 'node:fs'
import t from 'tap'
import { validatorSource } from '../../config/generate-validator.ts'

t.test('validator.ts was made from the schema as it is', async (t) => {
  const file = new URL('../../config/validator.ts', import.meta.url)
  t.ok(
    readFileSync(file, 'utf8') === (await validatorSource()),
    'run node config/generate-validator.ts',
  )
})
