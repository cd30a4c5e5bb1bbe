import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { addressOf, get, kubectl as clusterWide, until } from './cluster.ts'
import { NAME } from './installation.ts'
import { answeredOnce, answers, TOKEN, trigger } from './keptn.ts'
import { configFor, knativeMissing, post, ready } from './knative.ts'
import { applyOverlay } from './overlay.ts'
import { surroundings } from './surroundings.ts'

/**
 * Tokens of Knative's own senders. Its feature `authentication-oidc` is one of
 * the whole cluster: while it is on, no Broker takes an event without a token,
 * so nothing else runs beside this test.
 */
const missing = await knativeMissing()
if (missing) t.bailout(missing)

const FEATURES = [...['-n', 'knative-eventing', 'configmap', 'config-features']]
const [{ image, keptn, close }, features] = await Promise.all([
  surroundings(),
  get<{ data?: Record<string, string> }>(...FEATURES),
])
const setFeature = (value: string) =>
  clusterWide(
    ...['patch', ...FEATURES, '--type=merge', '-p'],
    JSON.stringify({ data: { 'authentication-oidc': value } }),
  )
t.teardown(async () => {
  await setFeature(features.data?.['authentication-oidc'] ?? 'disabled')
  await close()
})
await setFeature('enabled')

const overlay = await applyOverlay(
  'sender-identity',
  {
    'job-executor-function:0.1.0': image,
    'http://api-gateway-nginx.keptn/api': keptn.endpoint,
  },
  TOKEN,
)
const { kubectl, namespace } = overlay
t.teardown(async () => {
  if (!t.passing())
    t.comment(
      await kubectl('get', '-o', 'yaml', 'broker,trigger'),
      await kubectl('get', 'ksvc,jobs,pods,events'),
      await functionLog().catch(String),
    )
  await overlay.remove()
})
const functionLog = () =>
  kubectl(
    ...['logs', '--tail=-1', '-c', 'function'],
    ...['-l', `serving.knative.dev/service=${NAME}`],
  )
await ready(overlay, 'ksvc', 'broker', 'trigger')

const bearer = async (account: string, audience: string): Promise<string> => {
  const token = await kubectl(
    ...['create', 'token', account, `--audience=${audience}`],
  )
  return `Bearer ${token.trim()}`
}

/** A task's event as Keptn published it. */
const published = async (service: string) => {
  const { context, triggered } = await trigger(keptn, {
    ...{ service, task: 'deployment' },
    config: configFor(
      'sh.keptn.event.deployment.triggered',
      'sleep 1; echo one',
      'echo two',
    ),
  })
  const found = keptn.history().find(({ event }) => event.id === triggered)
  return { context, triggered, event: found?.event as object }
}

interface Addressed {
  status?: { address?: { audience?: string } }
}
interface TriggerView {
  metadata: { name: string }
  status?: { auth?: { serviceAccountName?: string } }
}

/** The service accounts that Knative made for them. */
const triggerAccounts = () =>
  until('an account of each Trigger', 60, async () => {
    const { items } = await get<{ items: TriggerView[] }>(
      ...['-n', namespace, 'triggers'],
    )
    const names = items.map(({ status }) => status?.auth?.serviceAccountName)
    return names.every((name) => name !== undefined) && names
  })

t.test("the Triggers' accounts are those that are let in", async (t) => {
  const accounts = await triggerAccounts()
  t.ok(accounts.length > 0)
  for (const account of accounts) t.match(account, new RegExp(`^${NAME}-`))
})

t.test('an event comes through the Broker with a token', async (t) => {
  const audience = await until('the audience of the Broker', 60, async () => {
    const broker = await get<Addressed>('-n', namespace, 'broker', 'default')
    return broker.status?.address?.audience
  })
  const ingress = await addressOf('knative-eventing', 'broker-ingress')
  const { context, triggered, event } = await published('through-the-broker')
  const send = (headers: Record<string, string>) =>
    post(`http://${ingress}/${namespace}/default`, event, headers)
  t.equal(await send({}), 401, 'the Broker itself wants one')
  const authorization = await bearer('default', audience)
  // A Trigger is ready a moment before its channel knows of it.
  await until('the event is taken', 120, async () => {
    t.equal(await send({ authorization }), 202)
    await pause(4000)
    return answers(keptn, triggered).length > 0
  })
  await keptn.ended(context, 120_000)
  answeredOnce(t, keptn, triggered)
  t.match(answers(keptn, triggered)[1]?.event.data, {
    result: 'pass',
    message: /one[^]*two/,
  })
  const log = await functionLog()
  t.match(log, '"listening"')
  t.notMatch(log, 'anybody', 'no warning that anybody may post')
})

t.test('tokens decide, also for the job watch', async (t) => {
  const audience = `serving.knative.dev/service/${namespace}/${NAME}`
  const ingress = await addressOf('knative-serving', 'kingress')
  const { context, triggered, event } = await published('to-the-function')
  const call = (path: string, authorization?: string) =>
    post(`http://${ingress}${path}`, event, {
      host: `${NAME}.${namespace}.svc.cluster.local`,
      ...(authorization && { authorization }),
    })
  const heads = await overlay.jobs('head')
  const foreign = await bearer(`${NAME}-default-job-account`, 'elsewhere')
  const unknown = await bearer('default', audience)
  for (const path of ['/', '/events', '/callbacks/job', '/dead-letter']) {
    t.equal(await call(path), 401, `${path}: no token`)
    t.equal(await call(path, foreign), 401, `${path}: for somebody else`)
    t.equal(await call(path, unknown), 403, `${path}: not on the list`)
  }
  t.same(await overlay.jobs('head'), heads, 'nothing came of it')
  const tasks = await bearer(`${NAME}-default-job-account`, audience)
  t.equal(await call('/events', tasks), 403, "a task's account")
  const watcher = await bearer(`${NAME}-job-watch`, audience)
  t.equal(await call('/events', watcher), 403, "the job watch's account")
  const [sender] = await triggerAccounts()
  t.equal(await call('/events', await bearer(sender!, audience)), 202)
  await keptn.ended(context, 120_000)
  answeredOnce(t, keptn, triggered)
  // It stays for a while after the run.
  const [watch = 'none'] = await overlay.jobs('watch')
  t.match(
    await kubectl('logs', `job/${watch}`),
    '"status":202',
    'the job watch rang with its own token',
  )
})
