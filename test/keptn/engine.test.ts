/** What a real Keptn 1.4.5 did was recorded; the engine does the same. */
import t from 'tap'
import { VirtualClock } from '../virtual-clock.ts'
import { keptnEngine } from './engine.ts'
import type { EngineOptions, KeptnEngine, SequenceStart } from './engine.ts'
import { merge } from './event.ts'
import type { KeptnEvent } from './event.ts'

const START: SequenceStart = {
  project: 'p',
  stage: 'dev',
  service: 'svc',
  tasks: [
    { name: 'deployment', properties: { deploymentstrategy: 'direct' } },
    { name: 'test', properties: { teststrategy: 'functional' } },
  ],
}
const PASS = { status: 'succeeded', result: 'pass' }

/** A sequence that has just triggered its first task. */
const setUp = (
  start: Partial<SequenceStart> = {},
  options: Partial<EngineOptions> = {},
) => {
  const clock = new VirtualClock()
  let ids = 0
  const engine = keptnEngine({
    clock,
    newId: () => `id-${(ids += 1)}`,
    ...options,
  })
  const bus: KeptnEvent[] = []
  engine.subscribe((event) => bus.push(event))
  const { context, triggerId } = engine.startSequence({ ...START, ...start })
  const answer = (
    to: KeptnEvent,
    kind: 'started' | 'finished' | 'status.changed',
    data: Record<string, unknown> = {},
    rest: Record<string, unknown> = {},
  ): KeptnEvent => ({
    specversion: '1.0',
    id: `answer-${(ids += 1)}`,
    source: 'executor',
    type: to.type.replace(/triggered$/, kind),
    time: new Date(clock.now()).toISOString(),
    shkeptncontext: to.shkeptncontext,
    triggeredid: to.id,
    data: { project: 'p', stage: 'dev', service: 'svc', ...data },
    ...rest,
  })
  return {
    clock,
    engine,
    bus,
    context,
    triggerId,
    answer,
    started: (to: KeptnEvent, rest = {}) =>
      engine.receive(answer(to, 'started', {}, rest)),
    finished: (to: KeptnEvent, data: object = PASS, rest = {}) =>
      engine.receive(answer(to, 'finished', { ...data }, rest)),
    last: (task: string): KeptnEvent => {
      const type = `sh.keptn.event.${task}.triggered`
      const event = bus.findLast((each) => each.type === type)
      if (!event) throw new Error(`no ${type}`)
      return event
    },
    triggered: (task: string) =>
      bus.some(({ type }) => type === `sh.keptn.event.${task}.triggered`),
    end: () =>
      bus.find(({ type }) => type === 'sh.keptn.event.dev.delivery.finished'),
    state: () => engine.sequences(context)[0],
  }
}

const isOpen = (engine: KeptnEngine, event: KeptnEvent): boolean =>
  engine.open({ type: event.type, eventID: event.id }).length === 1

t.test('one .started and one .finished complete a task', async (t) => {
  const k = setUp({
    data: { configurationChange: { values: { image: 'i' } } },
    labels: { buildId: '17' },
    gitcommitid: 'c0ffee',
  })
  const deployment = k.last('deployment')
  t.match(deployment, {
    source: 'shipyard-controller',
    datacontenttype: 'application/json',
    gitcommitid: 'c0ffee',
    shkeptnspecversion: 'latest',
    data: {
      project: 'p',
      stage: 'dev',
      service: 'svc',
      labels: { buildId: '17' },
      configurationChange: { values: { image: 'i' } },
      deployment: { deploymentstrategy: 'direct' },
    },
  })
  for (const key of ['triggeredid']) t.notOk(key in deployment, key)
  for (const key of ['message', 'result', 'status'])
    t.notOk(key in deployment.data, key)
  k.started(deployment)
  t.ok(isOpen(k.engine, deployment), 'open while it runs')
  k.finished(deployment, {
    ...PASS,
    message: 'done',
    labels: { executor: 'x' },
    deployment: { deploymentNames: ['direct'] },
    extra: { nested: { k: true } },
  })
  t.notOk(isOpen(k.engine, deployment), 'closed when it is complete')
  t.strictSame(k.last('test').data, {
    project: 'p',
    stage: 'dev',
    service: 'svc',
    labels: { buildId: '17', executor: 'x' },
    configurationChange: { values: { image: 'i' } },
    // The properties of a task are not handed on, its executor's data are.
    deployment: { deploymentNames: ['direct'] },
    extra: { nested: { k: true } },
    test: { teststrategy: 'functional' },
    message: '',
    ...PASS,
  })
  k.started(k.last('test'))
  k.finished(k.last('test'))
  t.match(k.end(), {
    triggeredid: k.triggerId,
    shkeptncontext: k.context,
    data: { project: 'p', stage: 'dev', service: 'svc', ...PASS },
  })
  t.match(k.state(), {
    state: 'finished',
    stageState: 'succeeded',
    previousTasks: [
      { name: 'deployment', ...PASS },
      { name: 'test', ...PASS },
    ],
    currentTask: undefined,
  })
})

t.test('a doubled .started hangs, until a second .finished', async (t) => {
  const k = setUp()
  const deployment = k.last('deployment')
  k.started(deployment)
  k.started(deployment)
  k.finished(deployment)
  await k.clock.advance(3_600_000)
  t.notOk(k.triggered('test'))
  t.ok(isOpen(k.engine, deployment))
  t.strictSame(k.engine.counts(deployment.id), { started: 2, finished: 1 })
  k.finished(deployment)
  t.ok(k.triggered('test'))
})

t.test('.finished without .started hangs, until one comes', async (t) => {
  const k = setUp()
  k.finished(k.last('deployment'))
  await k.clock.advance(3_600_000)
  t.notOk(k.triggered('test'))
  k.started(k.last('deployment'))
  t.ok(k.triggered('test'))
})

t.test('a late .finished is dropped and counted', async (t) => {
  const k = setUp()
  const deployment = k.last('deployment')
  k.started(deployment)
  k.finished(deployment)
  k.finished(deployment, { ...PASS, result: 'fail' })
  t.match(k.engine.history().at(-1), { outcome: 'dropped: no such task' })
  t.match(k.state(), { previousTasks: [PASS], currentTask: { events: [] } })
  t.strictSame(k.engine.counts(deployment.id), { started: 1, finished: 2 })
})

t.test('two executors that both started are waited for', async (t) => {
  const k = setUp()
  const deployment = k.last('deployment')
  k.started(deployment, { source: 'a' })
  k.started(deployment, { source: 'b' })
  k.finished(deployment, { ...PASS, deployment: { a: 1 } })
  t.notOk(k.triggered('test'))
  k.finished(deployment, { ...PASS, result: 'warning', deployment: { b: 2 } })
  t.match(k.last('test').data, {
    result: 'warning',
    deployment: { a: 1, b: 2 },
  })
})

t.test('a second executor that starts too late is ignored', async (t) => {
  const k = setUp()
  const deployment = k.last('deployment')
  k.started(deployment, { source: 'a' })
  k.finished(deployment)
  k.started(deployment, { source: 'b' })
  k.finished(deployment, { ...PASS, result: 'fail' })
  t.match(k.state(), { state: 'started', currentTask: { name: 'test' } })
})

t.test('who finishes twice completes the task for the other', async (t) => {
  const k = setUp()
  const deployment = k.last('deployment')
  k.started(deployment, { source: 'a' })
  k.started(deployment, { source: 'b' })
  k.finished(deployment)
  k.finished(deployment)
  t.ok(k.triggered('test'))
})

/** data of the only `.finished` -> data of the sequence's. */
const ENDS: [string, object, object][] = [
  ['fail', { status: 'succeeded', result: 'fail', message: 'm' }, {}],
  ['errored', { status: 'errored', result: 'fail', message: 'm' }, {}],
  ['errored, though passed', { status: 'errored', result: 'pass' }, {}],
  ['no status', { result: 'pass' }, { status: 'unknown', result: 'fail' }],
  ['no result', { status: 'succeeded' }, { result: 'fail' }],
  ['neither', {}, { status: 'unknown', result: 'fail' }],
  [
    'an unknown status',
    { status: 'done', result: 'pass' },
    { status: 'unknown', result: 'fail' },
  ],
  ['aborted by the executor', { status: 'aborted', result: 'fail' }, {}],
]
for (const [name, data, changed] of ENDS)
  t.test(`the sequence ends: ${name}`, async (t) => {
    const k = setUp()
    k.started(k.last('deployment'))
    k.finished(k.last('deployment'), data)
    t.notOk(k.triggered('test'))
    t.strictSame(k.end()?.data, {
      project: 'p',
      stage: 'dev',
      service: 'svc',
      ...data,
      ...changed,
    })
    t.equal(k.state()?.state, 'finished')
  })

t.test('a warning goes on, and is not seen at the end', async (t) => {
  const k = setUp()
  k.started(k.last('deployment'))
  k.finished(k.last('deployment'), { ...PASS, result: 'warning' })
  t.equal(k.last('test').data['result'], 'warning')
  k.started(k.last('test'))
  k.finished(k.last('test'))
  t.equal(k.end()?.data['result'], 'pass')
})

/** What is answered 200, stored, and has no effect. */
const DROPPED: [string, Record<string, unknown>, Record<string, unknown>][] = [
  ['no service', { ...PASS, service: undefined }, {}],
  ['a number as a label', { ...PASS, labels: { n: 5 } }, {}],
  ['an unknown triggeredid', PASS, { triggeredid: 'other' }],
  ['an unknown context', PASS, { shkeptncontext: 'other' }],
]
for (const [name, data, rest] of DROPPED)
  t.test(`dropped: ${name}`, async (t) => {
    const k = setUp()
    const deployment = k.last('deployment')
    k.started(deployment)
    const event = k.answer(deployment, 'finished', data, rest)
    k.engine.receive(event)
    t.match(k.engine.history().at(-1), { outcome: /^dropped/ })
    t.notOk(k.triggered('test'))
    t.equal(k.engine.stored({ eventID: event.id }).length, 1)
  })

t.test('an empty triggeredid matches whatever runs', async (t) => {
  const k = setUp()
  k.started(k.last('deployment'), { triggeredid: undefined })
  k.finished(k.last('deployment'), PASS, { triggeredid: undefined })
  t.ok(k.triggered('test'))
})

t.test('.status.changed is stored and else ignored', async (t) => {
  const k = setUp()
  k.engine.receive(k.answer(k.last('deployment'), 'status.changed'))
  t.match(k.engine.history().at(-1), { outcome: 'ignored' })
  t.match(k.state(), { currentTask: { events: [] } })
  t.equal(k.engine.stored({ source: 'executor' }).length, 1)
})

t.test('an abort ends it; a late answer spoils the view only', async (t) => {
  const k = setUp({ labels: { buildId: '17' } })
  const deployment = k.last('deployment')
  k.started(deployment)
  k.engine.control({ project: 'p', context: k.context, state: 'abort' })
  t.match(k.end(), {
    triggeredid: k.triggerId,
    data: { labels: { buildId: '17' }, status: 'aborted', result: 'pass' },
  })
  t.notOk(isOpen(k.engine, deployment))
  t.match(k.state(), { state: 'aborted', stageState: 'aborted' })
  k.finished(deployment)
  t.match(k.state(), { state: 'aborted', stageState: 'triggered' })
  t.notOk(k.triggered('test'))
})

t.test('an abort of another stage or context does nothing', async (t) => {
  const k = setUp()
  const { context, engine } = k
  engine.control({ project: 'p', context, state: 'abort', stage: 'prod' })
  engine.control({ project: 'p', context: 'other', state: 'abort' })
  engine.control({ project: 'p', context, state: 'nonsense' })
  t.equal(k.state()?.state, 'started')
})

t.test('a pause holds the next task until the resume', async (t) => {
  const k = setUp()
  const control = (state: string) =>
    k.engine.control({ project: 'p', context: k.context, state })
  k.started(k.last('deployment'))
  control('pause')
  k.finished(k.last('deployment'))
  await k.clock.advance(60_000)
  t.notOk(k.triggered('test'))
  control('resume')
  t.ok(k.triggered('test'))
})

t.test('a second sequence of a service waits for the first', async (t) => {
  const k = setUp({ tasks: ['deployment'] })
  const second = k.engine.startSequence({ ...START, tasks: ['deployment'] })
  t.equal(k.engine.sequences(second.context)[0]?.state, 'waiting')
  const first = k.last('deployment')
  k.started(first)
  k.finished(first)
  t.equal(k.engine.sequences(second.context)[0]?.state, 'started')
  t.not(k.last('deployment').id, first.id)
})

const WAIT = { taskStartedWaitMs: 20_000, watchMs: 5_000 }

t.test('a task that nobody answers times out', async (t) => {
  const k = setUp({}, WAIT)
  const deployment = k.last('deployment')
  await k.clock.advance(19_000)
  t.notOk(k.end())
  await k.clock.advance(6_000)
  t.match(k.end(), {
    data: {
      status: 'errored',
      result: 'fail',
      message: `sequence timed out while waiting for task ${deployment.type} to receive a correlating .started or .finished event`,
    },
  })
  t.match(k.state(), { state: 'timedOut', stageState: 'errored' })
  t.notOk(isOpen(k.engine, deployment))
  k.finished(deployment)
  t.match(k.state(), { state: 'timedOut', stageState: 'triggered' })
})

/** Which answers keep the watchdog away for ever. */
const WATCHED: [string, boolean, (k: ReturnType<typeof setUp>) => void][] = [
  ['.started', false, (k) => k.started(k.last('deployment'))],
  [
    'only .status.changed',
    false,
    (k) => k.engine.receive(k.answer(k.last('deployment'), 'status.changed')),
  ],
  [
    '.started past NATS, though it was booked',
    true,
    (k) => k.engine.receivePastNats(k.answer(k.last('deployment'), 'started')),
  ],
  [
    '.started with a wrong triggeredid',
    true,
    (k) => k.started(k.last('deployment'), { triggeredid: 'other' }),
  ],
]
for (const [name, timesOut, answer] of WATCHED)
  t.test(`watchdog: ${name}`, async (t) => {
    const k = setUp({}, WAIT)
    answer(k)
    await k.clock.advance(60_000)
    t.equal(k.state()?.state, timesOut ? 'timedOut' : 'started')
  })

t.test(
  'a sequence trigger at the API starts what the shipyard says',
  async (t) => {
    const k = setUp({}, { shipyard: { single: ['deployment'] } })
    const trigger = (sequence: string) => ({
      ...k.answer(k.last('deployment'), 'started', { service: 'other' }),
      shkeptncontext: sequence,
      type: `sh.keptn.event.dev.${sequence}.triggered`,
    })
    k.engine.receive(trigger('single'))
    t.match(k.engine.sequences('single'), [{ state: 'started' }])
    k.engine.receive(trigger('unknown'))
    t.match(k.bus.at(-1), {
      type: 'sh.keptn.event.dev.unknown.finished',
      data: { status: 'errored', result: 'fail' },
    })
  },
)

t.test('a lone .triggered is open until it is answered', async (t) => {
  const k = setUp()
  const event = k.engine.trigger({
    id: 'mine',
    type: 'sh.keptn.event.test.triggered',
    data: { project: 'p', stage: 'dev', service: 'svc' },
  })
  t.ok(isOpen(k.engine, event))
  k.started(event)
  k.finished(event)
  t.notOk(isOpen(k.engine, event))
})

t.test('what is published can be found later', async (t) => {
  const k = setUp({}, { storeMs: () => 2_000 })
  k.started(k.last('deployment'))
  const query = { keptnContext: k.context, source: 'executor' }
  t.equal(k.engine.stored(query).length, 0)
  await k.clock.advance(2_000)
  t.equal(k.engine.stored(query).length, 1)
})

t.test('a reaction takes its time', async (t) => {
  const k = setUp({}, { reactMs: () => 100 })
  t.notOk(k.triggered('deployment'))
  await k.clock.advance(100)
  k.started(k.last('deployment'))
  k.finished(k.last('deployment'))
  await k.clock.advance(99)
  t.notOk(k.triggered('test'))
  await k.clock.advance(201)
  t.ok(k.triggered('test'))
})

t.test('a closed engine has no timer left', async (t) => {
  const k = setUp()
  t.not(k.clock.pending, 0)
  k.engine.close()
  t.equal(k.clock.pending, 0)
})

t.test('merge replaces all but objects', async (t) => {
  t.strictSame(
    merge({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3] }, d: { e: 1 } }),
    { a: { b: 1, c: [3] }, d: { e: 1 } },
  )
})
