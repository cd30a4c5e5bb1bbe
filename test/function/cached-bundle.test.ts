import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { buildSync } from 'esbuild'
import t from 'tap'

const folder = t.testdir({
  'package.json': '{"type":"commonjs"}',
  'server.bundle.js':
    '(function(require,module){console.log(require("node:os").EOL.length,typeof module.exports)})',
})
const file = (name: string) => join(folder, name)
buildSync({
  entryPoints: ['function/watch/start.ts'],
  outfile: file('server.js'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
})
const start = () =>
  execFileSync(process.execPath, [file('server.js')], {
    encoding: 'utf8',
    env: {},
  })
const source = readFileSync(file('server.bundle.js'), 'utf8')
const cache = new Script(source).createCachedData()

t.test('without a cache', async (t) => t.equal(start(), '1 object\n'))

for (const [name, data] of [
  ['with its cache', cache],
  ['with a cut-off cache', cache.subarray(0, 100)],
  ['with a cache of other code', new Script(`${source}//`).createCachedData()],
  ['with garbage', Buffer.from('garbage')],
  ['with an empty file', Buffer.alloc(0)],
] as const)
  t.test(name, async (t) => {
    writeFileSync(file('server.cache'), data)
    t.equal(start(), '1 object\n')
  })

t.test('in a folder that cannot be written', async (t) => {
  writeFileSync(file('server.cache'), cache)
  chmodSync(folder, 0o555)
  t.teardown(() => chmodSync(folder, 0o755))
  t.equal(start(), '1 object\n')
})
