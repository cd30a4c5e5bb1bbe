import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import t from 'tap'
import { commandLine, folder, repository } from './command-line.ts'

t.setTimeout(180_000)

const seed = 'test/examples/seed'
const event = repository(`${seed}/event.json`)

const config = (actions: string) => `apiVersion: v2\nactions:\n${actions}`
const action = (name: string, tasks: string[], more = '') =>
  `- name: ${name}
  events: [{name: ^sh.keptn.event.test.triggered$}]
${more}  tasks:
${tasks.map((task) => `  - {image: alpine, name: ${task}}\n`).join('')}`

const sh = (script: string) => `cmd: [sh, -c, ${JSON.stringify(script)}]`

const files = folder({
  'failing.yaml': config(
    action('A', [
      `first, ${sh("printf '\\033[31mhello\\n'; exit 3")}`,
      `second, ${sh('true')}`,
    ]) + action('B', [`third, ${sh('echo $KEPTN_STAGE')}`]),
  ),
  'silent.yaml': config(
    action('A', [`only, ${sh('exit 1')}`], '  silent: true\n'),
  ),
  'slow.yaml': config(action('A', [`slow, ${sh('echo up; exec sleep 600')}`])),
  'stubborn.yaml': config(
    action('A', [`slow, ${sh("trap '' TERM; echo pid $$$$; sleep 600")}`]),
  ),
  'timeout.yaml': config(
    action('A', [`slow, maxPollDuration: 1, ${sh('exec sleep 600')}`]),
  ),
  'entry.yaml': config(action('A', ['entry'])),
  'secret.yaml': config(
    action('A', [
      `s, namespace: other, env: [{name: my, value: x, valueFrom: secret}], ${sh('echo $token')}`,
    ]),
  ),
  'nothing.yaml': config('- name: A\n  events: [{name: never}]\n'),
  'secrets/my/token': 'hush',
})
t.teardown(files.remove)

interface Line {
  kind: string
  [key: string]: unknown
}

const run = async (
  file: string,
  more: string[] = [],
  options: Parameters<typeof commandLine>[1] = {},
) => {
  const { code, out } = await commandLine(
    [
      'run',
      '-c',
      file,
      '-e',
      event,
      '--runtime',
      'process',
      '-o',
      'json',
      ...more,
    ],
    options,
  )
  const lines = out.split('\n').map((line) => JSON.parse(line) as Line)
  const of = (kind: string) => lines.filter((line) => line.kind === kind)
  const reports = of('report').map(({ report }) => report as Line)
  return { code, lines, of, reports, result: of('result')[0] }
}

t.test("the seed's example, for people", async (t) => {
  const { code, out } = await commandLine([
    'run',
    '--config',
    repository(`${seed}/job/config.yaml`),
    '--event',
    event,
    '--runtime',
    'process',
    '--path',
    repository(`${seed}/bin`),
  ])
  t.equal(code, 0)
  const wanted = [
    /as processes of this machine/,
    /Keptn would get sh\.keptn\.event\.test\.started/,
    /, files\] \| 2 files copied to \/keptn/,
    /started: locust -f \/keptn\/locust\/basic\.py --host=https:\/\/keptn\.sh/,
    /\| This is a stand-in for locust/,
    /\| HOST in the environment: https:\/\/keptn\.sh/,
    /\| file next to the script: import\.py/,
    /ended with exit code 0/,
    /Keptn would get sh\.keptn\.event\.test\.finished/,
    /"result": "pass"/,
    /\[1-1 Run locust smoke tests\] succeeded/,
    /Result: pass$/,
  ]
  let rest = out
  for (const each of wanted) {
    const found = each.exec(rest)
    if (!t.ok(found, String(each))) break
    rest = rest.slice(found!.index)
  }
})

t.test('a failed task ends its action, and the others run', async (t) => {
  const { code, of, reports, result } = await run(files.path('failing.yaml'))
  t.equal(code, 1)
  t.match(of('log'), [
    { place: '1-1', task: 'first', line: '\u001b[31mhello' },
    { place: '2-1', task: 'third', line: 'dev' },
  ])
  t.match(reports, [
    { type: 'sh.keptn.event.test.started' },
    {
      type: 'sh.keptn.event.test.finished',
      data: { status: 'errored', result: 'fail', message: /hello/ },
    },
  ])
  t.match(result, {
    result: 'fail',
    tasks: [
      { place: '1-1', state: 'failed' },
      { place: '1-2', state: 'not run' },
      { place: '2-1', state: 'succeeded' },
    ],
  })
})

t.test('a silent action is not reported, and still has a result', async (t) => {
  const { code, of, reports } = await run(files.path('silent.yaml'))
  t.equal(code, 1)
  t.same(reports, [])
  t.match(of('note').at(-1), { message: /silent/ })
})

t.test('a time-out stops the process', async (t) => {
  const { code, of, reports } = await run(files.path('timeout.yaml'))
  t.equal(code, 1)
  t.match(of('ended'), [{ stopped: true }])
  t.match(reports[1], { data: { message: /timed out/ } })
})

t.test('an interrupt cancels the run', async (t) => {
  const interrupt = new AbortController()
  const { code, of, reports } = await run(files.path('slow.yaml'), [], {
    signal: interrupt.signal,
    seen: (line) => {
      if (line.includes('"up"')) interrupt.abort()
    },
  })
  t.equal(code, 1)
  t.match(of('ended'), [{ stopped: true }])
  t.match(reports[1], { data: { result: 'fail', message: /cancelled/ } })
})

for (const signal of ['SIGINT', 'SIGHUP'] as const)
  t.test(`${signal}, and npm passes it on: no process is left`, async (t) => {
    const child = spawn(process.execPath, [
      repository('function/cli/main.ts'),
      ...['run', '-c', files.path('stubborn.yaml'), '-e', event],
      ...['--runtime', 'process', '-o', 'json'],
    ])
    const [pid] = await new Promise<string[]>((resolve) => {
      let heard = ''
      child.stdout.on('data', (chunk) => {
        heard += String(chunk)
        const found = /pid (\d+)/.exec(heard)
        if (found) resolve([found[1]!])
      })
    })
    child.kill(signal)
    setTimeout(() => child.kill(signal), 100)
    const [code] = (await once(child, 'exit')) as [number | null]
    t.equal(code, 1, 'it came to its end')
    t.throws(() => process.kill(Number(pid), 0), { code: 'ESRCH' })
  })

t.test('a task without cmd says what it needs', async (t) => {
  const { code, of } = await run(files.path('entry.yaml'))
  t.equal(code, 1)
  t.match(of('waiting'), [{ message: /no cmd.*podman or docker/ }])
})

t.test('Secrets from a folder, in another namespace', async (t) => {
  const known = await run(files.path('secret.yaml'), [
    '--secrets',
    files.path('secrets'),
  ])
  t.equal(known.code, 0)
  t.match(known.of('log'), [{ line: 'hush' }])
  const unknown = await run(files.path('secret.yaml'))
  t.equal(unknown.code, 1)
  t.match(unknown.result, { tasks: [{ state: 'failed', reason: /"my"/ }] })
})

t.test('nothing matches', async (t) => {
  const { code, lines } = await run(files.path('nothing.yaml'))
  t.equal(code, 1)
  t.match(lines.at(-1), { error: { code: 'no-match', message: /explain/ } })
})

t.test('a runtime that is not there', async (t) => {
  const { code, err } = await commandLine(
    ['run', '-c', files.path('slow.yaml'), '-e', event, '--runtime', 'podman'],
    { env: { PATH: files.path('secrets') } },
  )
  t.equal(code, 1)
  t.match(err, /podman is not installed or does not work/)
})

t.test('nothing is left behind', async (t) => {
  const { TMPDIR } = process.env
  process.env.TMPDIR = t.testdir()
  t.teardown(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  })
  const { result } = await run(files.path('failing.yaml'))
  t.ok(result)
  t.same(readdirSync(process.env.TMPDIR), [])
})
