import fc from 'fast-check'
import t from 'tap'

import { escapeExpansion } from '../../config/expansion.ts'

/**
 * How Kubernetes expands the value of an environment variable: `$$` is `$`,
 * `$(NAME)` the variable's value, `$(NAME)` itself if there is none such; a
 * `$` in front of anything else, or of a `(` that is not closed, stays.
 * `bytewise`: until 1.34.3 one byte of what follows was taken for a character.
 */
const expand = (
  given: string,
  variables: (name: string) => string,
  bytewise = false,
): string => {
  const text = bytewise ? Buffer.from(given).toString('latin1') : given
  let result = ''
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? ''
    const next = text[at + 1]
    const close = text.indexOf(')', at + 2)
    if (char !== '$' || next === undefined) {
      result += char
    } else if (next === '(' && close >= 0) {
      result += variables(text.slice(at + 2, close))
      at = close
    } else {
      const broken = bytewise && next > '\x7f'
      result += broken ? '$\xc3\x83' : next === '$' ? '$' : char + next
      at += 1
    }
  }
  return bytewise ? Buffer.from(result, 'latin1').toString() : result
}

const everything = (name: string): string => `<${name}>`
const nothing = (name: string): string => `$(${name})`

t.test('the rule of Kubernetes', (t) => {
  t.equal(expand('$(A) $$(A) $$$(A) $x $', everything), '<A> $(A) $<A> $x $')
  t.equal(expand('$(A $$', everything), '$(A $')
  t.equal(expand('$(A)$$', nothing), '$(A)$')
  t.equal(expand('US$–5', nothing), 'US$–5')
  t.not(expand('US$–5', nothing, true), 'US$–5')
  t.end()
})

t.test('what is escaped comes out as it was, whatever exists', (t) => {
  const pieces = fc.constantFrom('$', '$', '(', ')', 'A', 'b c', '\n', 'ß', '')
  const text = fc.oneof(
    fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')),
    fc.string(),
  )
  fc.assert(
    fc.property(text, (x) => {
      t.equal(expand(escapeExpansion(x), everything), x)
      t.equal(expand(escapeExpansion(x), nothing), x)
      t.equal(expand(escapeExpansion(x), nothing, true), x.toWellFormed())
    }),
    { numRuns: 2000 },
  )
  t.end()
})

const CASES: [text: string, escaped: string][] = [
  ['costs $5', 'costs $5'],
  ['$', '$'],
  ['$(HOST)', '$$(HOST)'],
  ['$(HOST', '$(HOST'],
  ['$$', '$$$'],
  ['$$(HOST)', '$$$$(HOST)'],
  ['${HOST}', '${HOST}'],
  ['US$–5', 'US$$–5'],
  ['$é$', '$$é$'],
]

for (const [text, escaped] of CASES) {
  t.test(`no more than needed: ${text}`, (t) => {
    t.equal(escapeExpansion(text), escaped)
    t.end()
  })
}

t.test('a long run of what is never closed takes no time', (t) => {
  const start = performance.now()
  t.equal(escapeExpansion('$('.repeat(500_000)).length, 1_000_000)
  t.ok(performance.now() - start < 5_000)
  t.end()
})
