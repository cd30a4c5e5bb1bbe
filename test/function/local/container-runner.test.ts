import t, { type Test } from 'tap'
import { containerRunner } from '../../../function/local/container-runner.ts'
import { containerRun } from './container-run.ts'
import { fakeEngine, pathOf } from './fake-engine.ts'

const make = (t: Test, script: string) => {
  const folder = t.testdir()
  const engine = fakeEngine(folder, 'docker', script)
  const progress: string[] = []
  const runner = containerRunner({
    engine: 'docker',
    env: { PATH: pathOf(folder) },
    rootless: true,
    progress: (message) => progress.push(message),
    grace: 1,
  })
  t.teardown(() => runner.close())
  return { runner, engine, progress }
}

t.test('an image that is here is run', async (t) => {
  const { runner, engine, progress } = make(
    t,
    '[ "$1" != run ] || { echo hello; exit 3; }',
  )
  const run = containerRun({ command: ['x'] })
  t.same(await runner.run(run), { exitCode: 3 })
  t.equal(run.logged(), 'hello\n')
  t.equal(run.starts(), 1)
  t.same(progress, [])
  t.match(engine.calls(), [
    'image inspect docker.io/library/alpine:latest',
    /^run --rm --name=job-executor-/,
  ])
})

t.test('one that is not is pulled', async (t) => {
  const { runner, engine, progress } = make(t, '[ "$1" != image ]')
  t.same(await runner.run(containerRun()), { exitCode: 0 })
  t.same(engine.calls()[1], 'pull docker.io/library/alpine:latest')
  t.match(progress, [/pulling image docker\.io/])
})

t.test('one that cannot be pulled', async (t) => {
  const { runner } = make(t, 'echo denied >&2; exit 1')
  const error: unknown = await runner
    .run(containerRun())
    .catch((error: unknown) => error)
  t.match(error, {
    reason: 'ImagePullBackOff',
    message: /cannot be pulled: denied/,
  })
})

t.test('one that must not be pulled', async (t) => {
  const { runner, engine } = make(t, 'exit 1')
  const run = containerRun({ spec: { imagePullPolicy: 'Never' } })
  const error: unknown = await runner.run(run).catch((error: unknown) => error)
  t.match(error, { reason: 'ErrImageNeverPull' })
  t.equal(engine.calls().length, 1)
})

t.test('a container is stopped by its name, and removed', async (t) => {
  const { runner, engine } = make(t, '[ "$1" != run ] || exec sleep 60')
  const stop = new AbortController()
  const run = containerRun({
    signal: stop.signal,
    started: () => setTimeout(() => stop.abort(), 100),
  })
  t.match(await runner.run(run), { exitCode: 143 })
  const name = /--name=(\S+)/.exec(engine.calls().join(' '))?.[1]
  t.ok(engine.calls().includes(`stop --time=1 ${name}`))
  t.ok(engine.calls().includes(`rm --force ${name}`))
})

t.test('an engine that fails says so', async (t) => {
  const { runner } = make(t, '[ "$1" != run ] || exit 125')
  t.match(await runner.run(containerRun()), {
    exitCode: 125,
    message: /log tells why/,
  })
})
