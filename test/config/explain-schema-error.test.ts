import t from 'tap'
import { explainSchemaError } from '../../config/explain-schema-error.ts'
import { validate } from '../../config/validate.ts'

const told = (task: Record<string, unknown>): string[] => {
  const file = { apiVersion: 'v2', actions: [{ tasks: [task] }] }
  return validate('v2', file).map(
    (error) => explainSchemaError(error, new Map()).message,
  )
}

const messages: [name: string, task: Record<string, unknown>, RegExp][] = [
  ['a list', { args: 'x' }, /^expected a list, found the text `x`$/],
  ['a map', { resources: [] }, /^expected a map, found a list$/],
  ['text', { image: {} }, /^expected text.*, found a map$/],
  ['either', { cmd: {} }, /^expected a list or text/],
  [
    'a quoted number',
    { maxPollDuration: '10' },
    /^expected a whole number, found the text `10`; remove the quotes$/,
  ],
  [
    'a number with a unit',
    { maxPollDuration: '10s' },
    /^expected a whole number, found the text `10s`$/,
  ],
  [
    'a quoted flag',
    { securityContext: { privileged: 'yes' } },
    /^expected true or false, found the text `yes`; remove the quotes$/,
  ],
  ['infinity', { maxPollDuration: Infinity }, /found `Infinity`$/],
  [
    'a large number',
    { ttlSecondsAfterFinished: 2 ** 31 },
    /^expected a number <= 2147483647, found `2147483648`$/,
  ],
  ['a long text', { args: 'x'.repeat(1000) }, /`x{40}…`$/],
  [
    'an unknown key',
    { foo: true },
    /`foo` is not known here, remove it; known are name, /,
  ],
  ['a near key', { workingDirectory: true }, /did you mean `workingDir`\?/],
  ['another case', { Image: true }, /did you mean `image`\?/],
]

t.test('says what was expected and what was found', (t) => {
  for (const [name, task, message] of messages) {
    const all = told(task)
    t.equal(all.length, 1, `${name}: one problem`)
    t.match(all[0], message, name)
  }
  t.end()
})

t.test('says where', (t) => {
  const [error] = validate('v2', { apiVersion: 'v2', actions: [{ 'a/b': 1 }] })
  if (error === undefined) throw new Error('no error')
  const lines = new Map([
    ['/actions', 2],
    ['/actions/0', 3],
  ])
  t.match(explainSchemaError(error, lines), {
    code: 'unknown-key',
    line: 3,
    path: 'actions[0].a/b',
  })
  lines.set('/actions/0/a~1b', 7)
  t.equal(explainSchemaError(error, lines).line, 7)
  const { line, path } = explainSchemaError(
    {
      ...error,
      keyword: 'type',
      instancePath: '',
      params: { type: ['object'] },
    },
    new Map(),
  )
  t.strictSame([line, path], [undefined, undefined], 'the whole file')
  t.end()
})
