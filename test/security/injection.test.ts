import fc from 'fast-check'
import t from 'tap'
import type { JobEvent } from '../../config/event.ts'
import type { JobConfig } from '../../config/model.ts'
import { parseConfig } from '../../config/parse.ts'
import { expand } from '../../function/cluster/memory/environment.ts'
import type { Event, Job } from '../../function/cluster/cluster.ts'
import { labelValue } from '../../function/label-value.ts'
import { lostEvent } from '../../function/dead-letter.ts'
import { resolveFiles } from '../../function/files.ts'
import { isLabelValue } from '../../function/job-labels.ts'
import { tellUser } from '../../function/kubernetes-event.ts'
import { jsonLog } from '../../function/log.ts'
import { planRun } from '../../function/plan-run.ts'
import type { Ports } from '../../function/ports.ts'
import { scopeOf } from '../../function/scope.ts'
import { stopTask } from '../../function/stop-task.ts'
import { nasty } from '../fuzz/mutate.ts'
import { givenCluster, givenSettings, headJob, RUN } from '../function/given.ts'
import { makeWorld, type Script } from '../world.ts'

/** What others wrote must stay what it is: text. */

const CONTROL =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
const ESCAPES = '\x1b[2J\x1b]0;title\x07\x9b31m\r\x08\u202eback\u2066'

const config = `
apiVersion: v2
actions:
  - name: run
    events: [{ name: '*' }]
    tasks:
      - name: say
        image: busybox
        cmd: [sh, -c, 'echo "$TEXT" $(FIXED) $(TEXT)']
        env:
          - { name: FIXED, value: fixed, valueFrom: string }
          - { name: TEXT, value: $.data.text, valueFrom: event }
`
const read = (text: string): JobConfig => {
  const parsed = parseConfig(text)
  if ('problems' in parsed) throw new Error(parsed.problems[0]?.message)
  return parsed.config
}
const parsed = read(config.replace("'*'", "'.*'"))

/** In the first dialect a text, in which `$TEXT` is put in. */
const firstDialect = read(`
actions:
  - name: run
    events: [{ name: '*' }]
    tasks:
      - name: say
        image: busybox
        cmd: env sh -ec "echo $TEXT \${TEXT}" $TEXT
        env: [{ name: TEXT, value: $.data.text }]
`)

const planOf = async (event: JobEvent, config = parsed): Promise<Job> => {
  const { plan } = await planRun(
    {
      settings: givenSettings(),
      image: async () => 'fn:1',
      files: async () => ({ files: [] }),
      accept: async () => undefined,
    },
    RUN,
    event,
    { config, configHash: 'abc' },
  )
  return plan.actions[0]!.tasks[0]!.job
}

const eventWith = (fields: {
  text: string
  label: [string, string]
  id: string
  context: string
}): JobEvent => ({
  specversion: '1.0',
  id: fields.id || 'id',
  source: fields.id || 's',
  type: 'sh.keptn.event.deployment.triggered',
  shkeptncontext: fields.context,
  data: {
    project: fields.text,
    stage: fields.text,
    service: fields.text,
    text: fields.text,
    labels: { [fields.label[0]]: fields.label[1] },
  },
})

const hostile = fc.record({
  text: fc.oneof(
    nasty(),
    fc.constantFrom('$(FIXED)', '$$(FIXED)', '"; x', ESCAPES),
  ),
  label: fc.tuple(nasty(3), nasty(4)),
  id: nasty(4),
  context: nasty(4),
})

t.test('nothing of an event changes the manifest but texts', async () => {
  const plain = await planOf(
    eventWith({ text: 'x', label: ['l', 'x'], id: 'x', context: 'x' }),
  )
  /** All that is neither text of the event nor made of it. */
  const shape = (job: Job): unknown => {
    const { labels, ...metadata } = structuredClone(job.metadata!)
    const spec = structuredClone(job.spec!)
    const [container] = spec.template.spec!.containers
    const env = container!.env!
    container!.env = env.filter(
      ({ name }) => !/^(LABELS_|TEXT|KEPTN)/.test(name),
    )
    delete spec.template.metadata!.labels
    return { metadata, spec, labels: Object.keys(labels!).sort() }
  }
  await fc.assert(
    fc.asyncProperty(hostile, async (fields) => {
      const job = await planOf(eventWith(fields))
      if (JSON.stringify(shape(job)) !== JSON.stringify(shape(plain)))
        throw new Error(JSON.stringify(shape(job)))
    }),
    { numRuns: 500, seed: 1 },
  )
})

t.test('variables hold exactly the text, and change no other', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, async (fields) => {
      const job = await planOf(eventWith(fields))
      const { env = [], command } = job.spec!.template.spec!.containers[0]!
      const values: Record<string, string> = {}
      for (const { name, value = '' } of env)
        values[name] = expand(value, values)
      for (const name of ['TEXT', 'KEPTN_PROJECT', 'KEPTN_STAGE'])
        // Half a character is none in UTF-8.
        if (values[name]?.toWellFormed() !== fields.text.toWellFormed())
          throw new Error(`${name} is ${JSON.stringify(values[name])}`)
      if (values['FIXED'] !== 'fixed') throw new Error('FIXED was changed')
      if (
        JSON.stringify(command) !==
        JSON.stringify(parsed.actions[0]!.tasks[0]!.command)
      )
        throw new Error('the command was changed')
    }),
    { numRuns: 500, seed: 2 },
  )
})

t.test('the script of a shell is the same, whatever is put in', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, async (fields) => {
      const job = await planOf(eventWith(fields), firstDialect)
      const { env = [], command } = job.spec!.template.spec!.containers[0]!
      const values: Record<string, string> = {}
      for (const { name, value = '' } of env)
        values[name] = expand(value, values)
      const words = command!.map((word) => expand(word, values))
      const script = 'echo $TEXT ${TEXT}'
      const wanted = ['env', 'sh', '-ec', script, values['TEXT']]
      if (JSON.stringify(words) !== JSON.stringify(wanted))
        throw new Error(JSON.stringify(words))
    }),
    { numRuns: 500, seed: 4 },
  )
})

t.test('no label value and no selector can be written', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, async (fields) => {
      const { metadata } = await planOf(eventWith(fields))
      for (const value of Object.values(metadata!.labels!))
        if (!isLabelValue(value)) throw new Error(value)
      if (!/^[a-z0-9-]{1,63}$/.test(metadata!.name!))
        throw new Error(metadata!.name)
    }),
    { numRuns: 300, seed: 3 },
  )
})

const PATHS = [
  ...['..', '../x', 'a/../../x', '/../x', './x', 'a//b', 'a/./b', 'a/..'],
  ...['x\0', '\0', 'a/\0/b'],
]
for (const path of PATHS)
  t.test(`no path leads out: ${JSON.stringify(path)}`, async (t) => {
    const store = {
      get: async (_scope: unknown, uri: string) =>
        uri === 'dir' ? undefined : Buffer.from('x'),
      list: async () => [`dir/${path}`],
    }
    const event = { data: {} } as JobEvent
    const limits = { files: 9, fileBytes: 9, totalBytes: 9 }
    for (const entry of [path, 'dir'])
      t.match(await resolveFiles(store, event, [entry], limits), {
        error: { code: /file-name/ },
      })
  })

t.test("an event's project is no path", async (t) => {
  const { project } = scopeOf({
    data: { project: '../../etc', stage: {}, service: ['x'] },
  } as unknown as JobEvent)
  t.equal(project, '../../etc', 'given on as it is, and escaped by the stores')
})

t.test('a line of the log cannot be forged, nor move a terminal', async (t) => {
  let written = ''
  const log = jsonLog(
    (line) => (written += line),
    () => 0,
  )
  log('info', `a\n{"level":"error"}${ESCAPES}`, { id: `b\r\n${ESCAPES}` })
  t.equal(written.indexOf('\n'), written.length - 1)
  t.notMatch(written.slice(0, -1), CONTROL)
  t.equal((JSON.parse(written) as { id: string }).id, `b\r\n${ESCAPES}`)
})

const kept = async (
  tell: (ports: Ports) => Promise<void>,
): Promise<Event[]> => {
  const { cluster } = givenCluster()
  await tell({
    cluster,
    settings: givenSettings(),
    log: () => {},
    replica: 'r',
  } as unknown as Ports)
  return cluster.objects('Event')
}

t.test('a Kubernetes Event is harmless, whatever it tells', async (t) => {
  const told = await kept((ports) =>
    tellUser(ports, { namespace: 'jobs' }, { reason: 'R', message: ESCAPES }),
  )
  const lost = await kept((ports) =>
    lostEvent(ports, {
      id: ESCAPES,
      type: ESCAPES,
      source: 'https://me:pa55word@example.com',
      knativeerrordata: Buffer.from(ESCAPES).toString('base64'),
    } as unknown as JobEvent),
  )
  for (const [event] of [told, lost]) {
    t.match(event?.message, 'back')
    t.notMatch(event!.message, CONTROL)
    t.notMatch(event!.message, 'pa55word')
  }
})

t.test('why a task was stopped is harmless', async (t) => {
  const { cluster } = givenCluster()
  const job = await cluster.create('Job', headJob())
  await stopTask(cluster, job, `bad image ${ESCAPES}`)
  const [stopped] = cluster.objects('Job')
  const text = JSON.stringify(Object.values(stopped!.metadata!.annotations!))
  t.match(text, 'bad image')
  t.notMatch(text.replaceAll('\\\\', ''), /\\u00(1b|9b)|\\r|\\b/)
  t.notMatch(text, /[\x7f-\x9f\u202a-\u202e]/)
})

/** A container that says bad things in its log and at its end. */
const said: Script = async (run) => {
  run.started()
  run.log(`log ${ESCAPES}\n`)
  return { exitCode: 1, message: `end ${ESCAPES}` }
}

t.test('logs and names in .finished are harmless', async (t) => {
  const name = JSON.stringify(`task ${ESCAPES}`)
  const world = makeWorld({
    scripts: { [labelValue(`task ${ESCAPES}`)]: said },
    config: `
apiVersion: v2
actions:
  - name: ${name}
    events: [{ name: sh.keptn.event.deployment.triggered }]
    tasks:
      - { name: ${name}, image: busybox, annotations: { note: ${name} } }
`,
  })

  const event = world.trigger('deployment', { labels: { note: ESCAPES } })

  t.ok(await world.deliver(event))
  t.ok(await world.settle())
  const finished = world.reports(event).at(-1)!
  const { message, labels } = finished.data as {
    message: string
    labels: Record<string, string>
  }
  t.match(message, 'log ')
  t.match(message, 'end ')
  t.notMatch(message, CONTROL)
  t.equal(labels.note, ESCAPES, 'labels are given back as they came')
  for (const { metadata } of world.cluster.objects('Job'))
    for (const text of Object.values(metadata!.annotations ?? {}))
      t.notMatch(text, CONTROL)
})
