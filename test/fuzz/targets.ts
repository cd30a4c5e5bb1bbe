import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import fc from 'fast-check'
import { resolveEnv } from '../../config/env.ts'
import type { JobEvent } from '../../config/event.ts'
import { jsonpath } from '../../config/jsonpath.ts'
import { lintConfig } from '../../config/lint.ts'
import { matchEvent } from '../../config/match.ts'
import type { Task } from '../../config/model.ts'
import { parseConfig } from '../../config/parse.ts'
import { readPattern } from '../../config/pattern.ts'
import { eventView } from '../../config/view.ts'
import { cleanText } from '../../function/clean-text.ts'
import { copyTree } from '../../function/copy-tree.ts'
import { directoryStore } from '../../function/directory-store.ts'
import { makeEnvelope, makeReport } from '../../function/envelope.ts'
import {
  type EventMessage,
  parseEventMessage,
} from '../../function/event-message.ts'
import { resolveFiles } from '../../function/files.ts'
import { decodeHead } from '../../function/head.ts'
import { isImageAllowed, readAllowedImages } from '../../function/image.ts'
import { isLabelValue } from '../../function/job-labels.ts'
import { labelValue } from '../../function/label-value.ts'
import { jsonLog } from '../../function/log.ts'
import { finishedMessage } from '../../function/message.ts'
import { taskJobName } from '../../function/names.ts'
import { planRun } from '../../function/plan-run.ts'
import { canonicalQuantity } from '../../function/quantity.ts'
import { readRing } from '../../function/rings.ts'
import { makeVerdict } from '../../function/verdict.ts'
import { corpus } from '../function/corpus.ts'
import { action, givenSettings, headJob, plan, RUN } from '../function/given.ts'
import { mutated, nasty } from './mutate.ts'
import { type Outcome, target, type Target } from './target.ts'

const configs = corpus<{ text: string }>('configs').map(({ text }) => text)
const events = corpus<{ event: Record<string, unknown> }>('events').map(
  ({ event }) => event,
)
const eventTexts = events.map((event) => JSON.stringify(event))
const dataTexts = events.map(({ data }) => JSON.stringify(data ?? {}))
const rows = corpus<{ expression: string }>('tables/jsonpath')
const patterns = corpus<{ pattern: string }>('tables/event_name')
const images = corpus<{ image: string; list: string }>(
  'tables/image_allow_list',
)
const quantities = ['1', '500m', '1Gi', '0.1', '1e3', '12E6', '128Mi', '-5k']

/** The longest config that is read, as the settings have it. */
const CONFIG = 65_536

const expect = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what)
}

const media = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      'application/json',
      'application/cloudevents+json',
      'application/cloudevents+json; charset=UTF-8',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'application/cloudevents-batch+json',
      'text/plain',
      '',
    ),
  },
  { weight: 1, arbitrary: nasty(4) },
)

const judgeMessage = (message: EventMessage): Outcome => {
  const parsed = parseEventMessage(message)
  if ('refusal' in parsed) {
    expect([400, 415].includes(parsed.refusal.status), 'another status')
    return { refused: parsed.refusal.reason }
  }
  const { event } = parsed
  for (const name of ['id', 'source', 'type'])
    expect(typeof event[name] === 'string' && event[name] !== '', name)
  const envelope = makeEnvelope(event, 'keptn', '2026-01-01T00:00:00Z')
  const report = makeReport({
    envelope,
    run: RUN,
    source: 's',
    kind: 'finished',
    time: '2026-01-01T00:00:00Z',
  })
  for (const label of Object.values(
    (report.data as { labels: Record<string, unknown> }).labels,
  ))
    expect(typeof label === 'string', 'a label is no text')
  return 'handled'
}

const eventOf = (text: string): JobEvent | undefined => {
  const parsed = parseEventMessage({
    headers: { 'content-type': 'application/cloudevents+json' },
    body: Buffer.from(text),
  })
  return 'event' in parsed ? parsed.event : undefined
}

/** Those of the corpus that the function takes. */
const accepted = eventTexts.flatMap((text) => eventOf(text) ?? [])

/** An event whose attributes and data are anything that JSON can say. */
const anyEvent: fc.Arbitrary<JobEvent> = fc
  .record({
    base: fc.constantFrom(...accepted),
    id: nasty(4),
    context: nasty(3),
    labels: fc.dictionary(nasty(3), fc.oneof(nasty(3), fc.jsonValue()), {
      maxKeys: 8,
    }),
    more: fc.jsonValue({ maxDepth: 4 }),
    project: nasty(2),
  })
  .map(({ base, id, context, labels, more, project }) => {
    const { data } = base
    return {
      ...base,
      id: id || 'id',
      shkeptncontext: context,
      data: { ...data, labels, more, project },
    }
  })

const mutatedEvent = fc.oneof(
  anyEvent,
  mutated(eventTexts).map((text) => eventOf(text) ?? accepted[0]!),
)

const cloudEvents = [
  target(
    'structured events',
    fc.record({
      type: media,
      text: fc.oneof(
        mutated(eventTexts),
        mutated(eventTexts, { most: 2 }),
        anyEvent.map((event) => JSON.stringify(event)),
      ),
    }),
    ({ type, text }) =>
      judgeMessage({
        headers: { 'content-type': type },
        body: Buffer.from(text),
      }),
    { share: 4 },
  ),
  target(
    'binary events',
    fc.record({
      base: fc.constantFrom(...events),
      type: media,
      more: fc.dictionary(
        fc.oneof(
          { weight: 2, arbitrary: fc.stringMatching(/^[a-z0-9]{1,20}$/) },
          {
            weight: 1,
            arbitrary: fc.constantFrom('id', 'time', 'subject', 'type'),
          },
          { weight: 1, arbitrary: nasty(2) },
        ),
        nasty(4),
        { maxKeys: 3 },
      ),
      text: fc.oneof(
        mutated(dataTexts),
        mutated(dataTexts, { most: 2 }),
        anyEvent.map(({ data }) => JSON.stringify(data)),
      ),
    }),
    ({ base, type, more, text }) => {
      const { data: _data, ...attributes } = base
      const headers = Object.fromEntries(
        Object.entries({ ...attributes, ...more }).map(([name, value]) => [
          `ce-${name.toLowerCase()}`,
          String(value),
        ]),
      )
      return judgeMessage({
        headers: { 'content-type': type, ...headers },
        body: Buffer.from(text),
      })
    },
    { share: 4 },
  ),
  target(
    'callbacks',
    fc.oneof(
      fc.jsonValue().map((data) => ({ data })),
      mutated([
        '{"run":"0123456789abcdef0123"}',
        '{"metadata":{"name":"run-0123456789abcdef0123"}}',
        '{"kind":"Job","name":"task-0123456789abcdef0123-1-1"}',
      ]).map((text) => {
        try {
          return { data: JSON.parse(text) as unknown }
        } catch {
          return { data: text }
        }
      }),
    ),
    ({ data }) => {
      const ring = readRing({ data } as Pick<JobEvent, 'data'>)
      expect(
        'all' in ring || /^[0-9a-f]{20}$/.test(ring.run),
        'no run has such an id',
      )
      return 'handled'
    },
    { share: 2 },
  ),
]

const language = [
  target(
    'configs',
    fc.record({
      text: mutated(configs, { limit: CONFIG }),
      event: fc.constantFrom(...events),
    }),
    ({ text, event }) => {
      const parsed = parseConfig(text)
      if ('problems' in parsed)
        return { refused: parsed.problems.map((p) => p.message).join() }
      matchEvent(parsed.config, event as unknown as JobEvent)
      return 'handled'
    },
    { share: 6 },
  ),
  target('lint', mutated(configs, { limit: CONFIG }), (text) => {
    const { problems, warnings } = lintConfig(text)
    return problems.length + warnings.length > 0
      ? { refused: [...problems, ...warnings].map((p) => p.message).join() }
      : 'handled'
  }),
  target(
    'jsonpaths',
    fc.record({
      expression: fc.oneof(
        mutated(rows.map(({ expression }) => expression)),
        nasty(),
      ),
      event: mutatedEvent,
    }),
    ({ expression, event }) => {
      const found = jsonpath(eventView(event), expression)
      return 'error' in found ? { refused: found.error } : 'handled'
    },
    { share: 4 },
  ),
  target(
    'patterns',
    fc.record({
      name: fc.oneof(
        mutated(
          patterns.map(({ pattern }) => pattern),
          { limit: 2_000 },
        ),
        nasty(),
      ),
      syntax: fc.constantFrom('glob' as const, 're2' as const),
      type: fc.oneof(
        mutated(
          events.map(({ type }) => String(type)),
          { limit: 2_000 },
        ),
        nasty(),
      ),
    }),
    ({ type, ...pattern }) => {
      const matches = readPattern(pattern)
      if (typeof matches !== 'function') return { refused: matches.error }
      matches(type)
      return 'handled'
    },
    { share: 4 },
  ),
  target(
    'labels and env',
    fc.record({
      event: mutatedEvent,
      env: fc.array(
        fc.record({
          name: nasty(3),
          value: fc.oneof(
            nasty(4),
            fc.constantFrom(...rows.map(({ expression }) => expression)),
          ),
          valueFrom: fc.constantFrom('event', 'event', 'string', 'secret', 'x'),
          as: fc.constantFrom('json', 'yaml', 'YAML', 'x'),
        }),
        { maxLength: 6 },
      ),
    }),
    ({ event, env }) => {
      const task: Task = { name: 't', image: 'i', files: [], env }
      const resolved = resolveEnv(task, event)
      if ('error' in resolved) return { refused: resolved.error.message }
      for (const { value } of resolved.env)
        expect(typeof value === 'string', 'a value is no text')
      return 'handled'
    },
    { share: 4 },
  ),
]

const settings = givenSettings()

const rendering = target(
  'runs',
  fc.record({
    text: mutated(configs, { most: 4, limit: CONFIG }),
    event: mutatedEvent,
    type: fc.constantFrom(...events.map(({ type }) => String(type))),
  }),
  async ({ text, event, type }) => {
    const parsed = parseConfig(text)
    if ('problems' in parsed)
      return { refused: parsed.problems.map((p) => p.message).join() }
    const { plan, tasks } = await planRun(
      {
        settings,
        image: async () => 'fn:1',
        files: async (files) => ({
          files: files.map((path) => ({ path, content: Buffer.from(path) })),
        }),
        accept: async () => undefined,
      },
      RUN,
      { ...event, type },
      { config: parsed.config, configHash: 'abc' },
    )
    for (const { result } of tasks)
      if ('job' in result)
        for (const value of Object.values(result.job.metadata!.labels!))
          expect(isLabelValue(value), `label value ${value}`)
    const envelope = makeEnvelope(event, 'keptn', '2026-01-01T00:00:00Z')
    const head = headJob({ plan, envelope })
    Object.assign(head.metadata!, {
      uid: 'uid',
      creationTimestamp: '2026-01-01T00:00:00Z',
    })
    expect(
      JSON.stringify(decodeHead(head).plan) === JSON.stringify(plan),
      'the plan is another one',
    )
    if (plan.failure) return { refused: plan.failure.message }
    const failed = plan.actions.find(({ failure }) => failure)
    return failed ? { refused: failed.failure!.message } : 'handled'
  },
  { share: 4 },
)

const names = target(
  'names of Jobs, labels, images, quantities',
  fc.record({
    name: nasty(),
    image: fc.oneof(nasty(4), mutated(images.map(({ image }) => image))),
    // Who runs the function writes the list: it is odd, but not endless.
    list: fc.oneof(
      nasty(6),
      mutated(
        images.map(({ list }) => list),
        { limit: 300 },
      ),
    ),
    quantity: fc.oneof(nasty(3), mutated(quantities, { limit: 5_000 })),
  }),
  ({ name, image, list, quantity }) => {
    expect(isLabelValue(labelValue(name)), 'no label value')
    expect(
      /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(
        taskJobName(RUN, { action: 0, task: 0 }, name),
      ),
      'no name of a Job',
    )
    try {
      canonicalQuantity(quantity)
      isImageAllowed(readAllowedImages(list), image)
      return 'handled'
    } catch (error) {
      return { refused: (error as Error).message }
    }
  },
  { share: 3 },
)

const path = fc
  .array(fc.oneof(fc.constantFrom('a', 'b', '..', '.', ''), nasty(2)), {
    maxLength: 4,
  })
  .map((parts) => parts.join('/'))

const limits = { files: 20, fileBytes: 1_000, totalBytes: 5_000 }

const files = [
  target(
    'file names',
    fc.record({
      entries: fc.array(path, { maxLength: 5 }),
      stored: fc.dictionary(path, fc.nat(1_500), { maxKeys: 25 }),
      event: fc.constantFrom(...events),
    }),
    async ({ entries, stored, event }) => {
      const found = await resolveFiles(
        {
          get: async (_scope, uri) =>
            Object.hasOwn(stored, uri) ? Buffer.alloc(stored[uri]!) : undefined,
          list: async () => Object.keys(stored),
        },
        event as unknown as JobEvent,
        entries,
        limits,
      )
      if ('error' in found) return { refused: found.error.message }
      expect(found.files.length <= limits.files, 'too many')
      for (const { path } of found.files)
        expect(
          normalize(path) === path &&
            !/^(\/|\.\.?(\/|$))/.test(path) &&
            !path.includes('\0'),
          `it leads out: ${path}`,
        )
      return 'handled'
    },
    { share: 3 },
  ),
  target(
    'trees of files',
    fc.array(
      fc.record({
        path,
        to: fc.option(fc.oneof(path, fc.constant('/etc/passwd'))),
      }),
      { maxLength: 6 },
    ),
    async (tree) => {
      const root = mkdtempSync(join(tmpdir(), 'fuzz-'))
      try {
        const [from, to] = [join(root, 'from'), join(root, 'to')]
        mkdirSync(from)
        mkdirSync(to)
        for (const { path, to } of tree) {
          const at = join(from, normalize(`/${path}`))
          try {
            mkdirSync(dirname(at), { recursive: true })
            if (to === null) writeFileSync(at, 'x')
            else symlinkSync(to, at)
          } catch {
            // A name that no file can have.
          }
        }
        const store = directoryStore(from)
        for (const { path } of tree)
          await store.get({ project: path, stage: 's', service: 's' }, path)
        try {
          copyTree(from, to)
        } catch (error) {
          return { refused: (error as Error).message }
        }
        for (const name of readdirSync(to, { recursive: true }))
          expect(
            !lstatSync(join(to, String(name))).isSymbolicLink(),
            'a link was copied',
          )
        return 'handled'
      } finally {
        rmSync(root, { recursive: true, force: true })
      }
    },
    { share: 0.2 },
  ),
]

const SECRET = 'correct horse battery'
const logTexts = [
  'hello\nworld\n',
  '\x1b[32mok\x1b[0m password=hunter2\r\n',
  'Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln\n',
  '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n',
  `{"password":"${SECRET}","url":"https://u:p@example.com/"}\n`,
  Buffer.from(SECRET).toString('base64'),
]
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/

const logs = target(
  'logs',
  fc.record({
    text: fc.oneof(mutated(logTexts, { limit: 65_536 }), nasty(30)),
    reason: nasty(6),
    limit: fc.integer({ min: 300, max: 70_000 }),
  }),
  ({ text, reason, limit }) => {
    const clean = cleanText(text, [SECRET])
    expect(!CONTROL.test(clean), 'a control character is left')
    expect(!clean.includes(SECRET), 'a secret is left')
    const planned = plan(action(0, ['one']))
    const tasks = { '1-1': { state: 'failed' as const, reason } }
    const message = finishedMessage({
      plan: planned,
      verdict: makeVerdict({ plan: planned, tasks, time: 'now' }),
      logs: new Map([['1-1', [{ heading: 'h', text: clean }]]]),
      limit,
    })
    expect(
      Buffer.byteLength(JSON.stringify(message)) - 2 <= limit,
      'the message is too long',
    )
    let lines = ''
    jsonLog(
      (line) => (lines += line),
      () => 0,
    )('info', text, { reason })
    expect(lines.indexOf('\n') === lines.length - 1, 'a line was forged')
    return 'handled'
  },
  { share: 3 },
)

/** All that takes text of others. */
export const targets: Target[] = [
  ...cloudEvents,
  ...language,
  rendering,
  names,
  ...files,
  logs,
]
