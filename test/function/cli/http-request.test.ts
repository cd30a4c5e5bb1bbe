import t from 'tap'
import { parseHttpRequest } from '../../../function/cli/http-request.ts'

t.test('the first request of several', async (t) => {
  const parsed = parseHttpRequest(
    [
      '# a comment',
      '// another',
      '### a title',
      '',
      'POST http://localhost:8080/ HTTP/1.1',
      'Content-Type: application/json',
      '# not sent',
      'X-Twice: a',
      'x-twice: b',
      '',
      '{"a":',
      '',
      '1}',
      '',
      '### the next',
      'GET /',
    ].join('\r\n'),
  )
  t.same(parsed, {
    request: {
      method: 'POST',
      target: 'http://localhost:8080/',
      headers: { 'content-type': 'application/json', 'x-twice': 'a, b' },
      body: '{"a":\n\n1}',
    },
  })
})

t.test('a URL alone is a GET', async (t) =>
  t.match(parseHttpRequest('http://localhost/'), {
    request: { method: 'GET', headers: {}, body: '' },
  }),
)

const refused: [name: string, text: string, message: RegExp, line: number][] = [
  ['an empty file', '\n# nothing\n', /no request/, 1],
  ['no request line', '\nhello\n', /expected JSON or a request line/, 2],
  ['a header without a colon', 'POST /\n\tx y\n', /expected a header/, 2],
  ['a variable', 'POST {{host}}/\n', /\{\{host\}\}.*write the value/, 1],
  ['a variable in the body', 'POST /\n\n{"id": "{{$guid}}"}', /\$guid/, 3],
  ['a variable of the file', '@host = x\n\nPOST /', /variables/, 1],
  ['a body from a file', 'POST /\n\n< ./event.json', /another file/, 3],
]
for (const [name, text, message, line] of refused)
  t.test(`refused: ${name}`, async (t) =>
    t.match(parseHttpRequest(text), {
      problem: { code: 'http-request', message, line },
    }),
  )

t.test('variables of a later request do not matter', async (t) =>
  t.ok('request' in parseHttpRequest('POST /\n\n{}\n###\nGET {{x}}')),
)
