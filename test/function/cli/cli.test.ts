import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { commandLine, repository } from './command-line.ts'

const commands = ['lint', 'explain', 'render', 'run']

t.test('--help tells of every command', async (t) => {
  for (const args of [['--help'], ['-h'], ['help']]) {
    const { code, out } = await commandLine(args)
    t.equal(code, 0)
    for (const name of commands) t.match(out, new RegExp(`^  ${name} `, 'm'))
  }
})

for (const name of commands)
  t.test(`${name} --help`, async (t) => {
    const { code, out, err } = await commandLine([name, '--help'])
    t.equal(code, 0)
    t.match(out, new RegExp(`^Usage: job-executor ${name} `))
    t.match(out, /Exit codes: 0 .* 1 .*2 a wrong\s+command line/s)
    t.equal(err, '')
  })

const config = repository('test/examples/seed/job/config.yaml')
const wrong: [name: string, args: string[], message: RegExp][] = [
  ['no command', [], /^Usage: /],
  ['an unknown command', ['toString'], /no command "toString"/],
  ['an unknown option', ['lint', '--nope', config], /--nope/],
  ['no file to lint', ['lint'], /no FILE/],
  ['an unknown output', ['lint', '-o', 'xml', config], /"xml".*text, json/],
  ['no config', ['explain', '--event', 'x'], /--config is missing/],
  ['no event', ['render', '--config', config], /--event is missing/],
  ['an argument too much', ['run', 'x'], /x/],
  ['an unknown runtime', ['run', '--runtime', 'vm'], /"vm".*process, podman/],
  [
    'standard input twice',
    ['explain', '--config', '-', '--event', '-'],
    /both/,
  ],
]
for (const [name, args, message] of wrong)
  t.test(`exit code 2: ${name}`, async (t) => {
    const { code, out, err } = await commandLine(args)
    t.equal(code, 2)
    t.equal(out, '')
    t.match(err, message)
  })

t.test('as a program, and plain when piped', async (t) => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    repository('function/cli/main.ts'),
    'lint',
    config,
  ])
  t.equal(stdout, `${config}: valid\n`)
})
