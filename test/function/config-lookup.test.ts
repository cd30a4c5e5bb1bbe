import t from 'tap'
import type { JobEvent } from '../../config/event.ts'
import { lookupConfig } from '../../function/config-lookup.ts'
import { StoreError } from '../../function/resource-store.ts'
import type { ResourceStore, Scope } from '../../function/resource-store.ts'
import { corpus } from './corpus.ts'

type Texts = Record<'service' | 'stage' | 'project', string | null>

const event = (commit: string): JobEvent => ({
  specversion: '1.0',
  id: 'e1',
  source: 'shipyard-controller',
  type: 'sh.keptn.event.test.triggered',
  data: { project: 'p', stage: 'dev', service: 'svc' },
  gitcommitid: commit,
})

const levelOf = (scope: Scope): keyof Texts =>
  scope.service !== undefined
    ? 'service'
    : scope.stage !== undefined
      ? 'stage'
      : 'project'

const store = (texts: Texts) => {
  const requests: object[] = []
  const it: ResourceStore = {
    get: async (scope, resource, commit) => {
      const level = levelOf(scope)
      requests.push({ gitCommitID: commit ?? '', level, resource })
      const text = texts[level]
      return text === null ? undefined : Buffer.from(text)
    },
    list: async () => [],
  }
  return { ...it, requests }
}

interface Row extends Texts {
  name: string
  gitCommitID: string
  want: { requests: object[]; hash?: string; error?: string }
}
const rows = corpus<Row>('tables/config_lookup')

t.test('the configuration is looked up as by the original', async (t) => {
  for (const row of rows) {
    const from = store(row)
    const found = await lookupConfig(from, event(row.gitCommitID))
    if (row.service === '') {
      // Our difference (config/README.md, "Files"): empty is not there.
      t.equal(found?.level, 'stage', row.name)
      continue
    }
    t.strictSame(from.requests, row.want.requests, row.name)
    if (row.want.hash) t.equal(found?.hash, row.want.hash, row.name)
    // What the parser says of the text is not the lookup's.
    else if (!row.want.error?.includes('parsing')) t.notOk(found, row.name)
  }
})

t.test('any other failure than not found does not fall through', async (t) => {
  const from: ResourceStore = {
    get: async () => {
      throw new StoreError('429', true)
    },
    list: async () => [],
  }
  await t.rejects(lookupConfig(from, event('')), new StoreError('429', true))
})

t.test('a commit of two quotes is none', async (t) => {
  const from = store({ service: 'x', stage: null, project: null })
  await lookupConfig(from, event('""'))
  t.match(from.requests, [{ gitCommitID: '' }])
})

t.test('an event without data is looked up without names', async (t) => {
  const scopes: Scope[] = []
  const from: ResourceStore = {
    get: async (scope) => void scopes.push(scope),
    list: async () => [],
  }
  const plain: JobEvent = {
    specversion: '1.0',
    id: '1',
    source: 's',
    type: 't',
  }
  t.equal(await lookupConfig(from, plain), undefined)
  t.strictSame(scopes, [
    { project: '', stage: '', service: '' },
    { project: '', stage: '' },
    { project: '' },
  ])
})
