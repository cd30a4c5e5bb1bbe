import t from 'tap'
import type { JobEvent } from '../../config/event.ts'
import {
  isTaskTriggered,
  makeEnvelope,
  makeReport,
  RUN_LABEL,
} from '../../function/envelope.ts'
import { RUN } from './given.ts'

const RECEIVED = '2026-01-01T00:00:00.000Z'
const TIME = '2026-01-01T00:00:01.000Z'

const event: JobEvent = {
  specversion: '1.0',
  id: 'id-1',
  source: 'shipyard-controller',
  type: 'sh.keptn.event.test.triggered',
  time: '2025-12-31T23:59:59.123456789Z',
  shkeptncontext: 'ctx',
  gitcommitid: 'abc',
  shkeptnspecversion: '0.2.4',
  traceparent: '00-a-b-00',
  tracestate: 'x=y',
  triggeredid: 'older',
  data: {
    project: 'sockshop',
    stage: 'dev',
    service: 'carts',
    labels: { owner: 'JohnDoe' },
    test: { teststrategy: 'functional' },
  },
}

t.test('what is kept of an event', async (t) => {
  t.strictSame(makeEnvelope(event, 'keptn', RECEIVED), {
    id: 'id-1',
    source: 'shipyard-controller',
    type: 'sh.keptn.event.test.triggered',
    time: '2025-12-31T23:59:59.123456789Z',
    context: 'ctx',
    gitcommitid: 'abc',
    shkeptnspecversion: '0.2.4',
    traceparent: '00-a-b-00',
    tracestate: 'x=y',
    project: 'sockshop',
    stage: 'dev',
    service: 'carts',
    labels: { owner: 'JohnDoe' },
    received: RECEIVED,
    answered: true,
  })
})

t.test('what an event has not, its envelope has not', async (t) => {
  t.strictSame(
    makeEnvelope(
      { specversion: '1.0', id: 'i', source: 's', type: 't' },
      undefined,
      RECEIVED,
    ),
    {
      id: 'i',
      source: 's',
      type: 't',
      project: '',
      stage: '',
      service: '',
      labels: {},
      received: RECEIVED,
      answered: false,
    },
  )
})

const data = (more: object): Partial<JobEvent> => ({
  data: { ...event.data, ...more },
})

const ANSWERED: [
  name: string,
  fields: Partial<JobEvent>,
  keptn: boolean,
  sink: boolean,
][] = [
  ["a task's .triggered", {}, true, true],
  [
    "a sequence's .triggered",
    { type: 'sh.keptn.event.dev.delivery.triggered' },
    false,
    true,
  ],
  ["a task's .started", { type: 'sh.keptn.event.test.started' }, false, false],
  [
    "a task's .finished",
    { type: 'sh.keptn.event.test.finished' },
    false,
    false,
  ],
  [
    "somebody else's .triggered",
    { type: 'com.example.triggered' },
    false,
    true,
  ],
  [
    '.triggered in the middle',
    { type: 'sh.keptn.event.test.triggered.x' },
    false,
    false,
  ],
  ['no context', { shkeptncontext: '' }, false, true],
  ['no project', data({ project: '' }), false, true],
  ['no stage', data({ stage: undefined }), false, true],
  ['no service', data({ service: null }), false, true],
]
for (const [name, fields, keptn, sink] of ANSWERED)
  t.test(`${name}: Keptn ${keptn}, sink ${sink}`, async (t) => {
    const answered = (answers: 'keptn' | 'sink' | undefined) =>
      makeEnvelope({ ...event, ...fields }, answers, RECEIVED).answered
    t.equal(answered('keptn'), keptn)
    t.equal(answered('sink'), sink)
    t.equal(answered(undefined), false)
  })

t.test('five parts and no more are a task', async (t) => {
  t.ok(isTaskTriggered('sh.keptn.event.get-sli.triggered'))
  for (const type of [
    'sh.keptn.event..triggered',
    'sh.keptn.event.triggered',
    'sh.keptn.event.a.b.triggered',
    'xsh.keptn.event.a.triggered',
    'sh-keptn.event.a.triggered',
  ])
    t.notOk(isTaskTriggered(type), type)
})

t.test('labels are texts, or Keptn drops the answer', async (t) => {
  const labels = { n: 1.5, yes: true, no: null, deep: { a: [1] }, text: 'x' }
  t.strictSame(
    makeEnvelope({ ...event, ...data({ labels }) }, 'keptn', RECEIVED).labels,
    { n: '1.5', yes: 'true', no: '', deep: '{"a":[1]}', text: 'x' },
  )
  for (const odd of [[], 'text', null, 1])
    t.strictSame(
      makeEnvelope({ ...event, ...data({ labels: odd }) }, 'keptn', RECEIVED)
        .labels,
      {},
    )
})

const report = (kind: 'started' | 'finished', fields: Partial<JobEvent> = {}) =>
  makeReport({
    envelope: makeEnvelope({ ...event, ...fields }, 'keptn', RECEIVED),
    run: RUN,
    source: 'job-executor-service',
    kind,
    time: TIME,
    ...(kind === 'finished' && {
      data: { status: 'succeeded', project: 'p2' },
    }),
  })

t.test('.started', async (t) => {
  t.strictSame(report('started'), {
    specversion: '1.0',
    id: `${RUN}.started`,
    source: 'job-executor-service',
    type: 'sh.keptn.event.test.started',
    time: TIME,
    datacontenttype: 'application/json',
    shkeptncontext: 'ctx',
    triggeredid: 'id-1',
    gitcommitid: 'abc',
    shkeptnspecversion: '0.2.4',
    traceparent: '00-a-b-00',
    tracestate: 'x=y',
    data: {
      project: 'sockshop',
      stage: 'dev',
      service: 'carts',
      labels: { owner: 'JohnDoe', [RUN_LABEL]: RUN },
    },
  })
})

t.test('.finished has its own data beside', async (t) => {
  t.match(report('finished'), {
    id: `${RUN}.finished`,
    type: 'sh.keptn.event.test.finished',
    data: { status: 'succeeded', stage: 'dev', labels: { [RUN_LABEL]: RUN } },
  })
})

t.test('only the end of a type is replaced', async (t) => {
  const type = 'a.triggered.triggered'
  t.equal(report('started', { type }).type, 'a.triggered.started')
})

t.test('the run is what it is found by, whatever the event says', async (t) => {
  const labels = { [RUN_LABEL]: 'forged' }
  t.match(report('started', data({ labels })).data?.labels, {
    [RUN_LABEL]: RUN,
  })
})

t.test('a repeat has the same source and id', async (t) => {
  t.equal(report('started').id, report('started').id)
  t.not(report('started').id, report('finished').id)
})
