import t from 'tap'
import { engineWorks, findEngine } from '../../../function/local/engine.ts'
import { fakeEngine, pathOf } from './fake-engine.ts'

const noClient = 'echo cannot connect >&2; exit 1'

t.test('none is installed', async (t) =>
  t.equal(await findEngine({ PATH: t.testdir() }), undefined),
)

t.test('podman comes first', async (t) => {
  const folder = t.testdir()
  fakeEngine(folder, 'podman', 'echo amd64')
  fakeEngine(folder, 'docker', 'echo 28.0')
  t.equal(await findEngine({ PATH: pathOf(folder) }), 'podman')
})

t.test('a client without an engine does not count', async (t) => {
  const folder = t.testdir()
  fakeEngine(folder, 'podman', noClient)
  const docker = fakeEngine(folder, 'docker', 'echo 28.0')
  t.equal(await findEngine({ PATH: pathOf(folder) }), 'docker')
  t.same(docker.calls(), ['version --format {{.Server.Version}}'])
  fakeEngine(folder, 'docker', 'echo; exit 0')
  t.equal(await engineWorks('docker', { PATH: pathOf(folder) }), false)
  t.equal(await findEngine({ PATH: pathOf(folder) }), undefined)
})
