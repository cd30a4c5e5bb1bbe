import t from 'tap'
import type { HttpRequest } from '../../../function/keptn/http.ts'
import type { Log } from '../../../function/log.ts'
import { ringAt } from '../../../function/watch/ring.ts'

const RING = { run: '0123456789abcdef0123', reason: 'task ended' }

const ringing = (args: {
  status?: number
  fails?: Error
  token?: () => Promise<string>
}) => {
  const sent: HttpRequest[] = []
  const logged: unknown[] = []
  const log: Log = (level, message, fields) =>
    void logged.push({ level, message, ...fields })
  const ring = ringAt({
    url: 'http://fn/callbacks/job',
    source: 'job-watch/jes/fn',
    log,
    ...(args.token && { token: args.token }),
    http: async (request) => {
      sent.push(request)
      if (args.fails) throw args.fails
      return { status: args.status ?? 202, headers: {}, body: Buffer.alloc(0) }
    },
  })
  return { ring, sent, logged }
}

t.test('a ring is a CloudEvent that names the run', async (t) => {
  const { ring, sent, logged } = ringing({})
  await ring(RING)
  await ring(RING)
  t.match(sent[0], {
    method: 'POST',
    url: 'http://fn/callbacks/job',
    headers: {
      'ce-specversion': '1.0',
      'ce-source': 'job-watch/jes/fn',
      'ce-type': 'job-executor.run.changed',
      'content-type': 'application/json',
    },
  })
  t.same(JSON.parse(String(sent[0]?.body)), RING)
  t.notOk('authorization' in (sent[0]?.headers ?? {}))
  t.not(sent[0]?.headers?.['ce-id'], sent[1]?.headers?.['ce-id'])
  t.match(logged[0], { level: 'info', status: 202 })
})

t.test('the token is read before each ring', async (t) => {
  const tokens = ['first\n', 'second\n']
  const { ring, sent } = ringing({ token: async () => tokens.shift() ?? '' })
  await ring(RING)
  await ring(RING)
  t.same(
    sent.map(({ headers }) => headers?.['authorization']),
    ['Bearer first', 'Bearer second'],
  )
})

t.test('a ring never rejects: it is rung again later', async (t) => {
  for (const args of [
    { fails: new Error('refused') },
    { status: 401 },
    { status: 503 },
    { token: () => Promise.reject(new Error('ENOENT')) },
  ]) {
    const { ring, logged } = ringing(args)
    await ring(RING)
    t.match(logged, [{ level: 'warn', ...RING }])
    t.notMatch(JSON.stringify(logged), 'Bearer')
  }
})
