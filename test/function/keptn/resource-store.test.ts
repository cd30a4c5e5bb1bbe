import t from 'tap'
import { keptnAuth } from '../../../function/keptn/auth.ts'
import { HttpError, TooLargeError } from '../../../function/keptn/http.ts'
import type { Http } from '../../../function/keptn/http.ts'
import { keptnResourceStore } from '../../../function/keptn/resource-store.ts'
import { TooLargeStoreError } from '../../../function/resource-store.ts'
import { keptnApi } from '../../keptn/api.ts'
import type { Fault } from '../../keptn/faults.ts'
import { inProcessHttp } from '../../keptn/in-process.ts'
import { VirtualClock } from '../../virtual-clock.ts'

const SCOPE = { project: 'p', stage: 'dev', service: 'svc' }
const PATH = '/api/resource-service/v1/project/p/stage/dev/service/svc/resource'

const setUp = (options: { cacheBytes?: number; token?: string } = {}) => {
  const api = keptnApi({ clock: new VirtualClock() })
  const commit = api.resources.set(SCOPE, {
    'job/config.yaml': 'first',
    'empty.txt': '',
    'a+b c ü%2F.txt': 'odd',
    'locust/a.py': 'a',
  })
  const store = keptnResourceStore({
    endpoint: 'http://keptn/api/',
    auth: keptnAuth({ token: options.token ?? 'token' }),
    http: inProcessHttp(api),
    ...options,
  })
  const text = async (...args: Parameters<typeof store.get>) => {
    const content = await store.get(...args)
    return content && Buffer.from(content).toString()
  }
  return { api, commit, store, text }
}

t.test('a resource at the head and at a commit', async (t) => {
  const { api, commit, text } = setUp()
  api.resources.set(SCOPE, { 'job/config.yaml': 'second' })
  t.equal(await text(SCOPE, 'job/config.yaml'), 'second')
  t.equal(await text(SCOPE, 'job/config.yaml', commit), 'first')
  t.equal(await text(SCOPE, '/job/config.yaml', commit), 'first')
  t.equal(
    api.requests[1]?.path,
    `${PATH}/job%252Fconfig.yaml?gitCommitID=${commit}`,
  )
})

t.test('names of every kind', async (t) => {
  const { text } = setUp()
  t.equal(await text(SCOPE, 'a+b c ü%2F.txt'), 'odd')
})

t.test('an empty file is a file', async (t) => {
  const { text, commit } = setUp()
  t.equal(await text(SCOPE, 'empty.txt'), '')
  t.equal(await text(SCOPE, 'empty.txt', commit), '')
})

t.test('not found: resource, service, stage', async (t) => {
  const { text, commit } = setUp()
  for (const pinned of [undefined, commit]) {
    t.equal(await text(SCOPE, 'nope', pinned), undefined)
    t.equal(await text({ ...SCOPE, service: 'x' }, 'a', pinned), undefined)
    t.equal(await text({ project: 'p', stage: 'x' }, 'a', pinned), undefined)
  }
  t.equal(await text(SCOPE, 'locust', commit), undefined, 'a directory')
})

t.test('a scope without a name holds nothing and asks nobody', async (t) => {
  const { api, text, store } = setUp()
  const nowhere = { project: '', stage: '', service: '' }
  t.equal(await text(nowhere, 'job/config.yaml'), undefined)
  t.equal(await text({ ...SCOPE, service: '' }, 'a'), undefined)
  t.strictSame(await store.list(nowhere), [])
  t.strictSame(api.requests, [])
})

t.test('the project level is never pinned', async (t) => {
  const { api, commit, text } = setUp()
  api.resources.set({ project: 'p' }, { 'job/config.yaml': 'project' })
  t.equal(await text({ project: 'p' }, 'job/config.yaml', commit), 'project')
  t.notMatch(api.requests[0]?.path, /gitCommitID/)
})

/** Answer to a read -> what becomes of it. */
const ANSWERS: [string, number, string | undefined, undefined | boolean][] = [
  ['old: service resource', 404, said('Service resource not found'), undefined],
  ['old: stage', 404, said('Stage does not exist'), undefined],
  ['unknown project', 404, said('Project not found'), false],
  [
    'unknown project, usual text',
    404,
    said('Could not find credentials for upstream repository'),
    false,
  ],
  ['no repository', 404, said('Upstream repository not found'), false],
  ['a gateway without a backend', 404, '404 page not found', true],
  ['bad name', 400, said('invalid resource uri'), false],
  ['no token', 401, undefined, true],
  ['not allowed', 403, undefined, true],
  ['bad git token', 424, said('Invalid git token'), true],
  ['too many', 429, said('too many requests'), true],
  ['failed', 500, said('Internal server error'), true],
  ['away', 502, '<html>', true],
  ['not JSON', 200, '<html>', true],
  ['no base64 text', 200, '{"resourceContent":1}', true],
  ['moved', 301, '', true],
]
function said(message: string): string {
  return JSON.stringify({ code: 404, message })
}
for (const [name, status, body, retry] of ANSWERS)
  t.test(`answer ${status}: ${name}`, async (t) => {
    const { api, store } = setUp()
    const answer: Fault['answer'] = {
      status,
      ...(body !== undefined && { body }),
    }
    api.faults.add({ times: 9, answer })
    const got = store.get(SCOPE, 'job/config.yaml')
    if (retry === undefined) t.equal(await got, undefined)
    else await t.rejects(got, { name: 'StoreError', retry })
  })

t.test('no connection can be tried again', async (t) => {
  const { api, store } = setUp()
  api.faults.add({ answer: 'reset' })
  await t.rejects(store.get(SCOPE, 'a'), {
    name: 'StoreError',
    retry: true,
    message: /Keptn cannot be read: socket hang up/,
  })
})

t.test('an error names the request', async (t) => {
  const { api, store } = setUp()
  api.faults.add({ answer: { status: 503 } })
  await t.rejects(store.list(SCOPE), {
    message: /answered 503 \(fault\) to GET http:\/\/keptn\/api.*resource$/,
  })
})

t.test('a commit that is not pulled yet is read after the head', async (t) => {
  const { api, text } = setUp()
  const pushed = api.resources.push(SCOPE, { 'job/config.yaml': 'third' })
  t.equal(await text(SCOPE, 'job/config.yaml', pushed), 'third')
  t.equal(api.requests.length, 3)
})

t.test(
  'a commit that nobody knows fails, and is asked for twice',
  async (t) => {
    const { api, store } = setUp()
    const unknown = '0'.repeat(40)
    await t.rejects(store.get(SCOPE, 'job/config.yaml', unknown), {
      name: 'StoreError',
      retry: true,
    })
    t.equal(api.requests.length, 3)
  },
)

t.test('what is pinned is read once, also what is missing', async (t) => {
  const { api, commit, text } = setUp()
  for (const uri of ['job/config.yaml', 'job/config.yaml', 'nope', 'nope'])
    await text(SCOPE, uri, commit)
  t.equal(api.requests.length, 2)
})

t.test('what is not pinned, or not to a commit, is not kept', async (t) => {
  const { api, text } = setUp()
  for (const pinned of [undefined, '""']) {
    await text(SCOPE, 'job/config.yaml', pinned)
    api.resources.set(SCOPE, { 'job/config.yaml': `now ${pinned}` })
    t.equal(await text(SCOPE, 'job/config.yaml', pinned), `now ${pinned}`)
  }
})

t.test('a service that is missing now may be there later', async (t) => {
  const { api, commit, text } = setUp()
  const other = { ...SCOPE, service: 'other' }
  t.equal(await text(other, 'a', commit), undefined)
  const later = api.resources.set(other, { a: '1' })
  t.equal(await text(other, 'a', later), '1')
})

t.test('the memory for pinned resources is bounded', async (t) => {
  const { api, commit, text } = setUp({ cacheBytes: 700 })
  for (const uri of ['job/config.yaml', 'locust/a.py', 'job/config.yaml'])
    await text(SCOPE, uri, commit)
  t.equal(api.requests.length, 2)
  await text(SCOPE, 'empty.txt', commit)
  await text(SCOPE, 'job/config.yaml', commit)
  t.equal(api.requests.length, 3, 'used last: still there')
  await text(SCOPE, 'locust/a.py', commit)
  t.equal(api.requests.length, 4, 'used least recently: dropped')
})

t.test('identical reads at the same time share a request', async (t) => {
  const { api, commit, store } = setUp()
  await Promise.all([
    store.get(SCOPE, 'job/config.yaml', commit),
    store.get(SCOPE, 'job/config.yaml', commit),
    store.get(SCOPE, 'job/config.yaml'),
    store.get(SCOPE, 'job/config.yaml'),
    store.list(SCOPE),
    store.list(SCOPE),
  ])
  t.equal(api.requests.length, 3)
  await store.get(SCOPE, 'job/config.yaml')
  t.equal(api.requests.length, 4, 'a later one does not')
})

t.test('a list over several pages, without leading slashes', async (t) => {
  const { api, store } = setUp()
  const names = Array.from({ length: 120 }, (_, i) => `n/${1000 + i}`)
  api.resources.set(SCOPE, Object.fromEntries(names.map((name) => [name, 'x'])))
  const uris = await store.list(SCOPE)
  t.equal(uris.length, 125)
  t.ok(names.every((name) => uris.includes(name)))
  t.ok(uris.includes('job/config.yaml'))
  t.equal(api.requests.length, 3)
})

t.test('a list of nothing', async (t) => {
  const { store } = setUp()
  t.strictSame(await store.list({ ...SCOPE, service: 'x' }), [])
  await t.rejects(store.list({ project: 'x' }), {
    name: 'StoreError',
    retry: false,
  })
})

t.test('pages in a circle end', async (t) => {
  const http: Http = async () => ({
    status: 200,
    headers: {},
    body: Buffer.from('{"resources":[],"nextPageKey":"7"}'),
  })
  const auth = keptnAuth({})
  const store = keptnResourceStore({ endpoint: 'http://keptn', auth, http })
  await t.rejects(store.list(SCOPE), { name: 'StoreError' })
})

t.test('a wrong token can be mended', async (t) => {
  const { store } = setUp({ token: 'wrong' })
  await t.rejects(store.get(SCOPE, 'a'), { retry: true, message: /401/ })
})

t.test('a login that is away is a store that is away', async (t) => {
  const http: Http = async () => {
    throw new HttpError('refused', false)
  }
  const oauth = { clientId: 'c', clientSecret: 's', scopes: [], tokenUrl: 'x' }
  const auth = keptnAuth({ oauth, http })
  const store = keptnResourceStore({ endpoint: 'http://keptn', auth, http })
  await t.rejects(store.get(SCOPE, 'a'), { name: 'StoreError', retry: true })
})

t.test('what is too large stays too large', async (t) => {
  const http: Http = async () => {
    throw new TooLargeError('the answer is larger than 8 bytes', true, 200)
  }
  const auth = keptnAuth({})
  const store = keptnResourceStore({ endpoint: 'http://keptn', auth, http })
  const error: unknown = await store.get(SCOPE, 'a').catch((error) => error)
  t.type(error, TooLargeStoreError)
  t.match(error, { name: 'StoreError', retry: false })
})
