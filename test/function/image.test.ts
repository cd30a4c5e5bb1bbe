import t from 'tap'
import {
  isImageAllowed,
  normalizeImage,
  readAllowedImages,
} from '../../function/image.ts'
import { corpus } from './corpus.ts'

interface Row {
  name: string
  list: string
  image: string
  want: boolean | { error: string }
}

/** Where we differ from the original on purpose: see config/README.md. */
const differences: Record<string, boolean> = {
  // The original lets one single-character pattern match no character.
  '?|': false,
  // The full reference counts as well as what is written.
  'docker.io/*,ghcr.io/o/i:*,ghcr.io/u/i:1.2.3|ghcr.io/o/i': true,
  '*.*.*|1.2': true,
}

const differs = (row: Row) => differences[`${row.list}|${row.image}`]

for (const row of corpus<Row>('tables/image_allow_list'))
  t.test(`${row.name}: ${row.image} by ${row.list}`, async (t) => {
    const judge = () => isImageAllowed(readAllowedImages(row.list), row.image)
    if (typeof row.want === 'object') return void t.throws(judge)
    t.equal(judge(), differs(row) ?? row.want)
    t.not(differs(row), row.want, 'a difference that is none')
  })

const full = [
  ['alpine', 'docker.io/library/alpine:latest'],
  ['alpine:3', 'docker.io/library/alpine:3'],
  ['alpine@sha256:abc', 'docker.io/library/alpine@sha256:abc'],
  ['team/app', 'docker.io/team/app:latest'],
  ['docker.io/alpine', 'docker.io/library/alpine:latest'],
  ['index.docker.io/alpine', 'docker.io/library/alpine:latest'],
  ['ghcr.io/o/app', 'ghcr.io/o/app:latest'],
  ['ghcr.io/app:1', 'ghcr.io/app:1'],
  ['localhost/app', 'localhost/app:latest'],
  ['registry:5000/app', 'registry:5000/app:latest'],
  ['registry:5000/a/b:1@sha256:c', 'registry:5000/a/b:1@sha256:c'],
  ['Registry/app', 'Registry/app:latest'],
  ['', ''],
  ['no image', 'no image'],
]
for (const [image = '', want] of full)
  t.equal(normalizeImage(image), want, `${image} in full`)

const allowed: [string, string, boolean][] = [
  ['docker.io/*', 'alpine', true],
  ['docker.io/library/*', 'alpine', true],
  ['docker.io/library/alpine:latest', 'alpine', true],
  ['docker.io/library/alpine:3.*', 'alpine:3.18', true],
  ['docker.io/library/*', 'team/app', false],
  ['docker.io/*', 'quay.io/docker.io/x', false],
  ['alpine:[!3]', 'alpine:4', true],
  ['alpine:[!3]', 'alpine:3', false],
  ['alpine:[1-3]', 'alpine:2', true],
  ['alpine:[1-3]', 'alpine:4', false],
  ['a.b', 'a-b', false],
  ['*', '', true],
]
for (const [list, image, want] of allowed)
  t.equal(
    isImageAllowed(readAllowedImages(list), image),
    want,
    `${image} is ${want ? 'in' : 'not in'} ${list}`,
  )

for (const list of ['a,[', '[z-a]', '[]', '[!]', '[a-cx]', 'x[a'])
  t.throws(() => readAllowedImages(list), /is no glob/, `${list} is refused`)

t.test('no list can hang', async (t) => {
  const list = readAllowedImages('a*'.repeat(200) + 'b')
  const begin = performance.now()
  t.notOk(isImageAllowed(list, 'a'.repeat(5000)))
  t.ok(performance.now() - begin < 5000)
})
