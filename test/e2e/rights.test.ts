import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadAll } from 'js-yaml'
import { ofRole } from '../../function/labels.ts'
import { AUDIT_LOG, clusterMissing, kubectl, until } from './cluster.ts'
import { installDeployment } from './deployment.ts'
import { NAME } from './installation.ts'
import { answeredOnce, answers, trigger } from './keptn.ts'
import { configFor, post } from './knative.ts'
import { objectsOf } from './objects.ts'

/**
 * What the installations of the end-to-end tests, which run before this one,
 * asked the API server for, held against what `knative/base` grants them. What
 * they seldom do is done here first.
 */
const missing = clusterMissing()
if (missing) t.bailout(missing)

const DEPLOYMENT = 'sh.keptn.event.deployment.triggered'

const installed = await installDeployment(t)
const { keptn, namespace, endpoint } = installed
const objects = objectsOf(installed.api, namespace)
keptn.deliver({ url: endpoint })

t.test(
  'cancelled before there was room for a Job: no files stay',
  async (t) => {
    // Room for the record and the job watch.
    const quota = ['quota', 'jobs']
    await installed.kubectl('create', ...quota, '--hard=count/jobs.batch=2')
    await installed.kubectl(
      ...['wait', 'resourcequota/jobs', '--timeout=30s'],
      '--for=jsonpath={.status.hard}',
    )
    const bundles = async () => {
      const { items } = await installed.get<{ items: object[] }>(
        ...['configmaps', '-l', ofRole('bundle')],
      )
      return items.length
    }
    const { context, triggered } = await trigger(keptn, {
      service: 'no-room',
      task: 'deployment',
      files: { 'one.sh': 'echo one' },
      config: configFor(DEPLOYMENT, 'sh /keptn/one.sh').replace(
        'cmd:',
        'files: [one.sh]\n        cmd:',
      ),
    })
    await until('it is started', 30, async () => {
      return answers(keptn, triggered).length > 0
    })
    t.equal(await bundles(), 1)
    const [head] = await installed.jobs(ofRole('head'))
    await installed.kubectl(
      'delete',
      'job',
      head!.metadata.name,
      '--wait=false',
    )
    await keptn.ended(context, 30_000)
    answeredOnce(t, keptn, triggered)
    await until('its files are gone', 30, async () => (await bundles()) === 0)
    await installed.kubectl('delete', ...quota)
  },
)

t.test('a lost event becomes visible', async (t) => {
  const event = {
    ...{ specversion: '1.0', id: 'given-up', source: 'e2e' },
    ...{ type: DEPLOYMENT, knativeerrorcode: '503', data: {} },
  }
  t.equal(await post(`${endpoint}dead-letter`, event), 202)
  const told = await until('a Kubernetes Event', 15, async () =>
    (await objects.events()).find(({ reason }) => reason === 'EventLost'),
  )
  t.match(told.message, 'given-up')
})

t.test('a Job that is in the way of a task is replaced', async (t) => {
  const { context, triggered } = await trigger(keptn, {
    ...{ service: 'in-the-way', task: 'deployment' },
    config: configFor(DEPLOYMENT, 'sleep 10', 'echo two'),
  })
  const [first] = await until('the first task', 30, async () => {
    const tasks = await installed.tasks(context)
    return tasks.length > 0 && tasks
  })
  const name = first!.metadata.name.replace(/^task-1(.*)1$/, 'task-2$12')
  await installed.kubectl('create', 'job', name, '--image=busybox')
  await keptn.ended(context, 60_000)
  answeredOnce(t, keptn, triggered)
  t.match(answers(keptn, triggered)[1]?.event.data, {
    result: 'pass',
    message: /two/,
  })
})

t.test('other settings replace the job watch in flight', async (t) => {
  const watches = async () => {
    const { items } = await installed.get<{
      items: { metadata: { uid: string; deletionTimestamp?: string } }[]
    }>('jobs', '-l', ofRole('watch'))
    return items
      .filter(({ metadata }) => !metadata.deletionTimestamp)
      .map(({ metadata: { uid } }) => uid)
  }
  const start = (service: string, command: string) =>
    trigger(keptn, {
      ...{ service, task: 'deployment' },
      config: configFor(DEPLOYMENT, command),
    })
  const first = await start('before', 'sleep 30')
  const [old] = await until('the job watch', 30, async () => {
    const found = await watches()
    return found.length > 0 && found
  })
  const deployment = `deploy/${NAME}`
  await installed.kubectl(
    ...['set', 'env', deployment, 'JOB_WATCH_LINGER_SECONDS=3'],
  )
  await installed.kubectl('rollout', 'status', deployment, '--timeout=60s')
  const second = await start('after', 'echo after')
  await until('another job watch', 30, async () => {
    const found = await watches()
    return found.length > 0 && !found.includes(old!)
  })
  t.same(
    answers(keptn, first.triggered).length,
    1,
    'the first run is in flight',
  )
  for (const { context, triggered } of [first, second]) {
    await keptn.ended(context, 90_000)
    answeredOnce(t, keptn, triggered)
  }
  await until('the job watch is gone', 60, async () => {
    return (await watches()).length === 0
  })
})

interface Role {
  kind: string
  metadata: { name: string }
  rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[]
}

interface AuditEvent {
  user: { username: string }
  verb: string
  requestURI: string
  requestReceivedTimestamp: string
  objectRef?: {
    apiGroup?: string
    resource?: string
    subresource?: string
    namespace?: string
  }
  responseStatus?: { code?: number; message?: string }
}

const base = loadAll(
  await kubectl('kustomize', join(import.meta.dirname, '../../knative/base')),
) as Role[]

/** As `VERB GROUP/RESOURCE[/SUBRESOURCE]`. */
const grantedTo = (account: string): string[] =>
  base
    .filter(
      ({ kind, metadata }) => kind === 'Role' && metadata.name === account,
    )
    .flatMap(({ rules }) => rules)
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.map((verb) => `${verb} ${group}/${resource}`),
        ),
      ),
    )

const asked = ({ verb, requestURI, objectRef }: AuditEvent): string => {
  if (!objectRef?.resource) return `${verb} ${requestURI}`
  const { apiGroup = '', resource, subresource } = objectRef
  return `${verb} ${apiGroup}/${resource}${subresource ? `/${subresource}` : ''}`
}

/** A quota refuses with the status of a missing right. */
const isRefusal = ({ responseStatus }: AuditEvent): boolean =>
  responseStatus?.code === 403 &&
  !responseStatus.message?.includes('exceeded quota')

/** Whole lines only: the API server goes on writing. */
const audited = (): AuditEvent[] =>
  readFileSync(AUDIT_LOG, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AuditEvent)

/** When namespaces were deleted, which takes their Roles away, too. */
const deletions = (events: AuditEvent[]): Map<string | undefined, string> =>
  new Map(
    events
      .filter(
        ({ verb, objectRef }) =>
          verb === 'delete' && objectRef?.resource === 'namespaces',
      )
      .map(({ objectRef, requestReceivedTimestamp }) => [
        objectRef?.namespace,
        requestReceivedTimestamp,
      ]),
  )

for (const account of [NAME, `${NAME}-job-watch`])
  t.test(
    `${account}: its Role is what it needs`,
    { skip: existsSync(AUDIT_LOG) ? false : 'the cluster keeps no audit log' },
    async (t) => {
      const events = audited()
      const deleted = deletions(events)
      const own = events.filter(
        ({ user: { username }, objectRef, requestReceivedTimestamp }) =>
          /^system:serviceaccount:e2e-[^:]+:/.test(username) &&
          username.endsWith(`:${account}`) &&
          requestReceivedTimestamp < (deleted.get(objectRef?.namespace) ?? '~'),
      )
      const used = new Set(own.map(asked))
      const granted = grantedTo(account)
      t.comment(`${own.length} requests, ${granted.length} verbs granted`)
      t.ok(own.length > 0, 'it was at work')
      t.ok(granted.length > 0, 'something is granted to it')
      t.same(
        own
          .filter(isRefusal)
          .map((event) => [asked(event), event.responseStatus?.message]),
        [],
        'nothing was refused to it',
      )
      t.same(
        granted.filter((right) => !used.has(right)),
        [],
        'it used all that is granted',
      )
    },
  )
