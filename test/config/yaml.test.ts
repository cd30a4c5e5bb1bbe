import t from 'tap'
import { MAX_BYTES, readYaml } from '../../config/yaml.ts'
import type { YamlNode } from '../../config/yaml.ts'

const root = (text: string | Uint8Array): YamlNode | undefined => {
  const { root, problems } = readYaml(text)
  if (problems[0] !== undefined) throw new Error(problems[0].message)
  return root
}

const scalar = (text: string, line: number, plain = true): YamlNode => ({
  kind: 'scalar',
  text,
  plain,
  tag: '',
  line,
})

t.test('a tree of nodes with lines', (t) => {
  t.strictSame(root('# c\na:\n  - b\n  - "c"\n'), {
    kind: 'map',
    line: 2,
    entries: [
      {
        key: scalar('a', 2),
        value: {
          kind: 'list',
          line: 3,
          items: [scalar('b', 3), scalar('c', 4, false)],
        },
      },
    ],
  })
  t.end()
})

t.test('lines may end as they like', (t) => {
  for (const text of ['a:\n\nb', 'a:\r\n\r\nb', 'a:\r\rb']) {
    const { problems } = readYaml(`${text}: [`)
    t.ok((problems[0]?.line ?? 0) >= 3, JSON.stringify(text))
  }
  t.end()
})

t.test('an alias refers to its node', (t) => {
  const read = root('- &x a\n- *x\n')
  t.ok(read?.kind === 'list' && read.items[1]?.kind === 'alias')
  if (read?.kind === 'list' && read.items[1]?.kind === 'alias') {
    t.equal(read.items[1].target, read.items[0])
  }
  t.end()
})

t.test('tags are given in their long form', (t) => {
  const tags: [text: string, tag: string, plain: boolean][] = [
    ['!!str 5', 'tag:yaml.org,2002:str', true],
    ['!<tag:yaml.org,2002:int> 5', 'tag:yaml.org,2002:int', true],
    ['!own 5', '!own', true],
    ['! 5', '', false],
  ]
  for (const [text, tag, plain] of tags) {
    t.match(root(text), { text: '5', tag, plain }, text)
  }
  t.end()
})

t.test('an empty document has no content', (t) => {
  for (const text of ['', '\n', '# only a comment\n', '...\n']) {
    t.equal(root(text), undefined, JSON.stringify(text))
  }
  t.match(root('---\n'), { text: '', plain: true }, 'begun, but empty')
  t.end()
})

t.test('only the first document is read, with a warning', (t) => {
  const { root, warnings } = readYaml('a\n---\nb: [\n')
  t.match(root, { text: 'a' })
  t.match(warnings, [{ code: 'second-document', line: 2 }])
  for (const text of ['--- \na\n', '# c\n---\na', '%YAML 1.1\n---\na\n...\n']) {
    const read = readYaml(text)
    t.match(read.root, { text: 'a' }, JSON.stringify(text))
    t.strictSame(read.warnings, [], JSON.stringify(text))
  }
  t.end()
})

t.test('text may come as bytes', (t) => {
  t.match(root(new TextEncoder().encode('ä')), { text: 'ä' }, 'UTF-8')
  t.match(root(Buffer.from('\ufeffä', 'utf8')), { text: 'ä' }, 'with a BOM')
  t.match(root(Buffer.from('\ufeffä', 'utf16le')), { text: 'ä' }, 'UTF-16')
  t.match(readYaml(Buffer.from([0xff, 0x41])).problems, [
    { code: 'yaml-encoding' },
  ])
  t.end()
})

const ends: [text: string, value: string][] = [
  ['|\n  a', 'a'],
  ['|\n  a\n', 'a\n'],
  ['|\n  a\n  ', 'a\n'],
  ['|\n  a\n    ', 'a\n  '],
  ['|+\n  a', 'a'],
  ['|+\n  a\n\n  ', 'a\n\n'],
  ['|-\n  a', 'a'],
  ['|\r\n  a\r\n', 'a\n'],
  ['>\n  a\n  b', 'a b'],
  ['>\n  a\n  b\n', 'a b\n'],
  ['>+\n  a\n\n', 'a\n\n'],
  ['|', ''],
  ['|+\n   ', ''],
  ['"a\\n"', 'a\n'],
]

t.test('a block has no line end where the file has none', (t) => {
  for (const [text, value] of ends) {
    const read = root(`- ${text}`)
    const [item] = read?.kind === 'list' ? read.items : []
    t.equal(item?.kind === 'scalar' && item.text, value, JSON.stringify(text))
  }
  t.end()
})

const refused: [name: string, text: string, code: string, line?: number][] = [
  ['syntax', 'a: b\nc: d: e', 'yaml-syntax', 2],
  ['a tab that indents', 'a:\n\t- b', 'yaml-syntax', 2],
  ['a tab after a dash', 'a:\n- \t[b]', 'yaml-syntax', 2],
  ['a tab before text', 'a:\n- \tb', 'yaml-syntax', 2],
  ['a tab instead of a blank', '-\tb: c', 'yaml-syntax', 1],
  ['a control character', 'a: b\n\u0000', 'yaml-syntax', 2],
  ['an unknown anchor', 'a: b\nc: *x', 'yaml-anchor', 2],
  ['an anchor of later', 'a: *x\nb: &x c', 'yaml-anchor', 1],
  ['another version', '%YAML 1.2\n---\na', 'yaml-version', 1],
  ['depth', '['.repeat(200), 'yaml-syntax', 1],
  ['size', 'a'.repeat(MAX_BYTES + 1), 'too-large'],
  ['number of lines', 'a: b\n'.repeat(30_000), 'too-large'],
]

t.test('what cannot be read is told', (t) => {
  for (const [name, text, code, line] of refused) {
    const { root, problems } = readYaml(text)
    t.equal(root, undefined, name)
    t.match(problems, [{ code, ...(line === undefined ? {} : { line }) }], name)
    t.equal(problems.length, 1, name)
  }
  t.match(readYaml('a:\n\t- b').problems[0]?.message, /tab.*use spaces/)
  t.ok(root('a'.repeat(MAX_BYTES)), 'the limit itself is allowed')
  t.end()
})
