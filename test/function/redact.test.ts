import t from 'tap'
import {
  REDACTED,
  redactPatterns,
  redactValues,
} from '../../function/redact.ts'

const CANARY = `c4n4ry "s3cr3t" <v&lue>/+'ü?`
const bytes = Buffer.from(CANARY)

const hex = (by: string) =>
  [...bytes].map((b) => b.toString(16).padStart(2, '0')).join(by)
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')
const base64url = (text: string) => Buffer.from(text).toString('base64url')
const wrapped = (text: string, columns: number) =>
  text.replace(new RegExp(`.{${columns}}`, 'gs'), '$&\n')
const goJson = (text: string) =>
  JSON.stringify(text).replace(
    /[<>&]/g,
    (char) => `\\u00${char.charCodeAt(0).toString(16)}`,
  )

/** How a program may print it. */
const ENCODINGS: Record<string, string> = {
  plain: CANARY,
  'in upper case': CANARY.toUpperCase(),
  'in lower case': CANARY.toLowerCase(),
  backwards: [...CANARY].reverse().join(''),
  JSON: JSON.stringify(CANARY),
  'JSON in JSON': JSON.stringify(JSON.stringify(CANARY)),
  'JSON of Go': goJson(CANARY),
  'JSON of Python': JSON.stringify(CANARY).replace('ü', '\\u00fc'),
  'JSON of PHP': JSON.stringify(CANARY).replaceAll('/', '\\/'),
  'all escaped': CANARY.replace(
    /[^]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ),
  'a query': encodeURIComponent(CANARY),
  'a query in lower case': encodeURIComponent(CANARY).toLowerCase(),
  'a form': new URLSearchParams({ p: CANARY }).toString(),
  'a URL': encodeURI(CANARY),
  'each byte with percent': hex('%').replace(/^/, '%'),
  'in a shell, quoted': `'${CANARY.replaceAll("'", `'\\''`)}'`,
  'in a shell, quoted twice': `'${CANARY.replaceAll("'", `'"'"'`)}'`,
  'in YAML, quoted': `'${CANARY.replaceAll("'", "''")}'`,
  XML: CANARY.replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;'),
  hex: hex(''),
  'hex in upper case': hex('').toUpperCase(),
  'hex with colons': hex(':'),
  'hex with blanks': hex(' '),
  'bytes of Python': hex('\\x').replace(/^/, '\\x'),
  'bytes of C': hex(', 0x').replace(/^/, '0x'),
  octal: [...bytes].map((b) => `\\${b.toString(8).padStart(3, '0')}`).join(''),
  base64: base64(CANARY),
  'base64, one byte later': base64(`:${CANARY}`),
  'base64, two bytes later': base64(`a:${CANARY}`),
  'base64, with a line end': base64(`${CANARY}\n`),
  'base64, in the middle': base64(`user:${CANARY}@host`),
  'base64 for URLs': base64url(`x${CANARY}`),
  'base64 for URLs, later': base64url(`xy${CANARY}`),
  'base64, wrapped': wrapped(base64(`some more text ${CANARY} and more`), 16),
  'base64 of base64': base64(base64(CANARY)),
  'base64 of base64, later': base64(`data: ${base64(CANARY)}`),
  'broken in two lines': `${CANARY.slice(0, 9)}\n${CANARY.slice(9)}`,
  'broken at each character': wrapped(CANARY, 1),
  'broken by carriage returns': `${CANARY.slice(0, 5)}\r\n${CANARY.slice(5)}`,
}

/** Where in the log. */
const POSITIONS: Record<string, (text: string) => string> = {
  alone: (text) => text,
  'in a line': (text) => `before ${text} after\n`,
  'in a word': (text) => `x${text}x`,
  'after many lines': (text) => `${'a line\n'.repeat(2_000)}${text}\nthe end`,
  'many times': (text) => `${text} ${text}\n${text}${text}`,
}

/** Pieces of a canary that would tell too much. */
const told = (text: string, encoded: string): boolean => {
  const bare = text.replace(/[\r\n]+/g, '')
  const secret = encoded.replace(/[\r\n]+/g, '')
  for (let at = 0; at + 12 <= secret.length; at += 1)
    if (bare.includes(secret.slice(at, at + 12))) return true
  return false
}

/** Around a value in base64 up to two bytes of it are left, of its neighbour's. */
const own = (encoded: string): string => encoded.replace(/^(p=|data: )/, '')

let canaries = 0
for (const [encoding, encoded] of Object.entries(ENCODINGS))
  for (const [position, place] of Object.entries(POSITIONS)) {
    canaries += 1
    t.test(`a value as ${encoding}, ${position}`, async (t) => {
      const redacted = redactValues(place(encoded), ['other', bytes])
      t.match(redacted, REDACTED)
      if (!/later|middle|wrapped|URLs/.test(encoding))
        t.notOk(told(redacted, own(encoded)), redacted.slice(0, 300))
      // Whatever is left decodes to nothing of it.
      const left = redacted.replaceAll(REDACTED, '~')
      for (const piece of left.match(/[\w+/-]{6,}/g) ?? [])
        t.notMatch(
          Buffer.from(piece, 'base64').toString('latin1'),
          /c4n4|s3cr|v&lue/,
        )
      t.notMatch(left, /c4n4ry|s3cr3t/i)
    })
  }
t.test('there are a hundred of them', async (t) => t.ok(canaries >= 100))

t.test('what else is in the text stays', async (t) => {
  const text = 'one\ntwo\r\nthree'
  t.equal(redactValues(text, ['a secret value']), text)
  t.equal(redactValues(`a\n${CANARY}\nb`, [CANARY]), `a\n${REDACTED}\nb`)
})

t.test('a value too short to be one stays', async (t) =>
  t.equal(redactValues('it is true: 1', ['1', 'no', '']), 'it is true: 1'),
)

t.test('binary values, in hex and base64', async (t) => {
  const value = Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x81, 0x90, 0xa0, 0xc1])
  for (const encoding of ['hex', 'base64'] as const)
    t.equal(
      redactValues(value.toString(encoding), [value]).includes(
        value.toString(encoding),
      ),
      false,
    )
})

t.test('a line of a long value is telling, too', async (t) => {
  const value = 'user=me\npassword=correct-horse\n'
  t.equal(redactValues('it is correct-horse!', [value]), `it is ${REDACTED}!`)
  const login = '{"auths":{"r":{"password":"correct-horse"}}}'
  t.equal(redactValues('it is correct-horse!', [login]), `it is ${REDACTED}!`)
})

const JWT = `eyJhbGciOiJSUzI1NiJ9.${base64url('{"sub":"system:serviceaccount:a:b"}')}.c2lnbmF0dXJl`
const PATTERNS: [text: string, redacted: string][] = [
  [`token ${JWT} used`, `token ${REDACTED} used`],
  ['Authorization: Bearer abc.def', `Authorization: Bearer ${REDACTED}`],
  ['authorization: Basic dXNlcjpwYXNz', `authorization: Basic ${REDACTED}`],
  ['-H "Authorization: Token 0123"', `-H "Authorization: Token ${REDACTED}"`],
  ['got bearer 0123456789abcdef', `got bearer ${REDACTED}`],
  ['key AKIAIOSFODNN7EXAMPLE.', `key ${REDACTED}.`],
  [`x ghp_${'a1'.repeat(18)} y`, `x ${REDACTED} y`],
  [`x github_pat_${'a1'.repeat(20)} y`, `x ${REDACTED} y`],
  [`glpat-${'x'.repeat(20)}`, REDACTED],
  ['https://me:pa55@example.com/x', `https://me:${REDACTED}@example.com/x`],
  ['postgres://u:p%40@db:5432/x', `postgres://u:${REDACTED}@db:5432/x`],
  ['PASSWORD=hunter2 next', `PASSWORD=${REDACTED} next`],
  ['a\nDB_PASSWORD=ab,c;d&e"f\nb', `a\nDB_PASSWORD=${REDACTED}\nb`],
  ['DB_PASSWORD="two words" x', `DB_PASSWORD=${REDACTED} x`],
  ["export TOKEN='two words'", `export TOKEN=${REDACTED}`],
  ['DJANGO_SECRET_KEY=k3&rest', `DJANGO_SECRET_KEY=${REDACTED}`],
  ['pgpassword=ab,cd', `pgpassword=${REDACTED}`],
  [
    String.raw`{\"password\":\"ab\\\"cd\",\"b\":1}`,
    String.raw`{\"password\":${REDACTED},\"b\":1}`,
  ],
  ['{"password":"ab\\"cd","b":1}', `{"password":${REDACTED},"b":1}`],
  ['{"password":"that was cut', `{"password":${REDACTED}`],
  ['db_password: "two words" x', `db_password: ${REDACTED} x`],
  ['{"apiKey":"abc","b":1}', `{"apiKey":${REDACTED},"b":1}`],
  ['{\\"token\\":\\"abc\\"}', `{\\"token\\":${REDACTED}}`],
  ['aws_secret_access_key = abc/+', `aws_secret_access_key = ${REDACTED}`],
  ['curl --token abc --x', `curl --token ${REDACTED} --x`],
  ['"auth": "dXNlcjpwYXNz"', `"auth": "${REDACTED}"`],
  [
    'a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----\nb',
    `a\n-----BEGIN RSA PRIVATE KEY-----${REDACTED}-----END RSA PRIVATE KEY-----\nb`,
  ],
  [
    '-----BEGIN OPENSSH PRIVATE KEY-----\nabc',
    `-----BEGIN OPENSSH PRIVATE KEY-----${REDACTED}`,
  ],
  [
    'ok!\nabc\ndef=\n-----END PRIVATE KEY-----\n',
    `ok!${REDACTED}\n-----END PRIVATE KEY-----\n`,
  ],
]
for (const [text, redacted] of PATTERNS)
  t.test(`by its pattern: ${text.slice(0, 40)}`, async (t) => {
    t.equal(redactPatterns(text), redacted)
    t.equal(redactPatterns(redactPatterns(text)), redacted, 'once is enough')
  })

for (const text of [
  'Test passed: 3 tokens, 2 secrets',
  'https://registry:5000/repo/image@sha256:0123',
  'https://example.com/a?b=c#d',
  'commit 08735340-6f9e-4b32-97ff-3b6c292bc50d',
  'Basic authentication is off',
  'me@example.com',
])
  t.test(`nothing in it is secret: ${text}`, async (t) =>
    t.equal(redactPatterns(text), text),
  )
