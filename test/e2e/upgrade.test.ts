import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { instanceId } from '../../function/names.ts'
import {
  apply,
  applyFolder,
  foreign,
  kubectl as clusterWide,
  KUBECONFIG,
  run,
  until,
} from './cluster.ts'
import { NAME } from './installation.ts'
import { answeredOnce, answers, trigger } from './keptn.ts'
import { configFor, installOnKnative, knativeMissing } from './knative.ts'

const missing = await knativeMissing()
if (missing) t.bailout(missing)

const installed = await installOnKnative(t)
const { namespace, keptn, kubectl, get, jobs, tasks, image } = installed
const bin = foreign ? '' : join(KUBECONFIG!, '../../bin')

/** The same image under another tag. For another cluster: `E2E_NEXT_IMAGE`. */
const nextImage = async (): Promise<string> => {
  const given = process.env['E2E_NEXT_IMAGE']
  if (given) return given
  const next = `${image}-next`
  await run('ctr', [
    `--address=${join(KUBECONFIG!, '../containerd.sock')}`,
    ...['--namespace=k8s.io', 'images', 'tag', '--force', image, next],
  ])
  return next
}

const folders = new Set<string>()
t.teardown(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})
const folderFor = (image: string): string => {
  const folder = installed.folder(image)
  folders.add(folder)
  return folder
}

const WATCHES = 'job-executor.keptn.sh/role=watch'

let services = 0
/** A run whose first task has begun, and takes `seconds`. */
const inFlight = async (seconds: number, limit = 90) => {
  const event = 'sh.keptn.event.deployment.triggered'
  const played = await trigger(keptn, {
    service: `in-flight-${(services += 1)}`,
    task: 'deployment',
    config: configFor(event, `sleep ${seconds}; echo one`, 'echo two'),
  })
  await until('the first task runs', limit, async () => {
    const [job] = await tasks(played.context)
    const pods = await get<{ items: { status: { phase: string } }[] }>(
      ...['pods', '-l', `job-name=${job?.metadata.name}`],
    )
    return pods.items[0]?.status.phase === 'Running'
  })
  return played
}

const passes = async (
  t: Test,
  { context, triggered }: { context: string; triggered: string },
) => {
  await keptn.ended(context, 180_000)
  answeredOnce(t, keptn, triggered)
  const [, finished] = answers(keptn, triggered)
  t.match(finished?.event.data, { result: 'pass', message: /one[^]*two/ })
  t.equal((await tasks(context)).length, 2, 'each task ran once')
}

const revision = () =>
  kubectl(
    ...['get', 'ksvc', NAME],
    ...['-o', 'jsonpath={.status.latestReadyRevisionName}'],
  )

const upgradeTo = async (image: string): Promise<void> => {
  const old = await revision()
  await applyFolder(folderFor(image))
  await until('the new revision is ready', 120, async () => {
    return (await revision()) !== old
  })
  const now = await imageOf('revision', await revision())
  if (now !== image) throw new Error(`the new revision is of ${now}`)
}

const imageOf = async (...object: string[]): Promise<string> =>
  (await kubectl('get', ...object, '-o', 'jsonpath={..image}')).trim()

for (const [what, to] of [
  ['upgrade', await nextImage()],
  ['downgrade', image],
] as const)
  t.test(`${what}: a run in flight goes on`, async (t) => {
    const before = await inFlight(25)
    await upgradeTo(to)
    t.same(
      answers(keptn, before.triggered).map(({ event }) => event.type),
      ['sh.keptn.event.deployment.started'],
      'the run is still in flight',
    )
    const after = await inFlight(5)
    await until('an event replaces the job watch', 30, async () => {
      return (await imageOf('job', '-l', WATCHES)) === to
    })
    await passes(t, before)
    await passes(t, after)
  })

/** A policy of the cluster under which there can be no other job watch. */
const refuseWatches = async (t: Test): Promise<void> => {
  const name = `${namespace}-no-watch`
  const kind = 'ValidatingAdmissionPolicy'
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['batch'],
            apiVersions: ['v1'],
            resources: ['jobs'],
            operations: ['CREATE'],
          },
        ],
      },
      validations: [
        {
          expression: `request.namespace != '${namespace}' || !object.metadata.name.startsWith('job-watch-')`,
          reason: 'Forbidden',
        },
      ],
    },
  }
  const binding = {
    ...policy,
    kind: `${kind}Binding`,
    spec: { policyName: name, validationActions: ['Deny'] },
  }
  const isRefused = () =>
    kubectl(
      ...['create', 'job', 'job-watch-of-a-test', '--image=busybox'],
      '--dry-run=server',
    ).then(
      () => false,
      (error: unknown) => String(error).includes(name),
    )
  t.teardown(async () => {
    await clusterWide('delete', `${kind}Binding,${kind}`, name)
    await until('the policy is gone', 60, async () => !(await isRefused()))
  })
  for (const object of [policy, binding]) await apply(JSON.stringify(object))
  await until('the policy holds', 60, isRefused)
}

t.test('an upgrade whose job watch is refused: runs go on', async (t) => {
  const before = await inFlight(60)
  const watch = () =>
    kubectl('get', 'jobs', '-l', WATCHES, '-o', 'jsonpath={..uid}')
  const old = await watch()
  await refuseWatches(t)
  await upgradeTo(await nextImage())
  const after = await inFlight(1, 150)
  t.equal(await watch(), old, 'the old one is at work')
  await passes(t, before)
  await passes(t, after)
})

/** The command lines of a section of the README, for this installation. */
const commands = (section: string): string[] => {
  const readme = readFileSync(
    join(import.meta.dirname, '../../knative/README.md'),
    'utf8',
  )
  const [, text = ''] = readme.split(`\n## ${section}\n`)
  const [own = ''] = text.split('\n## ')
  const folder = folderFor(image)
  return [...own.matchAll(/^ *```\n(.*?)^ *```$/gms)].map(([, block = '']) =>
    block
      // No distributor is installed here.
      .replace(/^.*scale deployment.*\n/m, '')
      .replaceAll('keptn-jes', namespace)
      .replaceAll('-k knative/', `-k ${folder}`),
  )
}
const shell = (script: string): Promise<string> =>
  run('bash', ['-euo', 'pipefail', '-c', `PATH=${bin}:$PATH\n${script}`])

t.test('draining by an end: what runs is stopped, and told', async (t) => {
  const [, , end = ''] = commands('Draining')
  const { context, triggered } = await inFlight(300)
  await shell(end)
  await keptn.ended(context, 60_000)
  answeredOnce(t, keptn, triggered)
  t.match(answers(keptn, triggered)[1]?.event.data, { result: 'fail' })
  await until('nothing is unsettled', 60, async () => {
    const unsettled = await jobs('job-executor.keptn.sh/unsettled')
    return unsettled.length === 0
  })
})

t.test('draining: what runs ends, nothing new begins', async (t) => {
  const [stop = '', settled = ''] = commands('Draining')
  const played = await inFlight(15)
  await shell(stop)
  t.equal(await kubectl('get', 'triggers', '-o', 'name'), '')
  t.equal(answers(keptn, played.triggered).length, 1, 'it is in flight')
  await shell(settled)
  await passes(t, played)
  t.same(await jobs('job-executor.keptn.sh/unsettled'), [])
})

t.test('uninstall leaves nothing', async (t) => {
  const [uninstall = ''] = commands('Uninstall')
  await shell(uninstall)
  await until('the namespace is gone', 300, async () =>
    clusterWide('get', 'namespace', namespace).then(
      () => false,
      () => true,
    ),
  )
  const kinds = await clusterWide(
    ...['api-resources', '--namespaced=false', '--verbs=list', '-o', 'name'],
  )
  const objects = await clusterWide(
    ...['get', kinds.trim().split('\n').join(), '-o', 'name'],
  )
  t.same(
    objects.split('\n').filter((name) => name.includes(namespace)),
    [],
    'nothing cluster-wide',
  )
  const instance = instanceId({ namespace, name: NAME })
  t.equal(
    await clusterWide(
      ...['get', 'jobs,pods,configmaps', '--all-namespaces', '-o', 'name'],
      ...['-l', `job-executor.keptn.sh/instance=${instance}`],
    ),
    '',
    'nothing in another namespace',
  )
})
