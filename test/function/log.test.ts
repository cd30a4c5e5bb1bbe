import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { jsonLog } from '../../function/log.ts'

const run = promisify(execFile)

t.test('a line is JSON, which cannot forge a line', async (t) => {
  const written: string[] = []
  const log = jsonLog(
    (line) => written.push(line),
    () => 0,
  )
  log('info', 'one\ntwo\u009b', { run: 'r' })
  t.strictSame(written, [
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"one\\ntwo\\u009b","run":"r"}\n',
  ])
})

/** What a process writes that logs by `gatheredOutput`, write by write. */
const writes = async (script: string): Promise<string[]> => {
  const log = join(import.meta.dirname, '../../function/log.ts')
  const { stdout } = await run(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { gatheredOutput } from ${JSON.stringify(log)}
    const log = gatheredOutput()
    const write = process.stdout.write.bind(process.stdout)
    process.stdout.write = (text) => write(text + '|')
    ${script}`,
  ])
  return stdout
    .split('|')
    .slice(0, -1)
    .map((text) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { message: string }).message)
        .join(','),
    )
}

t.test('what is said together is written at once', async (t) => {
  t.strictSame(
    await writes(`
      log('info', 'a')
      log('info', 'b')
      setTimeout(() => log('info', 'c'), 200)`),
    ['a,b', 'c'],
  )
})

t.test('what is left when the process ends is written', async (t) => {
  t.strictSame(await writes(`log('info', 'a'); process.exit(0)`), ['a'])
  t.strictSame(
    await writes(`
      log('info', 'a')
      await new Promise((resolve) => setTimeout(resolve, 200))
      log('info', 'b')
      process.exit(0)`),
    ['a', 'b'],
  )
})
