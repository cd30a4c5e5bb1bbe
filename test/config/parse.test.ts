import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { parseConfig } from '../../config/parse.ts'
import type { Problem } from '../../config/problem.ts'

const problemsOf = (text: string | Uint8Array): Problem[] => {
  const parsed = parseConfig(text)
  return 'problems' in parsed ? parsed.problems : []
}

t.test('a file becomes the model', (t) => {
  const text = `
apiVersion: v2
actions:
  - name: Run locust
    events:
      - name: sh.keptn.event.test.triggered
        jsonpath: {property: $.data.test.teststrategy, match: health}
    tasks:
      - name: smoke
        image: locustio/locust
        cmd: [locust]
        args: [-f, /keptn/locust/basic.py]
`
  t.strictSame(parseConfig(text), {
    dialect: 'v2',
    warnings: [],
    config: {
      actions: [
        {
          name: 'Run locust',
          silent: false,
          events: [
            {
              name: 'sh.keptn.event.test.triggered',
              syntax: 're2',
              jsonpath: {
                property: '$.data.test.teststrategy',
                match: 'health',
              },
            },
          ],
          tasks: [
            {
              name: 'smoke',
              files: [],
              image: 'locustio/locust',
              env: [],
              command: ['locust'],
              args: ['-f', '/keptn/locust/basic.py'],
            },
          ],
        },
      ],
    },
  })
  t.end()
})

t.test('all problems are told at once, in file order', (t) => {
  const text = `apiVersion: v2
actions:
  - name: a
    name: b
    event: x
    tasks:
      - image: [a]
        maxPollDuration: "10"
`
  t.same(
    problemsOf(text).map(({ code, line, path }) => [code, line, path]),
    [
      ['duplicate-key', 4, 'actions[0].name'],
      ['unknown-key', 5, 'actions[0].event'],
      ['type', 7, 'actions[0].tasks[0].image'],
      ['type', 8, 'actions[0].tasks[0].maxPollDuration'],
    ],
  )
  t.end()
})

t.test('the first dialect ignores what it does not know', (t) => {
  const parsed = parseConfig('actions:\n- silent: true\n  name: a\n')
  t.match(parsed, {
    dialect: 'seed',
    config: { actions: [{ name: 'a', silent: false }] },
    warnings: [{ code: 'unknown-key', line: 2, path: 'actions[0].silent' }],
  })
  t.end()
})

t.test('there are never more problems than anybody reads', (t) => {
  const keys = Array.from({ length: 5000 }, (_, i) => `k${i}: x`).join('\n')
  t.equal(problemsOf(`apiVersion: v2\n${keys}`).length, 100)
  const args = '{a: b},'.repeat(5000)
  const text = `apiVersion: v2\nactions: [{tasks: [{args: [${args}]}]}]`
  t.equal(problemsOf(text).length, 100)
  t.end()
})

t.test('never throws, whatever the text', (t) => {
  const piece = fc.constantFrom(
    ...['actions:', 'apiVersion: v2', 'tasks:', 'cmd:', 'name: ', '- ', '  '],
    ...['\n', '[', ']', '{', '}', ',', ': ', '"', "'", '&a ', '*a', '!!int '],
    ...['|', '>', '<<: ', '? ', '~', '1', '__proto__: ', 'constructor: ', '\t'],
    ...['--- ', '# ', '%', '\\', '\u0000', '\ud800', 'ä'],
  )
  const text = fc.array(piece, { maxLength: 60 }).map((all) => all.join(''))
  fc.assert(
    fc.property(fc.oneof(text, fc.string(), fc.uint8Array()), (input) => {
      const parsed = parseConfig(input)
      return 'problems' in parsed ? parsed.problems.length > 0 : true
    }),
    { numRuns: 2000 },
  )
  t.pass('2000 texts')
  t.end()
})

t.test('keys with a meaning in JavaScript have none here', (t) => {
  const text = 'annotations: {__proto__: a, constructor: b, toString: c}'
  const parsed = parseConfig(`apiVersion: v2\nactions: [{tasks: [{${text}}]}]`)
  const annotations =
    'config' in parsed ? parsed.config.actions[0]?.tasks[0]?.annotations : {}
  t.strictSame(Object.entries(annotations ?? {}), [
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['toString', 'c'],
  ])
  t.match(problemsOf('apiVersion: v2\n__proto__: a\n'), [
    { code: 'unknown-key', path: '__proto__' },
  ])
  t.end()
})

/** An idle machine needs 140 at most; this leaves room for a busy one. */
const LIMIT = 400

t.test('a hostile text costs no more than any other', (t) => {
  const script = join(import.meta.dirname, 'hostile-cost.ts')
  // By the environment a child is told to count as well.
  const output = execFileSync('env', ['-i', process.execPath, script], {
    timeout: 50_000,
  })
  const costs = String(output).trim().split('\n')
  t.ok(costs.length > 20)
  for (const line of costs) {
    const [name, milliseconds] = line.split('\t')
    t.ok(Number(milliseconds) < LIMIT, `${name}: ${milliseconds} ms`)
  }
  t.end()
})
