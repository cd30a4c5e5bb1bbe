import t from 'tap'
import { lintConfig } from '../../config/lint.ts'
import { corpus } from './corpus.ts'

const codes = (text: string): unknown[] =>
  lintConfig(text).warnings.map(({ code, line, path }) => [code, line, path])

t.test('a file without oddities has none', (t) => {
  const text = `apiVersion: v2
actions:
  - name: a
    events: [{name: sh.keptn.event.test.triggered}]
    tasks: [{name: t, image: alpine, cmd: [ls], args: [-l, a b]}]
`
  t.strictSame(lintConfig(text), { problems: [], warnings: [] })
  t.end()
})

t.test('what cannot be used is a problem', (t) => {
  t.match(lintConfig('apiVersion: v2\nfoo: 1'), {
    problems: [{ code: 'unknown-key', line: 2 }],
    warnings: [],
  })
  t.match(lintConfig('a: ['), { problems: [{ code: 'yaml-syntax' }] })
  t.end()
})

t.test('warnings have their place, in file order', (t) => {
  const text = `apiVersion: v2
actions:
  - name: a
    events: [{name: test}]
    tasks:
      - name: t
        image: alpine
        maxPollDuration: 0
      - name: t
        image: alpine
        cmd:
          - ls -la
  - name: a
    events: [{name: sh.keptn.event.test.triggered}]
    tasks: [{image: alpine}]
`
  t.strictSame(codes(text), [
    ['unanchored', 4, 'actions[0].events[0].name'],
    ['max-poll-duration', 8, 'actions[0].tasks[0].maxPollDuration'],
    ['same-name', 9, 'actions[0].tasks[1].name'],
    ['blank-in-command', 12, 'actions[0].tasks[1].cmd[0]'],
    ['same-name', 13, 'actions[1].name'],
  ])
  t.end()
})

t.test('what is missing has the place where it would be', (t) => {
  t.strictSame(codes('actions:\n- name: a'), [
    ['no-events', 2, 'actions[0].events'],
    ['no-tasks', 2, 'actions[0].tasks'],
  ])
  t.strictSame(codes('apiVersion: v2\n'), [['no-actions', 1, 'actions']])
  t.end()
})

t.test('warnings of reading are among them', (t) => {
  const text = 'actions: []\nfoo: 1\n---\na'
  t.strictSame(codes(text), [
    ['no-actions', 1, 'actions'],
    ['unknown-key', 2, 'foo'],
    ['second-document', 3, undefined],
  ])
  t.end()
})

t.test('a text of cmd is judged as it is split', (t) => {
  const warned = (cmd: string) =>
    lintConfig(
      `actions: [{events: [{name: e}], tasks: [{image: i, cmd: ${JSON.stringify(cmd)}}]}]`,
    ).warnings.map(({ code }) => code)
  t.strictSame(warned('ls -la'), [])
  t.strictSame(warned("echo it's"), ['lone-quote'])
  t.strictSame(warned('cat a | sort'), ['no-shell'])
  t.strictSame(warned('sh -c "cat a | sort"'), [])
  t.strictSame(warned(' '), ['empty-command'])
  t.end()
})

t.test('published files are nearly free of warnings', (t) => {
  const rows = corpus<{ text: string; kind: string }>('configs.json')
  const published = rows.filter(({ kind }) => kind === 'real')
  const warned = published.filter(
    ({ text }) => lintConfig(text).warnings.length > 0,
  )
  t.ok(warned.length > 0, 'some have')
  t.ok(warned.length < published.length / 4, `${warned.length} have`)
  t.end()
})
