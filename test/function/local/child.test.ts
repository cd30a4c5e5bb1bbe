import { spawnSync } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { runChild } from '../../../function/local/child.ts'

const run = async (
  script: string,
  options: { signal?: AbortSignal; grace?: number; seen?: () => void } = {},
) => {
  let log = ''
  let started = 0
  const end = await runChild({
    command: '/bin/sh',
    args: ['-c', script],
    env: { PATH: process.env.PATH ?? '' },
    log: (chunk) => {
      log += chunk
      options.seen?.()
    },
    started: () => (started += 1),
    signal: options.signal ?? new AbortController().signal,
    grace: options.grace ?? 1_000,
  })
  return { end, log, started }
}

/** A killed orphan is a zombie (Z) until somebody reaps it. */
const isAlive = (pid: number): boolean => {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)])
  return /^[^Z]/.test(stdout.toString().trim())
}

const isGone = async (pid: number): Promise<boolean> => {
  for (let tries = 0; tries < 50; tries++) {
    if (!isAlive(pid)) return true
    await setTimeout(20)
  }
  return false
}

t.test('the test can tell who is alive', async (t) =>
  t.ok(isAlive(process.pid)),
)

t.test('exit code and both streams', async (t) => {
  const { end, log, started } = await run('echo out; echo err >&2; exit 7')
  t.same(end, { exitCode: 7 })
  t.match(log, 'out\n')
  t.match(log, 'err\n')
  t.equal(started, 1)
})

t.test('a character in two chunks', async (t) => {
  const { log } = await run("printf '\\303'; sleep 0.1; printf '\\274'")
  t.equal(log, 'ü')
})

t.test('it cannot be started', async (t) => {
  const end = await runChild({
    command: 'no-such-command',
    args: [],
    env: { PATH: '/nowhere' },
    log: () => {},
    started: () => t.fail('it was not started'),
    signal: new AbortController().signal,
    grace: 1,
  })
  t.match(end, { error: { code: 'ENOENT' } })
})

t.test('a signal ends it, and what it started', async (t) => {
  const stop = new AbortController()
  const { end, log } = await run('sleep 60 & echo $!; wait', {
    signal: stop.signal,
    seen: () => stop.abort(),
  })
  t.same(end, { exitCode: 143, signal: 'SIGTERM' })
  t.ok(await isGone(Number(log)))
})

t.test('who does not listen is killed', async (t) => {
  const stop = new AbortController()
  const { end } = await run(
    "trap '' TERM; echo up; while :; do sleep 1; done",
    {
      signal: stop.signal,
      grace: 50,
      seen: () => stop.abort(),
    },
  )
  t.same(end, { exitCode: 137, signal: 'SIGKILL' })
})

t.test('what it leaves behind is killed, and not waited for', async (t) => {
  const began = performance.now()
  const { end, log } = await run('sleep 60 & echo $!')
  t.same(end, { exitCode: 0 })
  t.ok(performance.now() - began < 10_000)
  t.ok(await isGone(Number(log)))
})

t.test('aborted before it began', async (t) => {
  const { end, started } = await run('true', { signal: AbortSignal.abort() })
  t.match(end, { exitCode: 137 })
  t.equal(started, 0)
})
