import t from 'tap'
import type { JobEvent } from '../../config/event.ts'
import { resolveFiles } from '../../function/files.ts'
import { StoreError } from '../../function/resource-store.ts'
import type { ResourceStore } from '../../function/resource-store.ts'
import { corpus } from './corpus.ts'

const LIMITS = { files: 20, fileBytes: 1000, totalBytes: 9000 }

const event = (commit?: string): JobEvent => ({
  specversion: '1.0',
  id: 'e1',
  source: 'shipyard-controller',
  type: 'sh.keptn.event.test.triggered',
  data: { project: 'sockshop', stage: 'dev', service: 'carts' },
  ...(commit && { gitcommitid: commit }),
})

/** `resources` at the head; `pinned` what there was at any commit. */
const store = (
  resources: Record<string, string>,
  options: {
    pinned?: Record<string, string>
    getErrors?: Record<string, StoreError>
    listError?: StoreError
  } = {},
) => {
  const requests: string[] = []
  const bytes = (text: string | undefined) =>
    text === undefined ? undefined : Buffer.from(text)
  const it: ResourceStore = {
    get: async (scope, uri, commit) => {
      const { project, stage = '', service = '' } = scope
      requests.push(`${project}/${stage}/${service} ${uri} ${commit ?? ''}`)
      const error = options.getErrors?.[uri]
      if (error) throw error
      return bytes(
        (commit ? options.pinned : undefined)?.[uri] ?? resources[uri],
      )
    },
    list: async () => {
      requests.push('LIST')
      if (options.listError) throw options.listError
      return Object.keys(resources)
    },
  }
  return { ...it, requests }
}

const written = async (
  files: string[],
  from: ResourceStore,
  commit?: string,
) => {
  const result = await resolveFiles(from, event(commit), files, LIMITS)
  if ('error' in result) return { error: result.error.code }
  return Object.fromEntries(
    result.files.map(({ path, content }) => [
      path,
      Buffer.from(content).toString(),
    ]),
  )
}

/** Rows of the table where we do otherwise, see config/README.md, "Files". */
const DIFFERENCES: Record<string, Record<string, string>> = {
  'files-006': {
    'locust/basic.py': 'a',
    'locust/import.py': 'b',
    'locust/locust.conf': 'c',
  },
  'files-013': { 'helm/templates/a.yaml': 't' },
  'files-025': { 'empty.txt': '' },
  'files-049': { 'empty-dir/x': '' },
  'files-050': { 'locust/basic.py': 'no leading slash' },
  'files-056': { error: 'file-name' },
}

interface Row {
  name: string
  files: string[]
  resources: Record<string, string>
  action?: string
  listError?: string
  getErrors?: Record<string, string>
  gitCommitID?: string
  want: { written: Record<string, string>; error?: string }
}
const rows = corpus<Row>('tables/files')

t.test('the files of a task are those of the original', async (t) => {
  for (const row of rows) {
    // The action is looked up by name no more: nothing to be wrong about.
    if (row.action !== undefined) continue
    const strip = (uri: string) => uri.replace(/^\//, '')
    const from = store(
      {
        ...Object.fromEntries(
          Object.entries(row.resources).map(([uri, text]) => [
            strip(uri),
            text,
          ]),
        ),
        // The table's config is made for the row, not the resource in it.
        ...(row.want.written['/keptn/job/config.yaml'] && {
          'job/config.yaml': row.want.written['/keptn/job/config.yaml'],
        }),
      },
      {
        ...(row.listError && {
          listError: new StoreError(row.listError, true),
        }),
        getErrors: Object.fromEntries(
          Object.entries(row.getErrors ?? {}).map(([uri, text]) => [
            strip(uri),
            new StoreError(text, true),
          ]),
        ),
      },
    )
    const got = await written(row.files, from, row.gitCommitID).catch(() => ({
      error: 'rejected',
    }))
    const want = DIFFERENCES[row.name]
    if (want) t.strictSame(got, want, `${row.name}: our difference`)
    else if (row.want.error !== undefined)
      t.ok('error' in got, `${row.name}: ${row.want.error}`)
    else
      t.strictSame(
        got,
        Object.fromEntries(
          Object.entries(row.want.written).map(([path, text]) => [
            path.replace(/^\/keptn\//, ''),
            text,
          ]),
        ),
        row.name,
      )
  }
})

t.test('files are read at the commit of the event', async (t) => {
  const from = store({ a: 'new' }, { pinned: { a: 'old' } })
  t.strictSame(await written(['a'], from, 'c0ffee'), { a: 'old' })
  t.strictSame(from.requests, ['sockshop/dev/carts a c0ffee'])
})

t.test(
  'what was added to a directory after the commit is left out',
  async (t) => {
    const head = { 'd/old': '1', 'd/new': '2' }
    const from = store(head)
    const at: ResourceStore = {
      ...from,
      get: async (scope, uri, commit) =>
        uri === 'd/new' ? undefined : from.get(scope, uri, commit),
    }
    t.strictSame(await written(['d'], at, 'c0ffee'), { 'd/old': '1' })
  },
)

t.test('two directories are listed once', async (t) => {
  const from = store({ 'd/a': '1', 'e/b': '2' })
  await written(['d', 'e'], from)
  t.equal(from.requests.filter((request) => request === 'LIST').length, 1)
})

t.test('the 500 for a directory without a commit is no failure', async (t) => {
  const from = store(
    { 'd/a': '1' },
    { getErrors: { d: new StoreError('500', true) } },
  )
  t.strictSame(await written(['d'], from), { 'd/a': '1' })
})

t.test('a failure that may pass rejects', async (t) => {
  const away = new StoreError('away', true)
  const cases: [string, ResourceStore][] = [
    ['of a file', store({ a: '1' }, { getErrors: { a: away } })],
    ['of nothing listed', store({}, { getErrors: { a: away } })],
    ['of a member', store({ 'a/b': '1' }, { getErrors: { 'a/b': away } })],
    ['of the list', store({}, { listError: away })],
    [
      'of both, with the first reason',
      store(
        {},
        { getErrors: { a: away }, listError: new StoreError('too', true) },
      ),
    ],
  ]
  for (const [name, from] of cases)
    await t.rejects(resolveFiles(from, event(), ['a'], LIMITS), away, name)
})

t.test('a failure that stays is told', async (t) => {
  const from = store(
    {},
    { getErrors: { '~a': new StoreError('invalid resource uri', false) } },
  )
  t.strictSame(await written(['~a'], from), { error: 'file-unreadable' })
})

t.test('names that lead elsewhere are refused without a read', async (t) => {
  for (const name of [
    '',
    '/',
    '.',
    '..',
    '../x',
    'a/../b',
    '//a',
    'a//b',
    'a\0b',
  ]) {
    const from = store({ a: '1' })
    t.strictSame(
      await written([name], from),
      { error: 'file-name' },
      JSON.stringify(name),
    )
    t.strictSame(from.requests, [])
  }
})

t.test('a listed name that leads elsewhere is refused', async (t) => {
  t.strictSame(await written(['d'], store({ 'd/../../x': '1' })), {
    error: 'file-name',
  })
})

t.test('an error names the entry', async (t) => {
  const result = await resolveFiles(store({}), event(), ['nope'], LIMITS)
  t.match(result, { error: { code: 'file-not-found', message: /"nope"/ } })
})

t.test('a file that is also a directory is refused', async (t) => {
  const from = store({ a: '1', 'a/b': '2' })
  t.strictSame(await written(['a', 'a/b'], from), { error: 'file-conflict' })
})

t.test('limits', async (t) => {
  const limits = { files: 2, fileBytes: 4, totalBytes: 6 }
  const cases: [string, Record<string, string>, RegExp | undefined][] = [
    ['as many as may be', { 'd/a': '123', 'd/b': '123' }, undefined],
    ['one more file', { 'd/a': '1', 'd/b': '1', 'd/c': '1' }, /the 2 files/],
    ['a byte more in one', { 'd/a': '12345' }, /"d\/a" has 5 bytes/],
    ['a byte more in all', { 'd/a': '1234', 'd/b': '123' }, /6 bytes/],
  ]
  for (const [name, resources, message] of cases) {
    const result = await resolveFiles(store(resources), event(), ['d'], limits)
    if (message)
      t.match(result, { error: { code: 'file-limit', message } }, name)
    else t.match(result, { files: [{}, {}] }, name)
  }
})
