import t from 'tap'
import {
  type Cluster,
  ClusterError,
  type Pod,
} from '../../function/cluster/cluster.ts'
import { ownImage } from '../../function/own-image.ts'
import { givenSettings } from './given.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

const settings = (image?: string) => {
  const { image: _left, ...rest } = givenSettings()
  return { ...rest, ...(image !== undefined && { image }) }
}

type Containers = NonNullable<Pod['spec']>['containers']

const podOf = (
  containers: Containers,
  imageIDs: Record<string, string> = {},
): Pod => ({
  spec: { containers },
  status: {
    containerStatuses: Object.entries(imageIDs).map(([name, imageID]) => ({
      name,
      imageID,
      image: 'x',
      ready: true,
      restartCount: 0,
    })),
  },
})

const clusterOf = (...answers: (Pod | Error)[]) => {
  const asked: string[] = []
  const cluster = {
    get: async (kind: string, namespace: string, name: string) => {
      asked.push(`${kind} ${namespace}/${name}`)
      const answer = answers.shift()
      if (answer instanceof Error) throw answer
      return answer
    },
  } as unknown as Cluster
  return { cluster, asked }
}

t.test('the setting wins, the cluster is not asked', async (t) => {
  const { cluster, asked } = clusterOf()
  t.equal(await ownImage(cluster, settings('fn:9'), 'pod-1')(), 'fn:9')
  t.strictSame(asked, [])
})

const user = { name: 'user-container', image: 'fn:1' }
const proxy = { name: 'queue-proxy', image: 'queue:1' }

const FOUND: [name: string, pod: Pod, image: string][] = [
  [
    'with its digest',
    podOf([user], { 'user-container': `reg/fn@${DIGEST}` }),
    `reg/fn@${DIGEST}`,
  ],
  [
    'with its digest, as docker tells it',
    podOf([user], { 'user-container': `docker-pullable://reg/fn@${DIGEST}` }),
    `reg/fn@${DIGEST}`,
  ],
  [
    'an id that cannot be pulled',
    podOf([user], { 'user-container': DIGEST }),
    'fn:1',
  ],
  ['no status yet', podOf([user]), 'fn:1'],
  [
    'queue-proxy beside',
    podOf([proxy, user], { 'queue-proxy': `reg/q@${DIGEST}` }),
    'fn:1',
  ],
  ['a plain Deployment', podOf([{ name: 'fn', image: 'fn:2' }]), 'fn:2'],
]
for (const [name, pod, image] of FOUND)
  t.test(`from the own pod: ${name}`, async (t) => {
    const { cluster, asked } = clusterOf(pod)
    t.equal(await ownImage(cluster, settings(), 'pod-1')(), image)
    t.strictSame(asked, ['Pod jobs/pod-1'])
  })

t.test('it is asked once, however many want to know', async (t) => {
  const { cluster, asked } = clusterOf(podOf([user]))
  const image = ownImage(cluster, settings(), 'pod-1')
  t.strictSame(await Promise.all([image(), image()]), ['fn:1', 'fn:1'])
  await image()
  t.equal(asked.length, 1)
})

t.test('a failure is not kept', async (t) => {
  const { cluster } = clusterOf(
    new ClusterError('Unavailable', 'away'),
    podOf([user]),
  )
  const image = ownImage(cluster, settings(), 'pod-1')
  await t.rejects(image(), { code: 'Unavailable' })
  t.equal(await image(), 'fn:1')
})

t.test('outside of a pod it has to be set', async (t) => {
  const { cluster } = clusterOf()
  await t.rejects(ownImage(cluster, settings(), undefined)(), {
    message: /set FUNCTION_IMAGE/,
  })
})

t.test('a pod without an image', async (t) => {
  const { cluster } = clusterOf(podOf([]))
  await t.rejects(ownImage(cluster, settings(), 'pod-1')(), {
    message: 'pod pod-1 names no image',
  })
})
