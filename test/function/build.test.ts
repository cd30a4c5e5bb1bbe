import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { WATCH_COMMAND } from '../../function/watch-job.ts'
import { NODE_OPTIONS } from '../bench/world.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** The files of `/app` in the image, as the Dockerfile has them made. */
const IN_IMAGE = [
  'files.js',
  'package.json',
  'server.bundle.js',
  'server.cache',
  'server.js',
  'watch.bundle.js',
  'watch.cache',
  'watch.js',
]

const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
const [, entries = ''] =
  /^RUN node function\/build\/main\.ts (.+)$/m.exec(dockerfile) ?? []

const IS_REJECTED = `
const { readFileSync } = require('node:fs')
const { Script } = require('node:vm')
const [, path] = process.argv
const cachedData = readFileSync(path + '.cache')
const script = new Script(readFileSync(path + '.bundle.js', 'latin1'), { cachedData })
console.log(script.cachedDataRejected)
`

t.test('the image holds what is used and nothing else', async (t) => {
  const folder = t.testdir()
  for (const name of ['config', 'function'])
    symlinkSync(join(ROOT, name), join(folder, name))
  execFileSync(
    process.execPath,
    [join(folder, 'function/build/main.ts'), ...entries.split(' ')],
    { cwd: folder },
  )
  const dist = join(folder, 'dist')
  t.strictSame(readdirSync(dist).sort(), IN_IMAGE)
  const text = (name: string) => readFileSync(join(dist, name), 'utf8')
  t.notMatch(text('server.bundle.js'), 'sourceMappingURL')
  t.notMatch(text('server.bundle.js'), ROOT, 'nor where it was made')
  for (const [entry, flags] of [
    ['server', NODE_OPTIONS.split(' ')],
    ['watch', WATCH_COMMAND.slice(1, -1)],
  ] as const) {
    const argv = [...flags, '-e', IS_REJECTED, join(dist, entry)]
    const rejected = execFileSync(process.execPath, argv, { env: {} })
    t.equal(String(rejected), 'false\n', `V8 takes the cache of ${entry}`)
  }
})

t.test('the last stage adds Node and that, and runs as nobody', async (t) => {
  const last = dockerfile.split(/^FROM /m).at(-1)!
  t.strictSame(last.match(/^COPY .*$/gm), [
    'COPY --from=build /usr/local/bin/node /usr/local/bin/node',
    'COPY --from=build /src/dist /app',
  ])
  t.notMatch(last, /^(RUN|ADD) /m)
  t.match(last, /^USER 65532:65532$/m)
})
