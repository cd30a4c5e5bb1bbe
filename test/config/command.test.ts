import fc from 'fast-check'
import t from 'tap'
import { splitCommand } from '../../config/command.ts'
import { corpus } from './corpus.ts'

const cases: [name: string, text: string, words: string[]][] = [
  ['words', 'locust -f a.py', ['locust', '-f', 'a.py']],
  ['several blanks are one', 'a  b', ['a', 'b']],
  ['blanks at both ends are none', ' a ', ['a']],
  ['tabs and line ends separate', 'a\tb\nc', ['a', 'b', 'c']],
  ['a no-break space does not', 'a\u00a0b', ['a\u00a0b']],
  ['double quotes', 'sh -c "echo hi"', ['sh', '-c', 'echo hi']],
  ['single quotes', "sh -c 'echo hi'", ['sh', '-c', 'echo hi']],
  ['quotes inside of a word', 'a="b c"d', ['a=b cd']],
  ['quotes inside of quotes', `"it's" 'a "b"'`, ["it's", 'a "b"']],
  ['an empty word', `a '' ""`, ['a', '', '']],
  ['nothing', '', []],
  ['only blanks', ' \n', []],
  ['an escaped blank', 'a\\ b', ['a b']],
  ['an escaped quote', '\\"a "b\\"c"', ['"a', 'b"c']],
  ['a backslash in double quotes', '"a\\nb"', ['a\\nb']],
  ['a backslash in single quotes', "'a\\'", ['a\\']],
  ['a line that goes on', 'a \\\n  b', ['a', 'b']],
  ['a backslash at the end', 'a\\', ['a\\']],
  ['globs stay', 'ls *.py {a,b} ~', ['ls', '*.py', '{a,b}', '~']],
  ['pipes stay', 'a | b > c', ['a', '|', 'b', '>', 'c']],
  ['Kubernetes variables stay', '$(HOST) $$(A)', ['$(HOST)', '$$(A)']],
  ['a lone quote stays', "echo it's", ['echo', "it's"]],
  ['a lone quote joins nothing', 'echo "a b', ['echo', '"a', 'b']],
]

t.test('splits as a shell does', (t) => {
  for (const [name, text, words] of cases) {
    t.strictSame(splitCommand(text).words, words, name)
  }
  t.end()
})

t.test('tells a quote that has no partner', (t) => {
  t.equal(splitCommand(`echo it's`).loneQuote, "'")
  t.equal(splitCommand(`echo "it`).loneQuote, '"')
  t.equal(splitCommand(`echo "it's"`).loneQuote, undefined)
  t.end()
})

const variables: [name: string, text: string, words: string[]][] = [
  ['$NAME', '--host=$HOST', ['--host=$(HOST)']],
  ['${NAME}', 'http://${HOST}:80', ['http://$(HOST):80']],
  ['in double quotes', '"a $HOST"', ['a $(HOST)']],
  ['not in single quotes', "'$HOST'", ['$HOST']],
  ['not escaped', '\\$HOST "\\$HOST"', ['$HOST', '$HOST']],
  ['not undeclared', '$OTHER ${OTHER}', ['$OTHER', '${OTHER}']],
  ['not the start of a longer name', '$HOSTNAME', ['$HOSTNAME']],
  ['not with an operator', '${HOST:-a}', ['${HOST:-a}']],
  ['beside other text', '$HOST/$HOST', ['$(HOST)/$(HOST)']],
  ['already for Kubernetes', '$(HOST)', ['$(HOST)']],
]

t.test('declared variables become those of Kubernetes', (t) => {
  for (const [name, text, words] of variables) {
    t.strictSame(splitCommand(text, new Set(['HOST'])).words, words, name)
  }
  t.strictSame(splitCommand('$HOST').words, ['$HOST'], 'none is declared')
  t.end()
})

/** The original cuts at every single blank, and knows no quotes. */
const differences: ReadonlyMap<string, string[]> = new Map([
  ['cmd_split_v0-002', []],
  ['cmd_split_v0-006', ['a', 'b']],
  ['cmd_split_v0-007', ['lead']],
  ['cmd_split_v0-008', ['trail']],
  ['cmd_split_v0-010', ['sh', '-c', 'echo hi']],
  ['cmd_split_v0-011', ['a', 'b']],
  ['cmd_split_v0-012', ['a', 'b']],
  ['cmd_split_v0-015', ['a=b', 'c=d e']],
])

t.test('agrees with the original but for blanks and quotes', (t) => {
  const rows = corpus<{ name: string; cmd: string; want: string[] }>(
    'tables/cmd_split_v0.json',
  )
  for (const { name, cmd, want } of rows) {
    const ours = differences.get(name)
    const { words } = splitCommand(cmd)
    t.strictSame(words, ours ?? want, name)
    if (ours !== undefined) t.notSame(words, want, `${name} still differs`)
  }
  const names = rows.map(({ name }) => name)
  for (const name of differences.keys()) t.ok(names.includes(name), name)
  t.end()
})

t.test('any words can be quoted', (t) => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
      t.strictSame(splitCommand(quoted.join(' ')).words, words)
    }),
    { numRuns: 200 },
  )
  t.end()
})
