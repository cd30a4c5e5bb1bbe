import t from 'tap'
import { watchJob } from '../../function/watch-job.ts'
import { givenSettings } from './given.ts'

const AUDIENCE = 'serving.knative.dev/service/jes/fn'
const guarded = givenSettings({ AUDIENCE, ALLOWED_SENDERS: 'a:*' })
const podOf = (settings: typeof guarded) =>
  watchJob(settings, 'fn:1').spec!.template.spec!

t.test('without an audience the job watch has no token for it', async (t) => {
  const { volumes, containers } = podOf(givenSettings())
  t.equal(volumes, undefined)
  t.equal(containers[0]?.volumeMounts, undefined)
})

t.test('it is told these settings, and no others', async (t) => {
  const names = [
    ...['CALLBACK_URL', 'FUNCTION_NAME', 'FUNCTION_NAMESPACE'],
    ...['JOB_NAMESPACE', 'JOB_NAMESPACES', 'JOB_WATCH_HEARTBEAT_SECONDS'],
    'JOB_WATCH_LINGER_SECONDS',
  ]
  for (const [settings, more] of [
    [
      givenSettings({
        KEPTN_API_ENDPOINT: 'http://keptn',
        KEPTN_API_TOKEN: 'x',
      }),
      [],
    ],
    [guarded, ['TOKEN_FILE']],
  ] as const) {
    const { containers, initContainers } = podOf(settings)
    t.equal(containers.length, 1)
    t.equal(initContainers, undefined)
    const [{ env, envFrom } = {}] = containers
    t.strictSame(
      env?.map(({ name }) => name),
      [...names, ...more, 'JOB_UID'],
    )
    t.equal(envFrom, undefined)
  }
})

t.test('with an audience it gets a short-lived token, as a file', async (t) => {
  const { volumes, containers } = podOf(guarded)
  const [volume] = volumes ?? []
  const [source] = volume?.projected?.sources ?? []
  t.equal(volumes?.length, 1)
  t.equal(source?.serviceAccountToken?.audience, AUDIENCE)
  t.ok((source?.serviceAccountToken?.expirationSeconds ?? 0) <= 3600)
  const [mount] = containers[0]?.volumeMounts ?? []
  t.match(mount, { name: volume?.name, readOnly: true })
  t.match(
    containers[0]?.env?.find(({ name }) => name === 'TOKEN_FILE')?.value,
    `${mount?.mountPath}/${source?.serviceAccountToken?.path}`,
  )
})

t.test('another audience makes another job watch', async (t) => {
  const name = (settings: typeof guarded) =>
    watchJob(settings, 'fn:1').metadata?.name
  t.not(name(guarded), name(givenSettings()))
  t.equal(name(guarded), name(guarded))
})

t.test('it is told which Job is its own', async (t) => {
  t.match(
    podOf(guarded).containers[0]?.env?.find(({ name }) => name === 'JOB_UID'),
    {
      valueFrom: {
        fieldRef: {
          fieldPath: "metadata.labels['batch.kubernetes.io/controller-uid']",
        },
      },
    },
  )
})
