import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import type { JobEvent } from '../../config/event.ts'
import { type ActionMatch, matchEvent, runs } from '../../config/match.ts'
import type { Action } from '../../config/model.ts'
import { parseConfig } from '../../config/parse.ts'
import type { Job } from '../../function/cluster/cluster.ts'
import { ANNOTATION, OURS } from '../../function/labels.ts'
import { renderTask } from '../../function/render.ts'
import type { Settings } from '../../function/settings.ts'
import { begun, corpus } from './corpus.ts'
import { originalSettings } from './original-settings.ts'

interface WantedTask {
  actionIndex: number
  taskIndex: number
  maxPollSeconds: number
  job?: Job
  error?: string
}

interface Row {
  name: string
  release: string
  config: string
  event: string
  settings: string
  want: { matched: number[]; started?: string[]; tasks?: WantedTask[] }
}

/** What is compared of a Job; in the words of the original's. */
interface Facts {
  error?: boolean
  image?: string | undefined
  command?: string[] | undefined
  args?: string[] | undefined
  env?: { name: string; value?: string }[]
  secrets?: string[]
  [field: string]: unknown
}

interface Case {
  row: Row
  task: WantedTask
  settings: Settings
  config: Action[]
}

const texts = new Map(
  corpus<{ name: string; text: string }>('configs').map(({ name, text }) => [
    name,
    text,
  ]),
)
const events = new Map(
  corpus<{ name: string; event: Record<string, unknown> }>('events').map(
    ({ name, event }) => [name, event],
  ),
)

const eventOf = ({ event }: Row): JobEvent =>
  Object.fromEntries(
    Object.entries(events.get(event) ?? {}).filter(([, value]) => value !== ''),
  ) as unknown as JobEvent

const foreign = (map: Record<string, string> = {}) =>
  Object.fromEntries(
    Object.entries(map).filter(([key]) => !key.startsWith(`${OURS}/`)),
  )

/** Go leaves out what is empty. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]): [string, unknown] => [key, plain(inner)])
      .filter(([, inner]) => inner !== undefined && !isEmpty(inner)),
  )
}

const isEmpty = (value: unknown): boolean =>
  value === '' ||
  (typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length === 0)

const factsOf = (job: Job): Facts => {
  const { metadata, spec } = job
  const pod = spec?.template
  const container = pod?.spec?.containers[0]
  const annotations = metadata?.annotations
  const env = container?.env ?? []
  const secrets = env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name)
  const all = {
    name: metadata?.name,
    image: container?.image ?? '',
    command: container?.command,
    env: env
      .filter(({ valueFrom }) => !valueFrom)
      .map(({ name, value = '' }) => ({ name, value })),
    secrets: Array.from(
      new Set([
        ...secrets.filter((name) => name !== undefined),
        ...(container?.envFrom ?? []).map(({ secretRef }) => secretRef?.name),
      ]),
    ),
    args: container?.args,
    imagePullPolicy: container?.imagePullPolicy,
    workingDir: container?.workingDir,
    resources: container?.resources,
    securityContext: container?.securityContext,
    podSecurityContext: pod?.spec?.securityContext,
    serviceAccountName: pod?.spec?.serviceAccountName,
    hasToken: pod?.spec?.automountServiceAccountToken !== false,
    namespace: metadata?.namespace,
    labels: foreign(metadata?.labels),
    podLabels: foreign(pod?.metadata?.labels),
    annotations: foreign(annotations),
    podAnnotations: foreign(pod?.metadata?.annotations),
    ttl: spec?.ttlSecondsAfterFinished ?? Number(annotations?.[ANNOTATION.ttl]),
    activeDeadlineSeconds: spec?.activeDeadlineSeconds,
    container: container?.name,
    initContainers: pod?.spec?.initContainers?.length,
    volumes: pod?.spec?.volumes,
    mounts: container?.volumeMounts,
    restartPolicy: pod?.spec?.restartPolicy,
    backoffLimit: spec?.backoffLimit,
  }
  return plain(all) as Facts
}

const EARLY = /^0\.1\./

/** What the releases of the first dialects had of it. */
const early = ({ error, image, command, env }: Facts): Facts => ({
  ...(error && { error }),
  ...(image && { image }),
  ...(command && { command }),
  ...(env && { env }),
})

/**
 * Where our Jobs differ from the original's on purpose, by the names of
 * config/README.md. Each makes of what the original had what we want.
 */
const differences: Record<
  string,
  (want: Facts, it: Case, got: Facts) => Facts
> = {
  'Numbers print plainly': (want) => ({
    ...want,
    ...(want.env && {
      env: want.env.map(({ name, value = '' }) => ({
        name,
        value: /^\d\.\d+e\+\d\d$/.test(value) ? String(Number(value)) : value,
      })),
    }),
  }),
  'Maps are JSON in every dialect': (want, _, got) => ({
    ...want,
    ...(want.env && {
      env: want.env.map((entry) => {
        const ours = got.env?.find(({ name }) => name === entry.name)
        return entry.value?.startsWith('map[') &&
          /^\{".*\}$/.test(ours?.value ?? '')
          ? { name: entry.name, value: ours?.value ?? '' }
          : entry
      }),
    }),
  }),
  'Labels of the event are variables in every dialect': (want, { row }, got) =>
    EARLY.test(row.release) && want.env
      ? {
          ...want,
          env: [
            ...want.env,
            ...(got.env ?? []).filter(({ name }) => name.startsWith('LABELS_')),
          ],
        }
      : want,
  'A task without cmd runs what the image says': (want) =>
    want.command?.join() === '' ? omit(want, 'command') : want,
  'Declared variables are expanded in cmd': (want, { row }) =>
    row.release === '0.1.0' && want.command
      ? {
          ...want,
          command: want.command.map((word) =>
            word.replace(/\$(\w+)/g, (text, name: string) =>
              want.env?.some((entry) => entry.name === name)
                ? `$(${name})`
                : text,
            ),
          ),
        }
      : want,
  'The name of the Job': (want, _, got) =>
    'name' in want && /^[a-z][-a-z0-9]{1,62}$/.test(String(got['name']))
      ? { ...want, name: got['name'] }
      : want,
  'The container is called task': (want) =>
    'container' in want ? { ...want, container: 'task' } : want,
  'No init container without files': (want) => omit(want, 'initContainers'),
  '/tmp is writable': (want) =>
    'volumes' in want
      ? {
          ...want,
          volumes: [...(want['volumes'] as object[]), { name: 'tmp' }],
          mounts: [
            ...(want['mounts'] as object[]),
            { name: 'tmp', mountPath: '/tmp' },
          ],
        }
      : want,
  'Capability ALL is written in capitals': (want) =>
    'securityContext' in want
      ? {
          ...want,
          securityContext: JSON.parse(
            JSON.stringify(want['securityContext']).replaceAll(
              '"all"',
              '"ALL"',
            ),
          ) as unknown,
        }
      : want,
  'A time-out stops the Job': (want, { task, settings }) => {
    if (!('ttl' in want)) return want
    const limits = [task.maxPollSeconds, settings.taskDeadlineSeconds ?? 0]
    const positive = limits.filter((seconds) => seconds > 0)
    return positive.length > 0
      ? { ...want, activeDeadlineSeconds: Math.min(...positive) }
      : want
  },
  'Labels and annotations are on the pod too': (want) =>
    'labels' in want
      ? {
          ...want,
          podLabels: want['labels'],
          podAnnotations: {
            ...(want['annotations'] as object | undefined),
            'kubectl.kubernetes.io/default-container': 'task',
          },
        }
      : want,
  'No token unless the task names an account': (
    want,
    { task, settings, config },
  ) => {
    if (!('hasToken' in want)) return want
    const account =
      config[task.actionIndex]?.tasks[task.taskIndex]?.serviceAccount
    const isNamed = account && account !== settings.jobDefaults.serviceAccount
    return isNamed ? want : { ...want, hasToken: false }
  },
  'A Secret is referred to as a whole': (want, { task, config }, got) => {
    if (!/ secrets "[^"]*" not found$/.test(task.error ?? '')) return want
    const env = config[task.actionIndex]?.tasks[task.taskIndex]?.env ?? []
    const secrets = env
      .filter(({ valueFrom }) => valueFrom === 'secret')
      .map(({ name }) => name)
    return { ...got, secrets }
  },
}

const omit = (facts: Facts, name: string): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([key]) => key !== name))

const used = new Set<string>()

const amend = (want: Facts, it: Case, got: Facts): Facts => {
  let amended = want
  for (const [name, change] of Object.entries(differences)) {
    const before = JSON.stringify(amended)
    amended = change(amended, it, got)
    if (JSON.stringify(amended) !== before) used.add(name)
  }
  return amended
}

const render = ({ row, task, settings, config }: Case): Facts => {
  const action = config[task.actionIndex]
  const rendered = renderTask({
    settings,
    run: '0123456789abcdef0123',
    event: eventOf(row),
    place: { action: task.actionIndex, task: task.taskIndex },
    action: action!,
    task: action!.tasks[task.taskIndex]!,
    configHash: createHash('sha3-224')
      .update(texts.get(row.config) ?? '')
      .digest('hex'),
  })
  return 'error' in rendered ? { error: true } : factsOf(rendered.job)
}

const indices = (matches: ActionMatch[]): number[] =>
  matches.map(({ index }) => index)

for (const row of corpus<Row>('jobs'))
  t.test(row.name, async (t) => {
    const parsed = parseConfig(texts.get(row.config) ?? '')
    if ('problems' in parsed) return void t.fail('the config is refused')
    const config = parsed.config.actions
    const matches = matchEvent({ actions: config }, eventOf(row))
    const matched = indices(matches.filter(({ matched }) => matched))
    const { tasks = [] } = row.want
    t.strictSame(
      indices(matches.filter(runs)),
      begun(row.want, matched),
      'the actions that run',
    )
    if (EARLY.test(row.release) && matched.length > 1) {
      used.add('All actions that match run')
      t.strictSame(matched.slice(0, 1), row.want.matched, 'the first matched')
    } else t.strictSame(matched, row.want.matched, 'the matched actions')
    const settings = originalSettings(row.settings)
    for (const task of tasks) {
      const it = { row, task, settings, config }
      const shape = EARLY.test(row.release) ? early : (facts: Facts) => facts
      const got = shape(render(it))
      const want = shape(task.job ? factsOf(task.job) : { error: true })
      const place = `${task.actionIndex}/${task.taskIndex}`
      t.strictSame(got, plain(amend(want, it, got)), `task ${place}`)
    }
  })

t.test('every difference is one, and is explained', async (t) => {
  const readme = readFileSync(
    new URL('../../config/README.md', import.meta.url),
    'utf8',
  )
  const [, section = ''] = readme.split(/^## The Job$/m)
  const listed = Array.from(
    section.split(/^## /m)[0]?.matchAll(/^\| \*\*(.+?)\*\* \|/gm) ?? [],
    ([, name]) => name,
  )
  for (const name of [
    ...Object.keys(differences),
    'All actions that match run',
  ]) {
    t.ok(used.has(name), `${name}: made a difference`)
    t.ok(listed.includes(name), `${name}: is listed`)
  }
})
