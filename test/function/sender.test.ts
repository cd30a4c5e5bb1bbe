import {
  createHmac,
  createSign,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import t, { type Test } from 'tap'
import { buildApp } from '../../function/app.ts'
import { apiReader, type ReadJson } from '../../function/cluster/api-reader.ts'
import { ClusterError } from '../../function/cluster/cluster.ts'
import type { JobExecutor } from '../../function/job-executor.ts'
import { noLog } from '../../function/log.ts'
import { CALLBACKS, mayPost, senderCheck } from '../../function/sender.ts'
import { tokenVerifier } from '../../function/token-verifier.ts'
import { apiServer, whyNoApiServer } from '../apiserver.ts'

const AUDIENCE = 'serving.knative.dev/service/jes/fn'
const ISSUER = 'https://kubernetes.default.svc'
const TRIGGER =
  'system:serviceaccount:jes:test-oidc-eventing.knative.dev-trigger'
const WATCH = 'system:serviceaccount:jobs:fn-job-watch'
const TASKS = 'system:serviceaccount:jobs:fn-default-job-account'
const NOW = Date.parse('2026-01-01T12:00:00Z')

const mine = (
  kid: string,
  pair: { privateKey: KeyObject; publicKey: KeyObject },
) => ({
  kid,
  ...pair,
  jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig' },
})
const rsa = mine('rsa', generateKeyPairSync('rsa', { modulusLength: 2048 }))
const ec = mine('ec', generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const p384 = mine('p384', generateKeyPairSync('ec', { namedCurve: 'P-384' }))
const stranger = mine(
  'rsa',
  generateKeyPairSync('rsa', { modulusLength: 2048 }),
)

const encode = (value: unknown): string =>
  Buffer.from(
    typeof value === 'string' ? value : JSON.stringify(value),
  ).toString('base64url')

interface Forged {
  header?: object
  payload?: object
  key?: KeyObject
  sign?: (text: string) => string
}
const rs256 = (key: KeyObject) => (text: string) =>
  createSign('sha256').update(text).sign(key, 'base64url')
const ecdsa = (hash: string) => (key: KeyObject) => (text: string) =>
  createSign(hash)
    .update(text)
    .sign({ key, dsaEncoding: 'ieee-p1363' }, 'base64url')
const es256 = ecdsa('sha256')

const claims = {
  iss: ISSUER,
  aud: [AUDIENCE],
  sub: TRIGGER,
  iat: NOW / 1000,
  nbf: NOW / 1000,
  exp: NOW / 1000 + 3600,
}

/** A good token, but for what is told. */
const token = ({
  header,
  payload,
  sign = rs256(rsa.privateKey),
}: Forged = {}) => {
  const text = `${encode({ alg: 'RS256', kid: 'rsa', ...header })}.${encode({ ...claims, ...payload })}`
  return `${text}.${sign(text)}`
}

/** An API server's documents, counted. */
const issuer = (
  keys: () => JsonWebKey[] = () => [rsa.jwk, ec.jwk, p384.jwk],
) => {
  const reads: string[] = []
  let away: Error | undefined
  const read: ReadJson = async (path) => {
    reads.push(path)
    if (away) throw away
    return path.endsWith('/jwks') ? { keys: keys() } : { issuer: ISSUER }
  }
  return { reads, read, fail: (error?: Error) => (away = error) }
}

const SETTINGS = {
  sender: { audience: AUDIENCE, subjects: ['system:serviceaccount:jes:*'] },
  jobNamespace: 'jobs',
  jobWatch: {
    enabled: true,
    serviceAccount: 'fn-job-watch',
    heartbeatSeconds: 600,
    lingerSeconds: 10,
  },
  jobDefaults: { serviceAccount: 'fn-default-job-account' },
}

const EVENT = {
  'content-type': 'application/json',
  'ce-specversion': '1.0',
  'ce-id': 'id-1',
  'ce-source': 'somebody',
  'ce-type': 'some.type',
}

/** The HTTP side with a sender check: what got through, and the answers. */
const guarded = (t: Test, read: ReadJson = issuer().read) => {
  const through: string[] = []
  const took = (what: string) => async () => void through.push(what)
  const executor: JobExecutor = {
    event: took('event'),
    ring: took('ring'),
    idle: async () => {},
  }
  const app = buildApp({
    executor,
    lost: took('lost'),
    log: noLog,
    bodyLimit: 1000,
    checkSender: senderCheck({
      audience: AUDIENCE,
      mayPost: mayPost(SETTINGS),
      read,
      now: () => NOW,
    }),
  })
  t.teardown(() => app.close())
  const post = async (authorization?: string, url = '/events') => {
    const { statusCode, body, headers } = await app.inject({
      method: 'POST',
      url,
      headers: { ...EVENT, ...(authorization && { authorization }) },
      payload: '{}',
    })
    return { status: statusCode, body, headers }
  }
  return { app, post, through }
}

for (const [url, what] of [
  ['/', 'event'],
  ['/events', 'event'],
  [CALLBACKS, 'ring'],
  ['/dead-letter', 'lost'],
] as const)
  t.test(`POST ${url} needs a token`, async (t) => {
    const { post, through } = guarded(t)
    const refused = await post(undefined, url)
    t.equal(refused.status, 401)
    t.equal(refused.headers['www-authenticate'], 'Bearer')
    t.match(refused.body, 'no token was sent')
    t.same(through, [])
    t.equal((await post(`Bearer ${token()}`, url)).status, 202)
    t.same(through, [what])
  })

t.test('who looks after the function needs no token', async (t) => {
  const { app } = guarded(t)
  for (const url of ['/health/liveness', '/health/readiness'])
    t.equal((await app.inject(url)).statusCode, 200)
})

t.test('the body of a stranger is not read', async (t) => {
  const { app } = guarded(t)
  const { statusCode } = await app.inject({
    method: 'POST',
    url: '/',
    headers: EVENT,
    payload: 'x'.repeat(2000),
  })
  t.equal(statusCode, 401, 'not 413')
})

const GOOD: [name: string, token: string][] = [
  ['RS256', token()],
  [
    'ES256',
    token({ header: { alg: 'ES256', kid: 'ec' }, sign: es256(ec.privateKey) }),
  ],
  [
    'ES384',
    token({
      header: { alg: 'ES384', kid: 'p384' },
      sign: ecdsa('sha384')(p384.privateKey),
    }),
  ],
  ['without a key id', token({ header: { kid: undefined } })],
  ['for several audiences', token({ payload: { aud: ['other', AUDIENCE] } })],
  ['the audience as a text', token({ payload: { aud: AUDIENCE } })],
  ['expired within the slack', token({ payload: { exp: NOW / 1000 - 20 } })],
  ['from a clock ahead', token({ payload: { nbf: NOW / 1000 + 20 } })],
]
for (const [name, good] of GOOD)
  t.test(`taken: ${name}`, async (t) => {
    t.equal((await guarded(t).post(`Bearer ${good}`)).status, 202)
  })

const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' })
const hs256 = (secret: string | Buffer) => (text: string) =>
  createHmac('sha256', secret).update(text).digest('base64url')
const tampered = () => {
  const [header, , signature] = token().split('.')
  return [header, encode({ ...claims, sub: WATCH }), signature].join('.')
}

const HOSTILE: [name: string, authorization: string][] = [
  ['no scheme', token()],
  ['another scheme', `Basic ${encode('scott:tiger')}`],
  ['Bearer and nothing', 'Bearer '],
  ['not a token', 'Bearer let-me-in'],
  ['two tokens', `Bearer ${token()}, Bearer ${token()}`],
  ['no signature', `Bearer ${token({ sign: () => '' })}`],
  ['alg none', `Bearer ${token({ header: { alg: 'none' }, sign: () => '' })}`],
  ['alg none, signed', `Bearer ${token({ header: { alg: 'none' } })}`],
  ['alg None', `Bearer ${token({ header: { alg: 'None' } })}`],
  ['no alg', `Bearer ${token({ header: { alg: undefined } })}`],
  [
    'HS256 with the public key (PEM)',
    `Bearer ${token({ header: { alg: 'HS256' }, sign: hs256(publicPem) })}`,
  ],
  [
    'HS256 with the public key (DER)',
    `Bearer ${token({
      header: { alg: 'HS256' },
      sign: hs256(rsa.publicKey.export({ type: 'spki', format: 'der' })),
    })}`,
  ],
  ['RS384', `Bearer ${token({ header: { alg: 'RS384' } })}`],
  ['ES256 by the RSA key', `Bearer ${token({ header: { alg: 'ES256' } })}`],
  ['a changed payload', `Bearer ${tampered()}`],
  [
    "a stranger's key under a known id",
    `Bearer ${token({ sign: rs256(stranger.privateKey) })}`,
  ],
  ['an unknown key id', `Bearer ${token({ header: { kid: 'unknown' } })}`],
  [
    'its own key in the header',
    `Bearer ${token({
      header: {
        kid: undefined,
        jwk: stranger.jwk,
        jku: 'https://evil.example.com/jwks',
      },
      sign: rs256(stranger.privateKey),
    })}`,
  ],
  [
    'a key id that is a path',
    `Bearer ${token({ header: { kid: '../../etc/passwd' } })}`,
  ],
  [
    'a critical header',
    `Bearer ${token({ header: { crit: ['b64'], b64: false } })}`,
  ],
  [
    'an encrypted one',
    `Bearer ${encode({ alg: 'dir', enc: 'A128GCM' })}...a.b`,
  ],
  [
    'another issuer',
    `Bearer ${token({ payload: { iss: 'https://evil.example.com' } })}`,
  ],
  ['no issuer', `Bearer ${token({ payload: { iss: undefined } })}`],
  ['another audience', `Bearer ${token({ payload: { aud: [ISSUER] } })}`],
  ['no audience', `Bearer ${token({ payload: { aud: undefined } })}`],
  [
    'an audience that only begins so',
    `Bearer ${token({ payload: { aud: `${AUDIENCE}2` } })}`,
  ],
  ['expired', `Bearer ${token({ payload: { exp: NOW / 1000 - 60 } })}`],
  ['never expires', `Bearer ${token({ payload: { exp: undefined } })}`],
  ['expires in words', `Bearer ${token({ payload: { exp: 'never' } })}`],
  ['not yet', `Bearer ${token({ payload: { nbf: NOW / 1000 + 60 } })}`],
  ['no subject', `Bearer ${token({ payload: { sub: undefined } })}`],
  [
    'a subject that is a list',
    `Bearer ${token({ payload: { sub: [TRIGGER] } })}`,
  ],
  [
    'a payload that is none',
    `Bearer ${encode({ alg: 'RS256' })}.${encode('[]')}.AAAA`,
  ],
  ['a header that is none', `Bearer ${encode('null')}.${encode(claims)}.AAAA`],
  ['a huge one', `Bearer ${token({ payload: { more: 'x'.repeat(10_000) } })}`],
  ['a huge word', `Bearer ${'x'.repeat(15_000)}`],
]
for (const [name, authorization] of HOSTILE)
  t.test(`401: ${name}`, async (t) => {
    const { post, through } = guarded(t)
    const { status, body } = await post(authorization)
    t.equal(status, 401)
    t.ok(body.length > 20 && body.length < 300, body)
    t.same(through, [])
  })

const SUBJECTS: [subject: string, route: string, status: number][] = [
  [TRIGGER, '/events', 202],
  [TRIGGER, CALLBACKS, 202],
  ['system:serviceaccount:jes:', '/events', 202],
  ['system:serviceaccount:jes', '/events', 403],
  ['system:serviceaccount:jes2:trigger', '/events', 403],
  ['SYSTEM:serviceaccount:jes:trigger', '/events', 403],
  [WATCH, CALLBACKS, 202],
  [WATCH, '/events', 403],
  [WATCH, '/', 403],
  [WATCH, '/dead-letter', 403],
  [`${WATCH}2`, CALLBACKS, 403],
  ['system:serviceaccount:jobs:default', CALLBACKS, 403],
]
for (const [sub, route, expected] of SUBJECTS)
  t.test(`${expected}: ${sub} to ${route}`, async (t) => {
    const { post, through } = guarded(t)
    const { status, body } = await post(
      `Bearer ${token({ payload: { sub } })}`,
      route,
    )
    t.equal(status, expected)
    t.equal(through.length, expected === 202 ? 1 : 0)
    if (expected === 403) t.match(body, sub)
  })

t.test('a subject without `*` is meant as it is', async (t) => {
  const may = mayPost({
    ...SETTINGS,
    sender: { audience: AUDIENCE, subjects: ['a:b', 'c:*'] },
  })
  t.strictSame(
    ['a:b', 'a:b:c', 'a', 'c:', 'c:d', 'c'].map((subject) => may(subject, '/')),
    [true, false, false, true, true, false],
  )
})

t.test('a `*` does not stand for the own accounts', async (t) => {
  const may = mayPost({
    ...SETTINGS,
    sender: {
      audience: AUDIENCE,
      subjects: ['system:serviceaccount:jobs:fn-*', `${TASKS}2`],
    },
  })
  t.ok(may('system:serviceaccount:jobs:fn-trigger', '/events'))
  t.notOk(may(WATCH, '/events'))
  t.ok(may(WATCH, CALLBACKS))
  t.notOk(may(TASKS, CALLBACKS))
  t.ok(may(`${TASKS}2`, '/events'), 'who is named is meant')
})

t.test('503 while the keys cannot be read, then again as ever', async (t) => {
  const { read, fail } = issuer()
  const { post, through } = guarded(t, read)
  fail(new ClusterError('Unavailable', 'no route to host'))
  const { status, body } = await post(`Bearer ${token()}`)
  t.equal(status, 503)
  t.notMatch(body, 'no route')
  t.same(through, [])
  t.equal((await post(undefined)).status, 401, 'no keys are needed for that')
  fail()
  t.equal((await post(`Bearer ${token()}`)).status, 202)
})

for (const [name, keys] of [
  ['no list', { keys: 'none' }],
  ['nothing', null],
] as const)
  t.test(`503 when the keys are ${name}`, async (t) => {
    const { post } = guarded(t, async (path) =>
      path.endsWith('/jwks') ? keys : { issuer: ISSUER },
    )
    t.equal((await post(`Bearer ${token()}`)).status, 503)
  })

t.test('503 when no issuer is named', async (t) => {
  const { post } = guarded(t, async () => ({ keys: [rsa.jwk] }))
  t.equal((await post(`Bearer ${token()}`)).status, 503)
})

t.test('issuer and keys are read once', async (t) => {
  const { read, reads } = issuer()
  const { post } = guarded(t, read)
  await Promise.all(Array.from({ length: 20 }, () => post(`Bearer ${token()}`)))
  await post(`Bearer ${token()}`)
  t.same(reads.sort(), ['/.well-known/openid-configuration', '/openid/v1/jwks'])
})

t.test('nothing is read for who shows no token', async (t) => {
  const { read, reads } = issuer()
  const { post } = guarded(t, read)
  for (const authorization of [undefined, 'Bearer x', 'Basic x'])
    await post(authorization)
  t.same(reads, [])
})

t.test('unknown keys make the keys be read again, but seldom', async (t) => {
  let keys = [rsa.jwk]
  const { read, reads } = issuer(() => keys)
  const verify = (cooldownMs: number) =>
    tokenVerifier({ audience: AUDIENCE, read, now: () => NOW, cooldownMs })
  const byEc = token({
    header: { alg: 'ES256', kid: 'ec' },
    sign: es256(ec.privateKey),
  })
  const seldom = verify(60_000)
  t.match(await seldom(token()), { subject: TRIGGER })
  keys = [rsa.jwk, ec.jwk]
  for (let attempt = 0; attempt < 50; attempt += 1)
    t.match(await seldom(byEc), { invalid: /key/i })
  t.equal(reads.length, 2, 'the flood reads nothing')
  const always = verify(0)
  keys = [rsa.jwk]
  t.match(await always(token()), { subject: TRIGGER })
  keys = [rsa.jwk, ec.jwk]
  t.match(await always(byEc), { subject: TRIGGER }, 'a new key is found')
})

t.test(
  'tokens of a real API server',
  { skip: whyNoApiServer() ?? false },
  async (t) => {
    const server = await apiServer()
    t.teardown(() => server.stop())
    const namespace = await server.namespace()
    const request = async (audiences?: string[]) => {
      const { status, body } = await server.raw(
        'POST',
        `/api/v1/namespaces/${namespace}/serviceaccounts/default/token`,
        { spec: { audiences, expirationSeconds: 600 } },
      )
      t.equal(status, 201)
      return (body as { status: { token: string } }).status.token
    }
    const pod = `Bearer ${await request()}`
    const read = apiReader({
      ...server.connection,
      authorization: async () => pod,
    })
    const verify = tokenVerifier({ audience: AUDIENCE, read, now: Date.now })
    t.strictSame(await verify(await request([AUDIENCE])), {
      subject: `system:serviceaccount:${namespace}:default`,
    })
    t.match(await verify(await request(['other'])), { invalid: /aud/ })
    t.match(await verify(await request()), { invalid: /aud/ })
    await t.rejects(read('/no/such/path'), { code: 'Unavailable' })
  },
)
