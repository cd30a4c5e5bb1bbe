import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { PodVolumes } from '../../../function/local/pod-volumes.ts'
import { containerRun } from './container-run.ts'

const volumes = new PodVolumes()
t.teardown(() => volumes.close())

const configMap = (name: string) =>
  name === 'map'
    ? {
        data: { text: 'ü' },
        binaryData: { bytes: Buffer.from([0, 255]).toString('base64') },
      }
    : undefined

const withVolume = (volume: object, uid: string) =>
  containerRun({
    volumes: [{ name: 'v', ...volume }],
    spec: { volumeMounts: [{ name: 'v', mountPath: '/v', readOnly: true }] },
    pod: {
      metadata: { uid },
      spec: { containers: [], volumes: [{ name: 'v', ...volume }] as never },
    },
    configMap,
    secret: (name) => (name === 'secret' ? { key: 'hush' } : undefined),
  })

t.test('an emptyDir is one per pod, and gone with it', async (t) => {
  const run = containerRun()
  const [keptn, tmp] = volumes.mounts(run)
  t.match(keptn, { mountPath: '/keptn', readOnly: false })
  t.not(keptn?.hostPath, tmp?.hostPath)
  writeFileSync(join(keptn!.hostPath, 'x'), '')
  t.same(volumes.mounts(run)[0], keptn)
  t.ok(existsSync(join(keptn!.hostPath, 'x')))
  volumes.remove(run.pod)
  t.notOk(existsSync(keptn!.hostPath))
  t.same(volumes.mounts(run)[0], keptn)
  t.notOk(existsSync(join(keptn!.hostPath, 'x')))
})

t.test('projected keys of a ConfigMap', async (t) => {
  const items = [
    { key: 'text', path: 'a/b.txt' },
    { key: 'bytes', path: 'c' },
  ]
  const run = withVolume(
    { projected: { sources: [{ configMap: { name: 'map', items } }] } },
    'projected',
  )
  const [mount] = volumes.mounts(run)
  t.match(mount, { mountPath: '/v', readOnly: true })
  t.equal(readFileSync(join(mount!.hostPath, 'a/b.txt'), 'utf8'), 'ü')
  t.same([...readFileSync(join(mount!.hostPath, 'c'))], [0, 255])
})

t.test('a Secret under its own keys', async (t) => {
  const run = withVolume({ secret: { secretName: 'secret' } }, 'secret')
  const [mount] = volumes.mounts(run)
  t.equal(readFileSync(join(mount!.hostPath, 'key'), 'utf8'), 'hush')
})

const refused: [name: string, volume: object, message: RegExp][] = [
  ['a ConfigMap that is missing', { configMap: { name: 'no' } }, /"no" is not/],
  [
    'a key that is missing',
    { configMap: { name: 'map', items: [{ key: 'k', path: 'p' }] } },
    /no key "k"/,
  ],
  [
    'a path that leads out',
    { configMap: { name: 'map', items: [{ key: 'text', path: '../x' }] } },
    /leads out/,
  ],
  ['what only a cluster has', { nfs: {} }, /only there on a cluster/],
]
for (const [name, volume, message] of refused)
  t.test(`refused: ${name}`, async (t) =>
    t.throws(() => volumes.mounts(withVolume(volume, name)), {
      reason: 'CreateContainerConfigError',
      message,
    }),
  )

t.test('an optional ConfigMap may be missing', async (t) =>
  t.equal(
    volumes.mounts(
      withVolume({ configMap: { name: 'no', optional: true } }, 'optional'),
    ).length,
    1,
  ),
)

t.test('close removes everything', async (t) => {
  const own = new PodVolumes()
  const [mount] = own.mounts(containerRun())
  own.close()
  t.notOk(existsSync(dirname(dirname(mount!.hostPath))))
})
