import t from 'tap'
import { readConfig } from '../../config/read.ts'

t.test('a valid file comes in its own form, with lines', (t) => {
  const read = readConfig('apiVersion: v2\nactions:\n- name: 1.50\n')
  t.match(read, {
    dialect: 'v2',
    file: { actions: [{ name: '1.50' }] },
    warnings: [],
  })
  if ('lines' in read) t.equal(read.lines.get('/actions/0/name'), 3)
  t.end()
})

const dialects: [yaml: string, dialect: string][] = [
  ['', 'seed'],
  ['~', 'seed'],
  ['actions: []', 'seed'],
  ['apiVersion: ~', 'seed'],
  ['apiVersion: v1', 'v1'],
  ['apiVersion: "v2"', 'v2'],
  ['{"apiVersion": "v2"}', 'v2'],
  ['<<: {apiVersion: v2}', 'v2'],
  ['apiVersion: v2\n<<: {apiVersion: v1}', 'v1'],
]

t.test('apiVersion says the dialect', (t) => {
  for (const [yaml, dialect] of dialects) {
    t.match(readConfig(yaml), { dialect }, JSON.stringify(yaml))
  }
  t.end()
})

t.test('any other apiVersion is refused, naming what is supported', (t) => {
  for (const version of ['v3', 'V2', '2', 'true', '""', '[v2]', '{a: b}']) {
    const read = readConfig(`# c\napiVersion: ${version}`)
    t.match(
      read,
      {
        problems: [
          {
            code: 'api-version',
            path: 'apiVersion',
            line: 2,
            message: /v1 or v2/,
          },
        ],
      },
      version,
    )
  }
  t.end()
})
