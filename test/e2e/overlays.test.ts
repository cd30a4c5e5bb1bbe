import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import t, { type Test } from 'tap'
import {
  apply,
  BUSYBOX,
  HOST,
  kubectl as clusterWide,
  until,
} from './cluster.ts'
import { NAME } from './installation.ts'
import { answeredOnce, answers, TOKEN, trigger } from './keptn.ts'
import { brokerUrl, knativeMissing, post, ready } from './knative.ts'
import { applyOverlay, type Overlay } from './overlay.ts'
import { surroundings } from './surroundings.ts'

/**
 * Every overlay is applied, as it is shipped. What can run here is run: of
 * Keptn's distributor, whose image is not there, its Deployment, with a
 * program in its place that posts an event to where it was told.
 */
const missing = await knativeMissing()
if (missing) t.bailout(missing)
const { image, keptn, api, close } = await surroundings()
t.teardown(close)

t.jobs = 2

const OURS = { 'job-executor-function:0.1.0': image }
const KEPTN = { ...OURS, 'http://api-gateway-nginx.keptn/api': keptn.endpoint }
const tried = new Set<string>()

const installed = async (
  t: Test,
  name: string,
  replaced: Record<string, string> = KEPTN,
): Promise<Overlay> => {
  tried.add(name)
  const withKeptn = Object.values(replaced).includes(keptn.endpoint)
  const overlay = await applyOverlay(
    name,
    replaced,
    withKeptn ? TOKEN : undefined,
  )
  t.teardown(async () => {
    if (!t.passing())
      t.comment(
        await overlay.kubectl(
          ...['get', '-o', 'wide'],
          'ksvc,broker,trigger,sources,deployments,jobs,pods,events',
        ),
      )
    await overlay.remove()
  })
  return overlay
}

const task = (name: string, more: string) =>
  `      - name: ${name}\n        image: ${BUSYBOX}\n        ${more}\n`
const config = (...tasks: string[]) => `
apiVersion: v2
actions:
  - name: Deploy
    events: [{name: sh.keptn.event.deployment.triggered}]
    tasks:
${tasks.join('')}`
const TWO = config(
  task('One', "cmd: [sh, -c, 'sleep 1; echo one']"),
  task('Two', 'cmd: [echo, two]'),
)

/**
 * Sends an event to the Broker until `seen`: a Trigger is ready a moment before
 * its channel knows of it. A repeat changes nothing.
 */
const send = (
  overlay: Overlay,
  event: object,
  seen: () => boolean,
): Promise<boolean> =>
  until('the event is taken', 90, async () => {
    await post(brokerUrl(api, overlay.namespace), event)
    await pause(4000)
    return seen()
  })

const published = async (overlay: Overlay, text: string) => {
  const { context, triggered } = await trigger(keptn, {
    service: `${overlay.namespace}-${(services += 1)}`,
    task: 'deployment',
    config: text,
  })
  const found = keptn.history().find(({ event }) => event.id === triggered)
  return { context, triggered, event: found?.event as object }
}
let services = 0

/** One event through the Broker, to its end. */
const runs = async (t: Test, overlay: Overlay, text = TWO) => {
  const { context, triggered, event } = await published(overlay, text)
  await send(overlay, event, () => answers(keptn, triggered).length > 0)
  await keptn.ended(context, 120_000)
  answeredOnce(t, keptn, triggered)
  return answers(keptn, triggered)[1]?.event.data ?? {}
}

t.test('apiserversource: with the job watch off', async (t) => {
  const overlay = await installed(t, 'apiserversource')
  await ready(overlay, 'ksvc', 'broker', 'trigger', 'apiserversource')
  await ready(overlay, 'pingsource')
  const finished = await runs(t, overlay)
  t.match(finished, { result: 'pass', message: /one[^]*two/ })
  t.same(await overlay.jobs('watch'), [])
})

t.test('pingsource: a sweep alone brings a run to its end', async (t) => {
  const overlay = await installed(t, 'pingsource', {
    ...KEPTN,
    '3-59/10 * * * *': "'*/5 * * * * *'",
    '  KEPTN_API_ENDPOINT:': '  JOB_WATCH: "false"\n  KEPTN_API_ENDPOINT:',
  })
  await ready(overlay, 'ksvc', 'broker', 'trigger', 'pingsource')
  t.match(await runs(t, overlay), { result: 'pass', message: /one[^]*two/ })
  t.same(await overlay.jobs('watch'), [])
})

t.test('job-namespace: a task runs there', async (t) => {
  const overlay = await installed(t, 'job-namespace')
  await ready(overlay, 'ksvc', 'broker', 'trigger')
  const there = `${overlay.namespace}-jobs`
  const finished = await runs(
    t,
    overlay,
    config(
      task('Here', 'cmd: [echo, here]'),
      task('There', `namespace: ${there}\n        cmd: [echo, there]`),
    ),
  )
  t.match(finished, { result: 'pass', message: /here[^]*there/ })
  const pods = await clusterWide('-n', there, 'get', 'pods', '-o', 'name')
  t.match(pods, /^pod\/there-\S+\n$/)
  const elsewhere = 'namespace: kube-system\n        cmd: [echo, no]'
  const refused = await runs(
    t,
    overlay,
    config(task('Here', 'cmd: [echo, here]'), task('Elsewhere', elsewhere)),
  )
  t.match(refused, {
    result: 'fail',
    message: 'namespace kube-system is not allowed for tasks',
  })
  t.equal((await overlay.jobs('task')).length, 2, 'nothing of it ran')
})

t.test('job-namespace-privileged: root, only there', async (t) => {
  const overlay = await installed(t, 'job-namespace-privileged')
  await ready(overlay, 'ksvc', 'broker', 'trigger')
  const root = `cmd: [sh, -c, 'id -u; touch /bin/written && chown 7 /bin/written && ls -n /bin/written']
        securityContext:
          runAsUser: 0
          runAsNonRoot: false
          readOnlyRootFilesystem: false
          allowPrivilegeEscalation: true
          capabilities: {add: [CHOWN]}`
  const there = `namespace: ${overlay.namespace}-builds\n        ${root}`
  const good = await runs(t, overlay, config(task('Build', there)))
  t.match(good, { result: 'pass', message: /\n0\n.* 7 +2000 .*\/bin\/written/ })
  const bad = await runs(t, overlay, config(task('Build', root)))
  t.match(bad, { result: 'fail', message: /violates PodSecurity/ })
  const privileged = there.replace(
    'runAsUser: 0',
    'privileged: true\n          runAsUser: 0',
  )
  const refused = await runs(t, overlay, config(task('Build', privileged)))
  t.match(refused, { result: 'fail', message: /privileged/i })
})

t.test('redact-secrets: what a Secret holds is not told', async (t) => {
  const overlay = await installed(t, 'redact-secrets')
  await ready(overlay, 'ksvc', 'broker', 'trigger')
  const word = 'a word of the team'
  for (const name of ['team-secret', 'other-secret'])
    await overlay.kubectl(
      ...['create', 'secret', 'generic', name, `--from-literal=WORD=${word}`],
    )
  const telling = (secret: string) =>
    config(
      task(
        'Tell',
        `cmd: [sh, -c, 'echo "it is $WORD"; echo "$WORD" | base64']
        env: [{name: ${secret}, valueFrom: secret}]`,
      ),
    )
  const finished = await runs(t, overlay, telling('team-secret'))
  t.match(finished, { result: 'pass', message: 'it is ' })
  t.notMatch(finished, { message: word })
  t.notMatch(finished, { message: Buffer.from(word).toString('base64') })
  const refused = await runs(t, overlay, telling('other-secret'))
  t.match(refused, { result: 'fail', message: /other-secret .*not allowed/ })
})

t.test(
  'without-keptn: files from a ConfigMap, replies to the Broker',
  async (t) => {
    const overlay = await installed(t, 'without-keptn', {
      ...OURS,
      'image: busybox:1': `image: ${BUSYBOX}`,
    })
    const replies: { type: string; data: Record<string, unknown> }[] = []
    const server = createServer((incoming, answer) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        replies.push({
          type: String(incoming.headers['ce-type']),
          data: JSON.parse(
            Buffer.concat(chunks).toString(),
          ) as (typeof replies)[0]['data'],
        })
        answer.writeHead(202).end()
      })
    })
    await new Promise<void>((resolve) =>
      server.listen(0, HOST, () => resolve()),
    )
    t.teardown(() => server.close())
    const { port } = server.address() as AddressInfo
    await apply(
      JSON.stringify({
        apiVersion: 'eventing.knative.dev/v1',
        kind: 'Trigger',
        metadata: { name: 'replies', namespace: overlay.namespace },
        spec: {
          broker: 'default',
          filters: [{ not: { suffix: { type: '.triggered' } } }],
          subscriber: { uri: `http://${HOST}:${port}` },
        },
      }),
    )
    await ready(overlay, 'sinkbinding', 'ksvc', 'broker', 'trigger')
    await send(overlay, HELLO, () => replies.length > 0)
    await until('both replies', 90, async () => replies.length >= 2)
    t.strictSame(
      replies.map(({ type }) => type),
      ['com.example.hello.started', 'com.example.hello.finished'],
    )
    t.match(replies[1]?.data, { result: 'pass', message: 'hello Anne' })
  },
)

const HELLO = {
  specversion: '1.0',
  id: 'hello-1',
  source: 'e2e',
  type: 'com.example.hello.triggered',
  data: { who: 'Anne' },
}

for (const [name, ...kinds] of [
  ['keptn-distributor', 'ksvc', 'broker', 'trigger'],
  ['keptn-distributor-remote', 'ksvc', 'broker', 'trigger'],
  ['deployment-keptn'],
] as const)
  t.test(`${name}: it posts to the Broker, or the function`, async (t) => {
    const overlay = await installed(t, name, {
      ...KEPTN,
      'ghcr.io/keptn/distributor:1.4.5': image,
    })
    const { kubectl } = overlay
    await ready(overlay, ...kinds)
    const { context, triggered, event } = await published(overlay, TWO)
    await kubectl(
      ...['patch', 'deployment', `${NAME}-distributor`, '--type=json', '-p'],
      JSON.stringify([
        {
          op: 'add',
          path: '/spec/template/spec/containers/0/command',
          value: ['node', '-e', distributor(event)],
        },
      ]),
    )
    await keptn.ended(context, 120_000)
    answeredOnce(t, keptn, triggered)
    t.match(
      await kubectl('logs', `deployment/${NAME}-distributor`),
      name === 'keptn-distributor'
        ? 'from nats://keptn-nats.keptn'
        : `from ${keptn.endpoint}`,
    )
  })

/** A program that posts an event to where a distributor would. */
const distributor = (event: unknown) => `
const { PUBSUB_RECIPIENT: to, PUBSUB_RECIPIENT_PORT: port, PUBSUB_RECIPIENT_PATH: path, PUBSUB_URL, KEPTN_API_ENDPOINT } = process.env
console.log('from ' + (PUBSUB_URL ?? KEPTN_API_ENDPOINT))
const send = () => fetch(to + ':' + port + '/' + path, {
  method: 'POST',
  headers: { 'content-type': 'application/cloudevents+json' },
  body: ${JSON.stringify(JSON.stringify(event))},
}).then(({ status }) => console.log('answered ' + status))
send()
setInterval(send, 4000)
`

t.test('all overlays were applied', async (t) => {
  // In deployment.test.ts and oidc.test.ts.
  const elsewhere = ['deployment', 'sender-identity']
  for (const name of readdirSync('knative/overlays'))
    if (!tried.has(name) && !elsewhere.includes(name)) {
      const overlay = await installed(t, name)
      await ready(overlay, 'ksvc', 'broker', 'trigger')
      t.match(await runs(t, overlay), { result: 'pass' }, name)
    }
})
