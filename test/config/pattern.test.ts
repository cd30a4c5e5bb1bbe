import t from 'tap'

import { newPatternBudget, readPattern } from '../../config/pattern.ts'
import { corpus } from './corpus.ts'

type Syntax = 'glob' | 're2'

const matches = (name: string, syntax: Syntax, type: string): boolean => {
  const matcher = readPattern({ name, syntax })
  return typeof matcher === 'function' && matcher(type)
}

t.test('RE2 as in the original', (t) => {
  for (const { name, pattern, type, want } of corpus<{
    name: string
    pattern: string
    type: string
    want: boolean
  }>('tables/event_name.json')) {
    t.equal(matches(pattern, 're2', type), want, `${name}: ${pattern} ${type}`)
  }
  t.end()
})

const GLOBS: [pattern: string, type: string, matches: boolean][] = [
  ['sh.keptn.event.test.triggered', 'sh.keptn.event.test.triggered', true],
  ['sh.keptn.event.test.triggered', 'sh.keptn.event.test.triggered.x', false],
  ['sh.keptn.event.test.triggered', 'sh-keptn-event-test-triggered', false],
  ['sh.keptn.event.*.triggered', 'sh.keptn.event.test.triggered', true],
  ['sh.keptn.event.*.triggered', 'sh.keptn.event.dev.delivery.triggered', true],
  ['sh.keptn.event.*.triggered', 'sh.keptn.event.test.finished', false],
  ['*', 'sh.keptn.event.test.triggered', true],
  ['*', '.hidden', true],
  ['**', 'com.example/with.slash', true],
  ['com.acme.*', 'com.acme.build/finished', true],
  ['com.acme.*/finished', 'com.acme.build/x/finished', true],
  ['com.acme/b.*', 'com.acme/b.c', true],
  ['com.acme/b.*', 'com.acme.b.c', false],
  ['a//b', 'a/b', false],
  ['a//b', 'a//b', true],
  ['a/../b', 'b', false],
  ['', 'x', false],
  ['*.{test,deployment}.triggered', 'sh.keptn.event.test.triggered', true],
  ['*.{test,deployment}.triggered', 'sh.keptn.event.release.triggered', false],
  ['!x', 'y', false],
  ['!x', '!x', true],
  ['#x', '#x', true],
  ['sh.keptn.event.[dt]e*.triggered', 'sh.keptn.event.test.triggered', true],
  ['TEST', 'test', false],
]

for (const [pattern, type, want] of GLOBS) {
  t.test(`glob ${pattern} ${want ? 'matches' : 'refuses'} ${type}`, (t) => {
    t.equal(matches(pattern, 'glob', type), want)
    t.end()
  })
}

const INVALID: [pattern: string, syntax: Syntax, error: RegExp][] = [
  ['*', 're2', /missing argument to repetition operator/],
  ['(?=a)', 're2', /Perl syntax/],
  ['(a', 're2', /missing closing/],
  ['x'.repeat(1001), 're2', /longer than 1000/],
  ['x'.repeat(1001), 'glob', /longer than 1000/],
  ['a{1000}'.repeat(50), 're2', /repetitions are too large/],
  ['{1..1000000000}{1..1000000000}', 'glob', /more than 100 patterns/],
]

for (const [name, syntax, error] of INVALID) {
  t.test(`${syntax} ${name.slice(0, 30)} is refused with a reason`, (t) => {
    t.match(readPattern({ name, syntax }), { error })
    t.end()
  })
}

const filled = (part: string, end = ''): string =>
  part.repeat(Math.floor((1000 - end.length) / part.length)) + end

const HOSTILE: [pattern: string, syntax: Syntax][] = [
  [filled('a*', 'b'), 'glob'],
  [filled('*a', 'b'), 'glob'],
  [filled('?*'), 'glob'],
  [filled('{a,b}'), 'glob'],
  [filled('+({a,b})'), 'glob'],
  ['{a,'.repeat(240) + '}'.repeat(240), 'glob'],
  ['{'.repeat(500) + 'a,b' + '}'.repeat(490), 'glob'],
  [filled('{,}'), 'glob'],
  ['{a..z}{a..z}{a..z}{a..z}{a..z}', 'glob'],
  ['+('.repeat(300) + 'a|b' + ')'.repeat(300) + 'c', 'glob'],
  ['*('.repeat(250) + 'a' + ')'.repeat(250) + 'b', 'glob'],
  ['!('.repeat(250) + 'a' + ')'.repeat(250), 'glob'],
  [filled('!(a)'), 'glob'],
  [filled('*(a|*(b|?))'), 'glob'],
  ['*(*(a|b)*(a|b)*(a|b)*)*(*(a|b))c', 'glob'],
  [filled('[a-z]*'), 'glob'],
  [filled('['), 'glob'],
  [filled('*['), 'glob'],
  [filled('\\'), 'glob'],
  [filled('**/'), 'glob'],
  ['(a*)*b', 're2'],
  [filled('(a|a)*', 'b'), 're2'],
  [filled('.*', 'x'), 're2'],
  [filled('a?'), 're2'],
  [filled('('), 're2'],
  [filled('[^a]{0,999}'), 're2'],
  ['(((a{100}){100}){100})', 're2'],
]

const TYPES = ['a'.repeat(1000), 'ab'.repeat(500), 'a,'.repeat(100_000)]

for (const [pattern, syntax] of HOSTILE) {
  t.test(`hostile ${syntax} ${pattern.slice(0, 24)}`, (t) => {
    const start = performance.now()
    for (const type of TYPES) matches(pattern, syntax, type)
    t.ok(performance.now() - start < 5_000, 'in bounded time')
    t.end()
  })
}

t.test('many costly patterns stop together, plain ones do not', (t) => {
  const costly = newPatternBudget()
  const read = Array.from({ length: 100 }, () =>
    readPattern({ name: `${'x'.repeat(900)}{1..90}`, syntax: 'glob' }, costly),
  )
  t.type(read[0], 'function')
  t.match(read[99], { error: /all patterns together/ })
  const cheap = newPatternBudget()
  for (let i = 0; i < 2_000; i += 1)
    readPattern({ name: 'sh.keptn.event.*.triggered', syntax: 'glob' }, cheap)
  t.ok(cheap.left > 0)
  t.end()
})
