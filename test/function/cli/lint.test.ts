import t from 'tap'
import { commandLine, folder, repository } from './command-line.ts'

const files = folder({
  'warned.yaml':
    'apiVersion: v2\nactions:\n- name: a\n  events: [{name: x}]\n  tasks:\n' +
    '  - {name: t, image: i, cmd: [a]}\n  - {name: t, image: i, cmd: [a]}\n',
  'invalid.yaml': 'apiVersion: v2\nactions:\n- nmae: a\n  tasks: 1\n',
})
t.teardown(files.remove)
const valid = repository('test/examples/seed/job/config.yaml')

t.test('a valid file', async (t) => {
  const { code, out } = await commandLine(['lint', valid])
  t.equal(code, 0)
  t.equal(out, `${valid}: valid`)
})

t.test('warnings do not make it invalid', async (t) => {
  const { code, out } = await commandLine(['lint', files.path('warned.yaml')])
  t.equal(code, 0)
  t.match(
    out,
    /warned\.yaml:7: warning: .* \(same-name at actions\[0\]\.tasks\[1\]\.name\)/,
  )
})

t.test('all problems of all files, with their lines', async (t) => {
  const { code, out } = await commandLine([
    'lint',
    valid,
    files.path('invalid.yaml'),
    'no-such-file',
  ])
  t.equal(code, 1)
  t.match(out, /invalid\.yaml:3: error: .*nmae/)
  t.match(out, /invalid\.yaml:4: error: .*tasks/)
  t.match(out, /no-such-file: error: .*no such file/)
  t.match(out, `${valid}: valid`)
})

t.test('as JSON', async (t) => {
  const { code, out } = await commandLine([
    'lint',
    '-o',
    'json',
    files.path('invalid.yaml'),
  ])
  t.equal(code, 1)
  t.match(JSON.parse(out), {
    files: [{ problems: [{ line: 3 }, { line: 4 }], warnings: [] }],
  })
})
