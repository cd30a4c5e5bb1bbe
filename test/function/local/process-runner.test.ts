import { existsSync } from 'node:fs'
import t from 'tap'
import {
  processOf,
  processRunner,
} from '../../../function/local/process-runner.ts'
import { containerRun } from './container-run.ts'

const where = { path: ['/first'], searchPath: '/bin:/usr/bin' }
const mounts = [
  { mountPath: '/keptn', hostPath: '/', readOnly: false },
  { mountPath: '/tmp', hostPath: '/pods/tmp', readOnly: false },
]

t.test('paths, environment and working directory', async (t) => {
  const run = containerRun({
    command: ['/keptn/run.sh', '-f', '/keptn/a'],
    args: ['--x=/keptn/b', '/tmp/c'],
    env: { A: '/keptn', HOME: '/root' },
    spec: { workingDir: '/keptn/etc' },
  })
  t.same(processOf(run, mounts, where), {
    command: '//run.sh',
    args: ['-f', '//a', '--x=//b', '/tmp/c'],
    env: {
      PATH: '/first:/bin:/usr/bin',
      HOME: '/root',
      TMPDIR: '/pods/tmp',
      A: '/',
    },
    cwd: '//etc',
  })
})

t.test('it begins in /keptn', async (t) =>
  t.equal(processOf(containerRun({ command: ['a'] }), mounts, where).cwd, '/'),
)

t.test('without a command it cannot start', async (t) => {
  for (const run of [containerRun(), containerRun({ args: ['a'] })])
    t.throws(() => processOf(run, mounts, where), {
      name: 'CannotStart',
      message: /no cmd.*podman or docker/,
    })
})

t.test('a working directory of the image only', async (t) =>
  t.throws(
    () =>
      processOf(
        containerRun({ command: ['a'], spec: { workingDir: '/no/such' } }),
        mounts,
        where,
      ),
    { message: /workingDir "\/no\/such" is not there/ },
  ),
)

const runner = processRunner({ path: [], searchPath: process.env.PATH ?? '' })
t.teardown(() => runner.close())

t.test('two containers of a pod share /keptn', async (t) => {
  const write = containerRun({
    command: ['sh', '-c', 'echo "$A" > /keptn/x; pwd'],
    env: { A: 'shared' },
  })
  t.same(await runner.run(write), { exitCode: 0 })
  t.equal(write.starts(), 1)
  const read = containerRun({ command: ['cat', '/keptn/x'] })
  t.same(await runner.run(read), { exitCode: 0 })
  t.equal(read.logged(), 'shared\n')
  const home = write.logged().trim()
  t.ok(existsSync(home))
  runner.removed?.(write.pod)
  t.notOk(existsSync(home))
})

t.test("this process's environment is not handed on", async (t) => {
  process.env.NOT_FOR_TASKS = 'secret'
  t.teardown(() => delete process.env.NOT_FOR_TASKS)
  const run = containerRun({ command: ['env'] })
  await runner.run(run)
  t.match(run.logged(), /^PATH=/m)
  t.notMatch(run.logged(), 'NOT_FOR_TASKS')
})

t.test('a command that is not installed', async (t) => {
  const run = containerRun({ command: ['no-such-command'] })
  t.match(await runner.run(run), {
    exitCode: 128,
    reason: 'StartError',
    message: /no-such-command is not installed on this machine/,
  })
  t.equal(run.starts(), 0)
})

t.test('a stopped one tells by what', async (t) => {
  const stop = new AbortController()
  const run = containerRun({
    command: ['sleep', '60'],
    signal: stop.signal,
    started: () => stop.abort(),
  })
  t.same(await runner.run(run), {
    exitCode: 143,
    message: 'ended by SIGTERM',
  })
})

const filesRun = (keys: string[]) =>
  containerRun({
    init: true,
    command: ['node', '/app/files.js'],
    pod: {
      metadata: { uid: `files-${keys.join()}` },
      spec: {
        containers: [],
        volumes: [
          { name: 'bundle', configMap: { name: 'map' } },
          { name: 'job-volume', emptyDir: {} },
        ],
      },
    },
    spec: {
      name: 'files',
      volumeMounts: [
        { name: 'bundle', mountPath: '/bundle', readOnly: true },
        ...keys.map((mountPath) => ({ name: 'job-volume', mountPath })),
      ],
    },
    configMap: () => ({ data: { a: 'text' } }),
  })

t.test('the files container of our image needs no image', async (t) => {
  const run = filesRun(['/keptn'])
  t.same(await runner.run(run), { exitCode: 0 })
  t.equal(run.logged(), '1 files copied to /keptn\n')
})

t.test('files that cannot be copied', async (t) => {
  const run = filesRun([])
  t.same(await runner.run(run), { exitCode: 1 })
  t.match(run.logged(), /cannot copy the task's files/)
})
