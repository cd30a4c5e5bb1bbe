import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const entry = join(import.meta.dirname, '../../function/files-init.ts')
const run = (...args: string[]) =>
  spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8' })

t.test('copies from its first argument to its second', (t) => {
  const dir = t.testdir({ bundle: { a: { b: 'text' } } })
  const { status, stdout } = run(join(dir, 'bundle'), join(dir, 'keptn'))
  t.equal(status, 0)
  t.match(stdout, '1 files copied to')
  t.equal(readFileSync(join(dir, 'keptn/a/b'), 'utf8'), 'text')
  t.end()
})

t.test('says what is wrong and fails', (t) => {
  const dir = t.testdir({})
  const { status, stderr } = run(join(dir, 'none'), join(dir, 'keptn'))
  t.equal(status, 1)
  t.match(stderr, /cannot copy the task's files: ENOENT.*none/)
  t.end()
})
