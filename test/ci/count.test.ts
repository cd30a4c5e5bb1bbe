import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'

const count = (broken: number, files: Record<string, string>) => {
  const dir = t.testdir(files)
  return execFileSync(
    join(import.meta.dirname, '../../.ci/count'),
    [String(broken), ...Object.keys(files).map((file) => join(dir, file))],
    { encoding: 'utf8' },
  ).trim()
}

const cases: [string, number, Record<string, string>, string][] = [
  [
    'adds what each run counted',
    0,
    {
      a: 'ok 1\n# { total: 5, pass: 5 }\n# time=1ms\n',
      b: '# { total: 9, pass: 6, fail: 1, todo: 1, skip: 1 }\n',
    },
    '11 passed, 1 failed',
  ],
  ['counts a part that broke as a failure', 2, { a: '' }, '0 passed, 2 failed'],
  [
    'does not read totals out of what a test printed',
    0,
    { a: '    # { total: 7, pass: 7 }\n# { total: 1, pass: 1 }\n' },
    '1 passed, 0 failed',
  ],
  [
    'reads on behind bytes that are no text',
    0,
    { a: '\0\xff# not text\n# { total: 3, pass: 3 }\n' },
    '3 passed, 0 failed',
  ],
  ['takes a missing file for no results', 0, {}, '0 passed, 0 failed'],
]
for (const [name, broken, files, total] of cases)
  t.test(name, async (t) => {
    t.equal(count(broken, files), total)
  })
