import t from 'tap'
import { AuthError, keptnAuth } from '../../../function/keptn/auth.ts'
import type { OAuthClient } from '../../../function/keptn/auth.ts'
import { HttpError } from '../../../function/keptn/http.ts'
import type { Http, HttpRequest } from '../../../function/keptn/http.ts'
import { VirtualClock } from '../../virtual-clock.ts'

const TOKEN_URL = 'http://login/token'
const CLIENT: OAuthClient = {
  clientId: 'job executor',
  clientSecret: 's:crét',
  scopes: ['a', 'b'],
  tokenUrl: TOKEN_URL,
}

/** A login that answers with what `answer` says. */
const setUp = (
  client: Partial<OAuthClient> = {},
  answer: (request: HttpRequest, count: number) => [number, unknown] = (
    _,
    count,
  ) => [200, { access_token: `t${count}`, expires_in: 300 }],
) => {
  const clock = new VirtualClock()
  const requests: HttpRequest[] = []
  const http: Http = async (request) => {
    requests.push(request)
    const [status, body] = answer(request, requests.length)
    return { status, headers: {}, body: Buffer.from(JSON.stringify(body)) }
  }
  const auth = keptnAuth({ oauth: { ...CLIENT, ...client }, http, clock })
  return { auth, clock, requests }
}

t.test('a token is sent as x-token', async (t) => {
  const auth = keptnAuth({ token: 'secret' })
  t.strictSame(await auth.headers(), { 'x-token': 'secret' })
})

t.test('without anything nothing is sent', async (t) => {
  t.strictSame(await keptnAuth({}).headers(), {})
})

t.test('client credentials become a bearer token', async (t) => {
  const { auth, requests } = setUp()
  t.strictSame(await auth.headers(), { authorization: 'Bearer t1' })
  t.match(requests, [
    {
      method: 'POST',
      url: TOKEN_URL,
      body: 'grant_type=client_credentials&scope=a+b',
      headers: {
        authorization: `Basic ${Buffer.from(
          'job+executor:s%3Acr%C3%A9t',
        ).toString('base64')}`,
      },
    },
  ])
})

t.test('a login that wants them in the body gets them there', async (t) => {
  const { auth, clock, requests } = setUp({}, ({ headers, body }, count) =>
    headers?.['authorization'] || !String(body).includes('client_secret=')
      ? [401, { error: 'invalid_client' }]
      : [200, { access_token: `t${count}`, expires_in: 300 }],
  )
  t.match(await auth.headers(), { authorization: 'Bearer t2' })
  await clock.advance(300_000)
  t.match(await auth.headers(), { authorization: 'Bearer t3' })
  t.equal(requests.length, 3, 'what works is remembered')
})

t.test('the token URL can be discovered, once', async (t) => {
  const { clientId, clientSecret, scopes } = CLIENT
  const requests: string[] = []
  const http: Http = async ({ url }) => {
    requests.push(url)
    const body = url.includes('discovery')
      ? { token_endpoint: TOKEN_URL }
      : { access_token: 't', expires_in: 60 }
    return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(body)) }
  }
  const clock = new VirtualClock()
  const discoveryUrl = 'http://login/discovery'
  const auth = keptnAuth({
    oauth: { clientId, clientSecret, scopes, discoveryUrl },
    http,
    clock,
  })
  await auth.headers()
  await clock.advance(60_000)
  await auth.headers()
  t.strictSame(requests, [discoveryUrl, TOKEN_URL, TOKEN_URL])
})

t.test('a token is used until shortly before its end', async (t) => {
  const { auth, clock, requests } = setUp()
  await auth.headers()
  await clock.advance(269_000)
  await auth.headers()
  t.equal(requests.length, 1)
  await clock.advance(2_000)
  t.match(await auth.headers(), { authorization: 'Bearer t2' })
})

t.test('a life that is missing or short is no endless loop', async (t) => {
  for (const life of [undefined, 0, 10, 'x']) {
    const { auth, requests } = setUp({}, () => [
      200,
      { access_token: 't', expires_in: life },
    ])
    await auth.headers()
    await auth.headers()
    t.equal(requests.length, 1, String(life))
  }
})

t.test('who asks at the same time shares a request', async (t) => {
  const { auth, requests } = setUp()
  const all = await Promise.all([auth.headers(), auth.headers()])
  t.strictSame(all[0], all[1])
  t.equal(requests.length, 1)
})

t.test('a refused token is used no more, a newer one is', async (t) => {
  const { auth } = setUp()
  const old = await auth.headers()
  auth.refused(old)
  t.match(await auth.headers(), { authorization: 'Bearer t2' })
  auth.refused(old)
  t.match(await auth.headers(), { authorization: 'Bearer t2' })
})

t.test(
  'no token: the reason names the address, never the secret',
  async (t) => {
    const cases: [string, ReturnType<typeof setUp>][] = [
      ['refused', setUp({}, () => [403, {}])],
      ['not JSON', setUp({}, () => [200, 'x'])],
      ['no token in it', setUp({}, () => [200, {}])],
    ]
    for (const [name, { auth }] of cases) {
      const error: unknown = await auth.headers().catch((e: unknown) => e)
      if (!(error instanceof AuthError)) throw error
      t.match(error.message, TOKEN_URL, name)
      t.notMatch(error.message, /crét|cr%C3/, name)
    }
  },
)

t.test('a failure is not kept', async (t) => {
  const { auth } = setUp({}, (_, count) =>
    count === 1 ? [503, {}] : [200, { access_token: 't', expires_in: 60 }],
  )
  await t.rejects(auth.headers())
  t.match(await auth.headers(), { authorization: 'Bearer t' })
})

t.test('a login that is away', async (t) => {
  const http: Http = async () => {
    throw new HttpError('refused', false)
  }
  const auth = keptnAuth({ oauth: CLIENT, http, clock: new VirtualClock() })
  await t.rejects(auth.headers(), /did not answer: refused/)
})

t.test('a signal ends the wait of one, not of the other', async (t) => {
  let answer = () => {}
  const http: Http = () =>
    new Promise((resolve) => {
      const body = Buffer.from('{"access_token":"t","expires_in":60}')
      answer = () => resolve({ status: 200, headers: {}, body })
    })
  const auth = keptnAuth({ oauth: CLIENT, http, clock: new VirtualClock() })
  const stop = new AbortController()
  const first = auth.headers(stop.signal)
  const second = auth.headers()
  const reason = new Error('enough')
  stop.abort(reason)
  await t.rejects(first, reason)
  answer()
  t.match(await second, { authorization: 'Bearer t' })
})
