import { spawnSync } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import t, { type Test } from 'tap'

const folder = t.testdir({
  'package.json': '{"type":"commonjs"}',
  // What is loaded says whether the port was open by then.
  'server.bundle.js': `(function(require,module){
    module.exports.serve = async (opened) => {
      console.log('loaded', opened?.server.address().port)
      opened?.server.close()
    }
  })`,
})
buildSync({
  entryPoints: ['function/start.ts'],
  outfile: join(folder, 'server.js'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
})

/** Its exit code, and what it says. */
const start = (env: Record<string, string>) => {
  const argv = [join(folder, 'server.js')]
  return spawnSync(process.execPath, argv, { encoding: 'utf8', env })
}

/** A port of this machine; taken until `free` is called. */
const taken = async (t: Test) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const free = () =>
    new Promise<void>((resolve) => server.close(() => resolve()))
  t.teardown(free)
  return { port: (server.address() as AddressInfo).port, free }
}

t.test('the port is open before the bundle is loaded', async (t) => {
  const { port, free } = await taken(t)
  await free()
  const { status, stdout } = start({ PORT: `${port}` })
  const [first = '', second] = stdout.split('\n')
  t.match(JSON.parse(first), { message: 'listening', port })
  t.equal(second, `loaded ${port}`)
  t.equal(status, 0)
})

for (const PORT of [undefined, '', '0', '65536', '80.5', 'http'])
  t.test(`PORT=${PORT} is left to the settings`, async (t) => {
    const { status, stdout } = start(PORT === undefined ? {} : { PORT })
    t.equal(stdout, 'loaded undefined\n')
    t.equal(status, 0)
  })

t.test('a port that is taken ends it, with the reason', async (t) => {
  const { port } = await taken(t)
  const { status, stdout, stderr } = start({ PORT: `${port}` })
  t.equal(status, 1)
  t.match(stderr, `EADDRINUSE: address already in use :::${port}`)
  t.equal(stdout, '', 'nothing was loaded')
})
