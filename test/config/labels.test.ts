import t from 'tap'

import { eventLabels } from '../../config/labels.ts'

const CASES: [name: string, labels: unknown, text: Record<string, string>][] = [
  ['strings', { owner: 'x', empty: '' }, { owner: 'x', empty: '' }],
  [
    'numbers and booleans',
    { n: 17, big: 1e6, b: true },
    { n: '17', big: '1000000', b: 'true' },
  ],
  ['null is empty', { a: null }, { a: '' }],
  ['deeper values are JSON', { a: { b: [1] } }, { a: '{"b":[1]}' }],
  ['null instead of labels', null, {}],
  ['a list instead of labels', ['a'], {}],
  ['no labels', undefined, {}],
]

for (const [name, labels, text] of CASES) {
  t.test(name, (t) => {
    t.strictSame(eventLabels({ labels }), text)
    t.end()
  })
}

t.test('no data', (t) => {
  t.strictSame(eventLabels(undefined), {})
  t.end()
})
