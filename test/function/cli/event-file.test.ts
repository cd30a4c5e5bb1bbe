import { readdirSync } from 'node:fs'
import t from 'tap'
import {
  parseEventText,
  readEventFile,
} from '../../../function/cli/event-file.ts'
import { repository } from './command-line.ts'

const event = {
  specversion: '1.0',
  id: '1',
  source: 's',
  type: 't',
  data: { project: 'p' },
}

t.test('a structured CloudEvent', async (t) =>
  t.same(parseEventText(JSON.stringify(event)), { event }),
)

t.test("Keptn's own form, and a byte order mark's blank", async (t) =>
  t.match(
    parseEventText(
      ` ${JSON.stringify({ ...event, contenttype: 'application/json', triggeredid: '' })}`,
    ),
    { event },
  ),
)

t.test('a request in binary mode, with UTF-8 in a header', async (t) =>
  t.match(
    parseEventText(
      'POST /\nCe-Specversion: 1.0\nCE-Id: ü\nce-source: s\nce-type: t\n' +
        'Content-Type: application/json\n\n{"project":"p"}',
    ),
    { event: { ...event, id: 'ü' } },
  ),
)

t.test('a request in structured mode', async (t) =>
  t.match(
    parseEventText(
      `POST /\nContent-Type: application/cloudevents+json\n\n${JSON.stringify(event)}`,
    ),
    { event },
  ),
)

const refused: [name: string, text: string, problem: object][] = [
  ['no JSON', '{"a":1\n,}', { code: 'json-syntax', line: 2 }],
  ['a list', '[]', { code: 'event', message: /not a JSON object/ }],
  ['no id', '{"specversion":"1.0"}', { code: 'event', message: /\bid\b/ }],
  ['a GET', 'GET /\n', { code: 'http-request', message: /POST/ }],
]
for (const [name, text, problem] of refused)
  t.test(`refused: ${name}`, async (t) =>
    t.match(parseEventText(text), { problem }),
  )

t.test('a file that is not there', async (t) => {
  const error: unknown = await readEventFile('no/such/file').catch(
    (error: unknown) => error,
  )
  t.match(error, {
    file: 'no/such/file',
    problem: { code: 'file-unreadable', message: /no such file/ },
  })
})

const samples = readdirSync(repository('test/events'))
for (const name of samples.filter((name) => name.endsWith('.http')))
  t.test(`${name} is the event of its JSON file`, async (t) => {
    const read = (file: string) =>
      readEventFile(repository(`test/events/${file}`))
    t.same(await read(name), await read(name.replace(/http$/, 'json')))
  })
t.ok(samples.length > 3)
