import {
  chmodSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import t from 'tap'
import { copyTree } from '../../function/copy-tree.ts'

/** A directory laid out as kubelet lays out a projected volume. */
const volume = (root: string, files: Record<string, string>) => {
  const data = join(root, '..2026_11_24')
  mkdirSync(data, { recursive: true })
  symlinkSync('..2026_11_24', join(root, '..data'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(data, path, '..'), { recursive: true })
    writeFileSync(join(data, path), text)
    const [top = ''] = path.split('/')
    try {
      symlinkSync(`..data/${top}`, join(root, top))
    } catch {
      // Another file of the same directory linked it.
    }
  }
  return root
}

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

t.test('copies files and directories, without the volume itself', (t) => {
  const dir = t.testdir({})
  const from = volume(join(dir, 'bundle'), {
    'locust/basic.py': 'basic',
    'locust/lib/import.py': 'import',
    'hello.txt': 'hello',
  })
  const to = join(dir, 'keptn')
  t.equal(copyTree(from, to), 3)
  t.equal(readFileSync(join(to, 'locust/basic.py'), 'utf8'), 'basic')
  t.equal(readFileSync(join(to, 'locust/lib/import.py'), 'utf8'), 'import')
  t.equal(readFileSync(join(to, 'hello.txt'), 'utf8'), 'hello')
  t.notOk(statSync(join(to, '..data'), { throwIfNoEntry: false }))
  t.ok(statSync(join(to, 'locust')).isDirectory())
  t.end()
})

t.test('gives modes by the owner of the source, not by the umask', (t) => {
  const dir = t.testdir({})
  const from = volume(join(dir, 'bundle'), { 'bin/run.sh': '#', 'a.txt': 'a' })
  chmodSync(join(from, 'bin/run.sh'), 0o500)
  chmodSync(join(from, 'a.txt'), 0o440)
  const to = join(dir, 'keptn')
  const umask = process.umask(0o077)
  t.teardown(() => process.umask(umask))
  copyTree(from, to)
  t.equal(mode(join(to, 'bin')), '755')
  t.equal(mode(join(to, 'bin/run.sh')), '755')
  t.equal(mode(join(to, 'a.txt')), '644')
  t.end()
})

t.test('copies again over an earlier copy', (t) => {
  const dir = t.testdir({ bundle: { a: 'new' }, keptn: { a: 'old, longer' } })
  t.equal(copyTree(join(dir, 'bundle'), join(dir, 'keptn')), 1)
  t.equal(readFileSync(join(dir, 'keptn/a'), 'utf8'), 'new')
  t.end()
})

t.test('keeps bytes as they are', (t) => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
  const dir = t.testdir({ bundle: { bytes } })
  copyTree(join(dir, 'bundle'), join(dir, 'keptn'))
  t.same(readFileSync(join(dir, 'keptn/bytes')), bytes)
  t.end()
})

const refused: [string, object, RegExp][] = [
  [
    'a link out of the bundle',
    { secret: 's', bundle: { a: t.fixture('symlink', '../secret') } },
    /a leads out of .*bundle/,
  ],
  [
    'a link to a neighbour whose name begins like the bundle',
    {
      bundle2: { a: 's' },
      bundle: { a: t.fixture('symlink', '../bundle2/a') },
    },
    /leads out of/,
  ],
  [
    'a link back to a directory above',
    { bundle: { a: { b: t.fixture('symlink', '../../bundle/a') } } },
    /leads back to/,
  ],
  [
    'a link in the place of a file',
    {
      bundle: { a: 'a' },
      other: 'o',
      keptn: { a: t.fixture('symlink', '../other') },
    },
    /symbolic link: not written through/,
  ],
  [
    'a link in the place of a directory',
    {
      bundle: { a: { b: 'b' } },
      other: {},
      keptn: { a: t.fixture('symlink', '../other') },
    },
    /symbolic link: not written through/,
  ],
]
for (const [name, tree, message] of refused) {
  t.test(`refuses ${name}`, (t) => {
    const dir = t.testdir(tree as Record<string, string>)
    t.throws(() => copyTree(join(dir, 'bundle'), join(dir, 'keptn')), {
      message,
    })
    t.end()
  })
}

t.test('refuses what is neither file nor directory', (t) => {
  const dir = t.testdir({ bundle: {} })
  execFileSync('mkfifo', [join(dir, 'bundle/pipe')])
  t.throws(() => copyTree(join(dir, 'bundle'), join(dir, 'keptn')), {
    message: /pipe is neither a file nor a directory/,
  })
  t.end()
})
