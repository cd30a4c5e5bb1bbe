import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { settingsTable } from '../../function/settings-table.ts'

/** What the docs name is there. */
const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const readme = read('knative/README.md')
const security = read('knative/SECURITY.md')

t.test('each claim on security names tests that there are', async (t) => {
  const claims = [
    ...security.matchAll(
      /`(test\/[^`]+)`: ([^|]*?)(?=\s*(?:·\s*`test|`test|\||\n\n|\n\*|$))/g,
    ),
  ]
  t.ok(claims.length > 20)
  for (const [, path, cases] of claims) {
    const text = read(path!).toLowerCase().replaceAll(/\s+/g, ' ')
    for (const name of cases!.split('·'))
      t.ok(
        text.includes(name.trim().replaceAll(/\s+/g, ' ').toLowerCase()),
        `${path}: ${name.trim()}`,
      )
  }
})

t.test('every overlay and every object is told of', async (t) => {
  for (const overlay of readdirSync(join(root, 'knative/overlays')))
    t.match(readme, `| ${overlay} |`)
  for (const file of readdirSync(join(root, 'knative/base')))
    if (/^\d/.test(file)) t.match(readme, `| ${file.replace('.yaml', '')} |`)
})

t.test('paths and settings in the docs are there', async (t) => {
  for (const text of [readme, security]) {
    for (const [, path] of text.matchAll(
      /`((?:overlays|components)\/[-a-z]+)`/g,
    ))
      t.ok(existsSync(join(root, 'knative', path!)), path!)
    for (const [, name] of text.matchAll(/`([A-Z]+(?:_[A-Z]+)+)[`=]/g))
      t.ok(name! in settingsTable, name!)
  }
})
