import t from 'tap'
import { parseConfig } from '../../config/parse.ts'
import type { Dialect } from '../../config/schema.ts'
import { corpus } from './corpus.ts'
import { differences } from './parse-differences.ts'
import { normalised, toModel } from './original.ts'
import type { OriginalConfig } from './original.ts'

interface Outcome {
  ok: boolean
  error?: string
  config?: OriginalConfig
}

interface Row {
  name: string
  text: string
  dialect: Dialect
  want: Outcome
}

const RELEASES: Record<Dialect, string> = {
  seed: '0.1.0',
  v1: '0.1.2',
  v2: '0.2.5',
}

/** A file is judged by the release whose dialect it is written in. */
const ownDialect = (text: string): Dialect => {
  const version = /^\{?"?apiVersion"?: ?"?([^\s",]*)/m.exec(text)?.[1]
  if (version === undefined || version === '~') return 'seed'
  return version === 'v1' ? 'v1' : 'v2'
}

const published = (): Row[] => {
  const texts = new Map(
    corpus<{ name: string; text: string }>('configs.json').map(
      ({ name, text }) => [name, text],
    ),
  )
  return corpus<{
    name: string
    config: string
    want: Record<string, Outcome>
  }>('parse.json').map(({ name, config, want }) => {
    const text = texts.get(config)
    if (text === undefined) throw new Error(`no config ${config}`)
    const dialect = ownDialect(text)
    const outcome = want[RELEASES[dialect]]
    if (outcome === undefined) throw new Error(`no outcome for ${name}`)
    return { name, text, dialect, want: outcome }
  })
}

const table = (file: string, dialect: Dialect): Row[] =>
  corpus<{ name: string; text: string; want: Outcome }>(file).map((row) => ({
    ...row,
    dialect,
  }))

const securityContexts = (): Row[] =>
  corpus<{ name: string; task: string; want: Outcome }>(
    'tables/security_context_errors.json',
  ).map(({ name, task, want }) => ({
    name,
    text: `apiVersion: v2\nactions:\n- name: a\n  tasks:\n  - name: t\n    securityContext:\n      ${task}\n`,
    dialect: 'v2',
    want,
  }))

const rows: Row[] = [
  ...published(),
  ...table('tables/parse_snippets_v0.json', 'seed'),
  ...table('tables/parse_snippets_v1.json', 'v1'),
  ...table('tables/parse_snippets.json', 'v2'),
  ...securityContexts(),
]

/** `ok` with the model, or not: the texts of errors are our own. */
const wanted = ({ want, dialect }: Row): unknown => {
  if (!want.ok) return { ok: false }
  if (want.config === undefined) return { ok: true }
  return { ok: true, config: comparable(toModel(want.config, dialect)) }
}

const got = ({ text, want }: Row): unknown => {
  const parsed = parseConfig(text)
  if ('problems' in parsed) return { ok: false }
  if (want.ok && want.config === undefined) return { ok: true }
  return { ok: true, config: comparable(parsed.config) }
}

const comparable = ({ actions }: ReturnType<typeof toModel>): unknown =>
  actions.map((action) => ({
    ...action,
    tasks: action.tasks.map((task) => normalised({ ...task })),
  }))

t.test('every published and constructed file means what it meant', (t) => {
  for (const row of rows) {
    const reason = differences.get(row.name)
    if (reason === undefined) t.strictSame(got(row), wanted(row), row.name)
    else t.notSame(got(row), wanted(row), `${row.name} differs: ${reason}`)
  }
  t.end()
})

t.test('every listed difference is a row', (t) => {
  const names = new Set(rows.map(({ name }) => name))
  for (const name of differences.keys()) t.ok(names.has(name), name)
  t.end()
})
