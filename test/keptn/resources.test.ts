/** Reads that a real resource service 1.4.5 was sent, and its answers. */
import t from 'tap'
import { VirtualClock } from '../virtual-clock.ts'
import { keptnApi } from './api.ts'

const SCOPE = { project: 'p', stage: 'dev', service: 'svc' }

const api = keptnApi({ clock: new VirtualClock() })
api.resources.set({ project: 'p' }, { 'shipyard.yaml': 'a' })
const first = api.resources.set(SCOPE, {
  'job/config.yaml': 'first',
  'locust/a.py': 'a',
  'a+b c.txt': 'x',
  'empty.txt': '',
  '.gitignore': 'x',
})
const second = api.resources.set(SCOPE, { 'job/config.yaml': 'second' })

const get = async (url: string) => {
  const headers = { 'x-token': 'token' }
  const answer = await api.handle({ method: 'GET', url, headers, body: '' })
  if (answer === 'reset') throw new Error(answer)
  return answer.type === 'application/json'
    ? { status: answer.status, ...(JSON.parse(answer.body) as object) }
    : { status: answer.status, message: answer.body }
}
const DIRECT = '/v1/project/p/stage/dev/service/svc/resource'
const GATEWAY = `/api/resource-service${DIRECT}`

const content = (text: string, version = second) => ({
  status: 200,
  resourceContent: Buffer.from(text).toString('base64'),
  metadata: { version },
})
const failed = (code: number, message: string) => ({
  status: code,
  code,
  message,
})
const missing = failed(404, 'Resource not found')
const internal = failed(500, 'Internal server error')
const noPage = { status: 404, message: '404 page not found' }
const unknownSha = '0'.repeat(39) + '1'

const READS: [string, object][] = [
  [`${DIRECT}/job/config.yaml`, noPage],
  [
    `${DIRECT}/job%2Fconfig.yaml`,
    { ...content('second'), resourceURI: 'job%2Fconfig.yaml' },
  ],
  [
    `${DIRECT}/job%252Fconfig.yaml`,
    { ...content('second'), resourceURI: 'job%2Fconfig.yaml' },
  ],
  [`${DIRECT}/%252Fjob%252Fconfig.yaml`, content('second')],
  [`${DIRECT}/a%2Bb%20c.txt`, content('x')],
  [`${DIRECT}/a%252Bb%2520c.txt`, content('x')],
  [`${DIRECT}/a+b%20c.txt`, missing],
  [`${DIRECT}/nope.yaml`, missing],
  [`${DIRECT}/locust`, internal],
  [`${DIRECT}/x..y`, failed(400, 'invalid resource uri')],
  [`${DIRECT}/~x`, failed(400, 'invalid resource uri')],
  [
    `${DIRECT}/job%252Fconfig.yaml?gitCommitID=${first}`,
    content('first', first),
  ],
  [`${DIRECT}/%252Fjob%252Fconfig.yaml?gitCommitID=${first}`, missing],
  [`${DIRECT}/locust?gitCommitID=${first}`, missing],
  [`${DIRECT}/job%252Fconfig.yaml?gitCommitID=${unknownSha}`, internal],
  [`${DIRECT}/job%252Fconfig.yaml?gitCommitID=notasha`, internal],
  [`${DIRECT}/job%252Fconfig.yaml?gitCommitID=%22%22`, content('second')],
  [`${DIRECT}/job%252Fconfig.yaml?disableUpstreamSync=true`, content('second')],
  ['/v1/project/p/stage/dev/resource/shipyard.yaml', missing],
  [`/v1/project/p/resource/shipyard.yaml?gitCommitID=${first}`, missing],
  ['/v1/project/p/resource/shipyard.yaml', { resourceContent: 'YQ==' }],
  [
    '/v1/project/nop/resource/x',
    failed(404, 'Could not find credentials for upstream repository'),
  ],
  ['/v1/project/p/stage/nop/resource/x', failed(404, 'Stage not found')],
  [
    '/v1/project/p/stage/dev/service/nop/resource/x',
    failed(404, 'Service not found'),
  ],
  [`${GATEWAY}/job/config.yaml`, noPage],
  [`${GATEWAY}/job%2Fconfig.yaml`, noPage],
  [`${GATEWAY}/job%252Fconfig.yaml`, content('second')],
]
for (const [url, want] of READS)
  t.test(url.replaceAll(first, 'FIRST'), async (t) => {
    t.match(await get(url), want)
  })

t.test('an empty file has no content', async (t) => {
  for (const query of ['', `?gitCommitID=${first}`]) {
    const answer = await get(`${DIRECT}/empty.txt${query}`)
    t.match(answer, { status: 200, resourceURI: 'empty.txt' })
    t.notOk('resourceContent' in answer)
  }
})

const uris = async (url: string) => {
  const answer = (await get(url)) as {
    resources?: { resourceURI: string }[]
    nextPageKey?: string
    totalCount?: number
  }
  return {
    uris: answer.resources?.map(({ resourceURI }) => resourceURI),
    next: answer.nextPageKey,
    total: answer.totalCount,
  }
}

t.test('a list', async (t) => {
  t.strictSame(await uris(DIRECT), {
    uris: [
      '/a+b c.txt',
      '/empty.txt',
      '/job/config.yaml',
      '/locust/a.py',
      '/metadata.yaml',
    ],
    next: '0',
    total: 5,
  })
})

t.test('a list by pages', async (t) => {
  t.strictSame(await uris(`${DIRECT}?pageSize=2`), {
    uris: ['/a+b c.txt', '/empty.txt'],
    next: '2',
    total: 5,
  })
  t.match(await uris(`${DIRECT}?pageSize=2&nextPageKey=2`), {
    uris: ['/job/config.yaml', '/locust/a.py'],
    next: '4',
  })
})

t.test('a list of a stage has those of its services', async (t) => {
  const { uris: all, total } = await uris('/v1/project/p/stage/dev/resource')
  t.equal(total, 6)
  t.ok(all?.includes('/svc/job/config.yaml'))
  t.ok(all?.includes('/metadata.yaml'))
})

t.test('a list ignores the commit', async (t) => {
  t.match(await get(`${DIRECT}?gitCommitID=${first}`), {
    resources: [{ metadata: { version: second } }],
  })
})

t.test('a pushed commit is known only after a read of the head', async (t) => {
  const third = api.resources.push(SCOPE, { 'job/config.yaml': 'third' })
  const pinned = `${DIRECT}/job%252Fconfig.yaml?gitCommitID=${third}`
  t.match(await get(pinned), internal)
  t.match(await get(`${DIRECT}/job%252Fconfig.yaml`), content('third', third))
  t.match(await get(pinned), content('third', third))
})
