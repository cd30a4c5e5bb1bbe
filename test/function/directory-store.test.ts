import { execFileSync } from 'node:child_process'
import { chmodSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { directoryStore } from '../../function/directory-store.ts'

const SERVICE = { project: 'p', stage: 'dev', service: 'svc' }

const setUp = (t: Test, tree: Parameters<Test['testdir']>[0]) => {
  const dir = t.testdir(tree)
  const store = directoryStore(dir)
  const text = async (...args: Parameters<typeof store.get>) => {
    const content = await store.get(...args)
    return content && Buffer.from(content).toString()
  }
  return { dir, store, text }
}

t.test('project, stage and service have their folders', async (t) => {
  const { store, text } = setUp(t, {
    p: {
      'a.txt': 'project',
      dev: { 'a.txt': 'stage', svc: { 'a.txt': 'service', d: { b: '1' } } },
    },
    'a.txt': 'nobody',
  })
  t.equal(await text(SERVICE, 'a.txt'), 'service')
  t.equal(await text(SERVICE, '/a.txt'), 'service')
  t.equal(await text({ project: 'p', stage: 'dev' }, 'a.txt'), 'stage')
  t.equal(await text({ project: 'p' }, 'a.txt'), 'project')
  t.equal(await text({ ...SERVICE, service: 'other' }, 'a.txt'), undefined)
  t.equal(await text({ project: 'p', stage: 'prod' }, 'a.txt'), undefined)
  t.strictSame(await store.list(SERVICE), ['a.txt', 'd/b'])
  t.strictSame(await store.list({ ...SERVICE, service: 'other' }), [])
})

t.test('without a folder for the project there is one for all', async (t) => {
  const { store, text } = setUp(t, { job: { 'config.yaml': 'all' } })
  for (const scope of [SERVICE, { project: '', stage: '', service: '' }]) {
    t.equal(await text(scope, 'job/config.yaml'), 'all')
    t.strictSame(await store.list(scope), ['job/config.yaml'])
  }
  const { project, stage } = SERVICE
  t.equal(await text({ project, stage }, 'job/config.yaml'), undefined)
  t.equal(await text({ project }, 'job/config.yaml'), undefined)
  t.strictSame(await store.list({ project }), [])
})

t.test('a directory or nothing is not found', async (t) => {
  const { text } = setUp(t, { job: { 'config.yaml': 'x' }, empty: '' })
  for (const uri of ['job', 'nope', 'job/config.yaml/x', '', 'x'.repeat(300)])
    t.equal(await text(SERVICE, uri), undefined, uri)
  t.equal(await text(SERVICE, 'empty'), '')
})

t.test('a directory that does not exist holds nothing', async (t) => {
  const store = directoryStore(join(t.testdir({}), 'nope'))
  t.equal(await store.get(SERVICE, 'a'), undefined)
  t.strictSame(await store.list(SERVICE), [])
})

t.test('no name leads out of it', async (t) => {
  const { dir } = setUp(t, {
    in: { a: '1', p: { dev: { svc: { a: '2' } } } },
    'secret.txt': 'secret',
  })
  const store = directoryStore(join(dir, 'in'))
  for (const uri of [
    '../secret.txt',
    '/../secret.txt',
    'p/../../secret.txt',
    '..',
    './a',
    'p//a',
    '\0',
    join(dir, 'secret.txt'),
  ])
    t.equal(await store.get({ ...SERVICE, project: 'x' }, uri), undefined, uri)
  for (const scope of [
    { project: '..', stage: 'in', service: 'p' },
    { project: 'p', stage: '..', service: '..' },
    { project: 'p', stage: 'dev/svc', service: '' },
  ])
    t.equal(await store.get(scope, 'secret.txt'), undefined)
  const { project, stage } = { project: 'p', stage: '..' }
  t.equal(await store.get({ project, stage }, 'a'), undefined)
})

t.test('no link leads out of it', async (t) => {
  const { dir } = setUp(t, {
    in: { a: '1' },
    out: { 'secret.txt': 'secret' },
    'in-beside': { 'secret.txt': 'secret' },
  })
  symlinkSync('../out', join(dir, 'in/folder'))
  symlinkSync('../out/secret.txt', join(dir, 'in/file'))
  symlinkSync('../in-beside/secret.txt', join(dir, 'in/beside'))
  symlinkSync('..', join(dir, 'in/up'))
  symlinkSync('.', join(dir, 'in/circle'))
  symlinkSync('nowhere', join(dir, 'in/dangling'))
  const store = directoryStore(join(dir, 'in'))
  for (const uri of [
    'folder/secret.txt',
    'file',
    'beside',
    'up/out/secret.txt',
    'dangling',
  ])
    t.equal(await store.get(SERVICE, uri), undefined, uri)
  t.strictSame(await store.list(SERVICE), ['a'])
})

t.test('a mounted ConfigMap', async (t) => {
  const { dir, store, text } = setUp(t, {
    '..2026_01_01': { 'config.yaml': 'x', 'b.txt': 'y' },
  })
  symlinkSync('..2026_01_01', join(dir, '..data'))
  symlinkSync('..data/config.yaml', join(dir, 'config.yaml'))
  symlinkSync('..data/b.txt', join(dir, 'b.txt'))
  t.equal(await text(SERVICE, 'config.yaml'), 'x')
  t.strictSame(await store.list(SERVICE), ['b.txt', 'config.yaml'])
  t.equal(await text(SERVICE, '..data/config.yaml'), undefined)
})

t.test('what is no file is neither read nor listed', async (t) => {
  const { dir, store } = setUp(t, { a: '1' })
  execFileSync('mkfifo', [join(dir, 'pipe')])
  t.equal(await store.get(SERVICE, 'pipe'), undefined)
  t.strictSame(await store.list(SERVICE), ['a'])
})

t.test(
  'a file that cannot be read is an error',
  { skip: process.getuid?.() === 0 && 'root reads everything' },
  async (t) => {
    const { dir, store } = setUp(t, { a: '1' })
    chmodSync(join(dir, 'a'), 0)
    await t.rejects(store.get(SERVICE, 'a'), {
      name: 'StoreError',
      message: /cannot read/,
    })
  },
)
