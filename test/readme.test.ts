import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { lintConfig } from '../config/lint.ts'
import { cli } from '../function/cli/cli.ts'
import { settingsMarkdown } from '../function/settings-doc.ts'

const readme = readFileSync('README.md', 'utf8')

/** The fenced blocks of a language. */
const blocks = (language: string): string[] =>
  [
    ...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms')),
  ].map(([, text]) => text!)

t.test(
  'every config of the README is valid and gives no warning',
  async (t) => {
    const configs = blocks('yaml').filter((text) =>
      text.startsWith('# job/config.yaml'),
    )
    t.equal(configs.length, blocks('yaml').length, 'no other YAML')
    t.ok(configs.length >= 3)
    for (const text of configs)
      t.strictSame(
        lintConfig(text),
        { problems: [], warnings: [] },
        text.split('\n').slice(0, 4).join(' '),
      )
  },
)

t.test('every command line of the README works', async (t) => {
  const lines = blocks('console').flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('$ npx job-executor '))
      .map((line) => line.slice('$ npx job-executor '.length)),
  )
  t.ok(lines.length >= 3)
  for (const line of lines) {
    const out: string[] = []
    const code = await cli(line.split(' '), {
      out: (text) => out.push(text),
      err: (text) => out.push(text),
      paint: (_format, text) => text,
      env: {},
      signal: new AbortController().signal,
    })
    t.equal(code, 0, `${line}\n${out.join('\n')}`)
  }
})

t.test('the scripts that the README names are there', async (t) => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    scripts: Record<string, string>
  }
  const named = [...readme.matchAll(/npm run ([a-z0-9:-]+)/g)].map(
    ([, name]) => name!,
  )
  t.ok(named.length > 3)
  for (const name of [...named, 'start', 'test'])
    t.type(scripts[name], 'string', name)
})

t.test('the files that the README links are there', async (t) => {
  const links = [...readme.matchAll(/\]\(([^#)]+)\)/g)].map(([, link]) => link!)
  t.ok(links.length > 2)
  for (const link of links) t.ok(existsSync(link), link)
})

t.test('the table of settings is current', async (t) =>
  t.ok(readme.includes(settingsMarkdown()), 'node function/settings-doc.ts'),
)
