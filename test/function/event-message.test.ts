import t from 'tap'
import {
  type EventMessage,
  parseEventMessage,
} from '../../function/event-message.ts'

const BINARY = {
  'content-type': 'application/json',
  'ce-specversion': '1.0',
  'ce-id': 'id-1',
  'ce-source': 'shipyard-controller',
  'ce-type': 'sh.keptn.event.test.triggered',
}

const STRUCTURED = {
  specversion: '1.0',
  id: 'id-1',
  source: 'shipyard-controller',
  type: 'sh.keptn.event.test.triggered',
  data: { project: 'sockshop' },
}

const EVENT = {
  specversion: '1.0',
  id: 'id-1',
  source: 'shipyard-controller',
  type: 'sh.keptn.event.test.triggered',
  data: { project: 'sockshop' },
}

const parse = (
  headers: EventMessage['headers'],
  body: unknown = { project: 'sockshop' },
) =>
  parseEventMessage({
    headers,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  })

/** As node:http hands on what a Broker wrote as UTF-8. */
const latin1 = (text: string) => Buffer.from(text).toString('latin1')

const without = <T extends object>(value: T, key: keyof T): Partial<T> => {
  const { [key]: _left, ...rest } = value
  return rest as Partial<T>
}

const structured = (body: unknown, type = 'application/cloudevents+json') =>
  parse({ 'content-type': type }, body)

const TAKEN: [
  name: string,
  parsed: ReturnType<typeof parse>,
  event?: Record<string, unknown>,
][] = [
  ['binary', parse(BINARY)],
  [
    'binary, charset',
    parse({ ...BINARY, 'content-type': 'application/json; charset=UTF-8' }),
  ],
  [
    'binary, upper case',
    parse({ ...BINARY, 'content-type': 'Application/JSON' }),
  ],
  [
    'binary, a +json type',
    parse({ ...BINARY, 'content-type': 'application/vnd.x+json' }),
  ],
  ['binary, no media type', parse(without(BINARY, 'content-type'))],
  ['structured', structured(STRUCTURED)],
  [
    'structured, charset',
    structured(STRUCTURED, 'application/cloudevents+json; charset=UTF-8'),
  ],
  [
    'structured, blanks before the parameters',
    structured(STRUCTURED, ' application/CloudEvents+json ;charset=utf-8'),
  ],
  [
    "Keptn's own form",
    structured(
      { ...STRUCTURED, contenttype: 'application/json', shkeptncontext: 'ctx' },
      'application/json',
    ),
    { shkeptncontext: 'ctx', contenttype: 'application/json' },
  ],
  ["Keptn's own form, no media type", parse({}, STRUCTURED)],
  [
    'structured, base64',
    structured({
      ...without(STRUCTURED, 'data'),
      data_base64: Buffer.from('{"project":"sockshop"}').toString('base64'),
    }),
  ],
  [
    'binary, an empty extension is none',
    parse({ ...BINARY, 'ce-triggeredid': '', 'ce-gitcommitid': '' }),
  ],
  [
    'structured, an empty extension is none',
    structured({ ...STRUCTURED, triggeredid: '', gitcommitid: null }),
  ],
  [
    'binary, extensions',
    parse({ ...BINARY, 'ce-shkeptncontext': 'ctx' }),
    { shkeptncontext: 'ctx' },
  ],
  [
    'structured, an extension that is a number',
    structured({ ...STRUCTURED, knativebrokerttl: 255 }),
    { knativebrokerttl: '255' },
  ],
  [
    'structured, an extension that is an object is left out',
    structured({ ...STRUCTURED, odd: { a: 1 } }),
  ],
  [
    'binary, UTF-8 in a header',
    parse({
      ...BINARY,
      'ce-shkeptncontext': latin1('büro 日本'),
      'ce-subject': latin1('é'),
    }),
    { shkeptncontext: 'büro 日本', subject: 'é' },
  ],
  [
    'binary, time with offset and nanoseconds',
    parse({ ...BINARY, 'ce-time': '2026-11-24T03:01:02.776433344+01:00' }),
    { time: '2026-11-24T03:01:02.776433344+01:00' },
  ],
  [
    'binary, trace from its own headers',
    parse({ ...BINARY, traceparent: '00-a-b-00', tracestate: 'x=y' }),
    { traceparent: '00-a-b-00', tracestate: 'x=y' },
  ],
  [
    'binary, trace of the event wins over the request',
    parse({ ...BINARY, traceparent: 'request', 'ce-traceparent': 'event' }),
    { traceparent: 'event' },
  ],
  [
    'other headers are nothing of the event',
    parse({ ...BINARY, 'kn-namespace': 'jobs', host: 'fn', 'x-ce-y': '1' }),
  ],
  [
    'data content type and schema are not kept',
    parse({
      ...BINARY,
      'ce-datacontenttype': 'application/json',
      'ce-dataschema': 'http://schema',
    }),
  ],
]

for (const [name, parsed, more] of TAKEN)
  t.test(name, async (t) => {
    t.strictSame(parsed, { event: { ...EVENT, ...more } })
  })

const REFUSED: [
  name: string,
  parsed: ReturnType<typeof parse>,
  status: number,
  reason: RegExp,
][] = [
  ...(['id', 'source', 'type', 'specversion'] as const).flatMap(
    (attribute): typeof REFUSED => [
      [
        `binary without ${attribute}`,
        parse(without(BINARY, `ce-${attribute}`)),
        400,
        new RegExp(`attribute ${attribute} is missing`),
      ],
      [
        `binary with an empty ${attribute}`,
        parse({ ...BINARY, [`ce-${attribute}`]: '' }),
        400,
        new RegExp(`attribute ${attribute} is missing`),
      ],
      [
        `structured without ${attribute}`,
        structured(without(STRUCTURED, attribute)),
        400,
        new RegExp(`attribute ${attribute} is missing`),
      ],
      [
        `structured, ${attribute} is a number`,
        structured({ ...STRUCTURED, [attribute]: 1 }),
        400,
        new RegExp(`attribute ${attribute} must be a string`),
      ],
      [
        `structured, ${attribute} is an object`,
        structured({ ...STRUCTURED, [attribute]: {} }),
        400,
        new RegExp(`attribute ${attribute} must be a string`),
      ],
    ],
  ),
  [
    'specversion 0.3',
    parse({ ...BINARY, 'ce-specversion': '0.3' }),
    400,
    /specversion 0\.3 is not supported/,
  ],
  ...[
    'yesterday',
    '2026-13-01T00:00:00Z',
    '2026-01-01',
    '1',
    '2026-01-01T00:00:00',
  ].map((time): (typeof REFUSED)[number] => [
    `time ${time}`,
    parse({ ...BINARY, 'ce-time': time }),
    400,
    /attribute time is not an RFC 3339 time/,
  ]),
  ['data: an array', parse(BINARY, []), 400, /data is not a JSON object/],
  ['data: null', parse(BINARY, null), 400, /data is not a JSON object/],
  ['data: text', parse(BINARY, '"text"'), 400, /data is not a JSON object/],
  ['data: no JSON', parse(BINARY, '{'), 400, /data is not JSON/],
  ['data: nothing', parse(BINARY, ''), 400, /data is not JSON/],
  [
    'structured without data',
    structured(without(STRUCTURED, 'data')),
    400,
    /data is not a JSON object/,
  ],
  [
    'structured, base64 of no JSON',
    structured({ ...without(STRUCTURED, 'data'), data_base64: 'aGVsbG8=' }),
    400,
    /data_base64 is not JSON/,
  ],
  ['structured, no JSON', structured('hello'), 400, /body is not JSON/],
  ['structured, nothing', structured(''), 400, /body is not JSON/],
  ['structured, an array', structured([STRUCTURED]), 400, /not a JSON object/],
  [
    'JSON that is no event',
    parse({ 'content-type': 'application/json' }, { message: 'hi' }),
    400,
    /attribute specversion is missing/,
  ],
  ['no headers, no body', parse({}, ''), 400, /body is not JSON/],
  [
    'a batch',
    structured(
      [STRUCTURED],
      'application/cloudevents-batch+json; charset=utf-8',
    ),
    415,
    /send one each/,
  ],
  [
    'structured in another format',
    structured('', 'application/cloudevents+avro'),
    415,
    /application\/cloudevents\+avro is not supported/,
  ],
  [
    'binary text',
    parse({ ...BINARY, 'content-type': 'text/plain' }),
    415,
    /must be JSON/,
  ],
  [
    'binary XML',
    parse({ ...BINARY, 'content-type': 'application/xml' }),
    415,
    /must be JSON/,
  ],
  [
    'a form',
    parse({ 'content-type': 'multipart/form-data; boundary=x' }),
    415,
    /must be JSON/,
  ],
]

for (const [name, parsed, status, reason] of REFUSED)
  t.test(`refused: ${name}`, async (t) => {
    t.match(parsed, { refusal: { status, reason } })
  })

t.test('a source that is no URI reference is taken as it is', async (t) => {
  for (const source of ['/büro', 'my build server'])
    t.match(parse({ ...BINARY, 'ce-source': latin1(source) }), {
      event: { source },
    })
})

t.test('data is taken as it is', async (t) => {
  const data = { ü: ['日本', 1.5, null, { a: '' }], __proto__x: true }
  t.strictSame(parse(BINARY, data), { event: { ...EVENT, data } })
})

t.test('an attribute cannot reach the prototype', async (t) => {
  const parsed = structured(
    `{"__proto__":{"polluted":"yes"},${JSON.stringify(STRUCTURED).slice(1)}`,
  )
  t.notOk('polluted' in parsed)
  t.notOk('polluted' in {})
  t.match(parsed, { event: EVENT })
})
