import t from 'tap'
import { sleep } from '../../function/clock.ts'
import { cleanerOf } from '../../function/clean-text.ts'
import {
  ClusterError,
  type Job,
  type Pod,
} from '../../function/cluster/cluster.ts'
import { decodeHead } from '../../function/head.ts'
import { LABEL } from '../../function/labels.ts'
import { jsonLog } from '../../function/log.ts'
import type { Ports } from '../../function/ports.ts'
import { readSettings, SettingsError } from '../../function/settings.ts'
import { givenSettings } from '../function/given.ts'
import { makeWorld, type Script } from '../world.ts'

const TOKEN = 'canary-of-the-api-token'
const CLIENT = 'canary-of-the-oauth-client'
const SECRET = 'canary/of a "Secret"'
/** What looks the same in JSON within JSON, however deep. */
const PART = 'canary/of a'

const config = `
apiVersion: v2
actions:
  - name: run
    events: [{ name: sh.keptn.event.deployment.triggered }]
    tasks:
      - { name: good, image: busybox, files: [data], env: [{ name: team, valueFrom: secret }] }
      - { name: bad, image: busybox, env: [{ name: team, valueFrom: secret }] }
`

/** Prints what it can get at, and says it in its termination message, too. */
const leaks =
  (world: () => ReturnType<typeof makeWorld>, exitCode: number): Script =>
  async (run) => {
    run.started()
    const env = JSON.stringify(run.pod.spec)
    run.log(`${env}\n${SECRET}\n${Buffer.from(SECRET).toString('base64')}\n`)
    await sleep(world().clock, 10, run.signal)
    return { exitCode, message: `it was ${SECRET}` }
  }

const leakyWorld = (env: Record<string, string> = {}) => {
  let lines = ''
  const world = makeWorld({
    config,
    files: { 'data/a.txt': 'a' },
    env: { KEPTN_API_TOKEN: TOKEN, ...env },
    log: jsonLog(
      (line) => (lines += line),
      () => 0,
    ),
    scripts: {
      good: (run) => leaks(() => world, 0)(run),
      bad: (run) => leaks(() => world, 1)(run),
    },
    secrets: () => ({ password: SECRET }),
    secretValues: async () => [Buffer.from(SECRET)],
  })
  const ours: string[] = []
  const jobs: Job[] = []
  const pods: Pod[] = []
  // Every state that an object of ours was ever in; pods are the kubelet's.
  world.cluster.observe(({ kind, object }) => {
    if (kind === 'Pod') return void pods.push(object as Pod)
    ours.push(JSON.stringify(object))
    if (kind !== 'Job') return
    jobs.push(object as Job)
    // A plan may be packed.
    if (object.metadata?.labels?.[LABEL.role] === 'head')
      ours.push(JSON.stringify(decodeHead(object as Job)))
  })
  return { world, ours, jobs, pods, lines: () => lines }
}

const encodingsOf = (text: string): string[] => [
  text,
  Buffer.from(text).toString('base64'),
  encodeURIComponent(text),
]

t.test('no object, event or log line of ours holds a secret', async (t) => {
  const { world, ours, lines } = leakyWorld({ REDACT_SECRETS: 'true' })
  const event = world.trigger()
  t.ok(await world.deliver(event))
  t.ok(await world.settle())
  const reports = world.reports(event)
  t.same(world.kinds(event), ['started', 'finished'])
  t.ok(ours.length > 5, 'objects were seen')
  t.ok(lines().length > 0, 'something was logged')
  const all = [...ours, ...reports.map((each) => JSON.stringify(each)), lines()]
  for (const secret of [TOKEN, SECRET, PART])
    for (const encoded of encodingsOf(secret))
      t.equal(
        all.find((text) => text.includes(encoded)),
        undefined,
      )
  t.match(JSON.stringify(reports), '[redacted]')
})

t.test('without the right to read Secrets, the message has them', async (t) => {
  // The test above can fail: the task did print it.
  const { world } = leakyWorld()
  const event = world.trigger()
  await world.deliver(event)
  await world.settle()
  t.ok(JSON.stringify(world.reports(event)).includes(PART))
})

t.test('no pod but that of the function gets its token', async (t) => {
  const { world, jobs, pods } = leakyWorld()
  await world.deliver(world.trigger())
  await world.settle()
  for (const [of, objects] of Object.entries({ jobs, pods }))
    for (const role of ['task', 'watch'])
      t.ok(
        objects.some(({ metadata }) => metadata?.labels?.[LABEL.role] === role),
        `${of} of the role ${role}`,
      )
  t.ok(pods.some(({ spec }) => spec?.initContainers?.length))
  const [name] = world.settings.functionSecrets
  t.ok(name)
  for (const object of [...jobs, ...pods]) {
    const text = JSON.stringify(object)
    for (const word of ['KEPTN_API_TOKEN', TOKEN, name!])
      if (text.includes(word)) t.fail(`${word} in ${text}`)
  }
})

t.test('a Secret that cannot be read withholds the logs', async (t) => {
  const errors: unknown[] = []
  const { withheld } = await cleanerOf(
    {
      settings: givenSettings({ REDACT_SECRETS: 'true' }),
      secretValues: async () => {
        throw new ClusterError('Forbidden', 'no')
      },
      log: (...line: unknown[]) => errors.push(line),
    } as unknown as Ports,
    {
      bundles: [],
      actions: [
        {
          index: 0,
          name: 'a',
          silent: false,
          tasks: [
            {
              index: 0,
              name: 't',
              ttl: 1,
              job: {
                metadata: { namespace: 'jobs' },
                spec: {
                  template: {
                    spec: {
                      containers: [
                        {
                          name: 'task',
                          envFrom: [{ secretRef: { name: 'x' } }],
                        },
                      ],
                    },
                  },
                },
              },
            },
          ],
        },
      ],
    },
  )
  t.match(withheld, /withheld: .*REDACT_SECRETS/)
  t.equal(errors.length, 1)
})

t.test('settings that cannot be used are told without secrets', async (t) => {
  try {
    readSettings(
      {
        KEPTN_API_TOKEN: TOKEN,
        OAUTH_CLIENT_ID: 'id',
        OAUTH_CLIENT_SECRET: CLIENT,
        PORT: 'x',
      },
      { read: () => undefined },
    )
    t.fail('these settings cannot be used')
  } catch (error) {
    t.ok(error instanceof SettingsError)
    t.notMatch((error as Error).message, /canary/)
  }
})
