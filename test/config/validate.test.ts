import t from 'tap'
import { validate } from '../../config/validate.ts'

t.test('a valid file has no errors', (t) => {
  t.strictSame(validate('seed', {}), [])
  t.strictSame(validate('seed', null), [])
  t.strictSame(validate('v1', { apiVersion: 'v1' }), [])
  t.strictSame(validate('v2', { apiVersion: 'v2', actions: [] }), [])
  t.end()
})

t.test('each dialect has its own keys', (t) => {
  const actions = [{ tasks: [{ args: ['a'] }] }]
  t.strictSame(validate('seed', { actions }), [], 'seed allows any')
  t.match(validate('v1', { apiVersion: 'v1', actions }), [
    { keyword: 'additionalProperties', instancePath: '/actions/0/tasks/0' },
  ])
  t.strictSame(validate('v2', { apiVersion: 'v2', actions }), [])
  t.end()
})

t.test('all errors are given, with what was found', (t) => {
  const errors = validate('v2', {
    apiVersion: 'v2',
    actions: [{ name: [], silent: 'yes', foo: true }],
  })
  t.same(
    errors.map(({ instancePath, keyword, data }) => [
      instancePath,
      keyword,
      data,
    ]),
    [
      [
        '/actions/0',
        'additionalProperties',
        { name: [], silent: 'yes', foo: true },
      ],
      ['/actions/0/name', 'type', []],
      ['/actions/0/silent', 'type', 'yes'],
    ],
  )
  t.end()
})

t.test('one call leaves nothing to the next', (t) => {
  t.equal(validate('v2', []).length, 1)
  t.strictSame(validate('v2', { apiVersion: 'v2' }), [])
  t.end()
})
