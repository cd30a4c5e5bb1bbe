import t from 'tap'
import { canonicalQuantity } from '../../function/quantity.ts'
import { renderResources } from '../../function/render.ts'
import { corpus } from './corpus.ts'

interface Row {
  name: string
  limits: object
  requests: object
  want: { resources: object } | { error: string }
}

for (const { name, limits, requests, want } of corpus<Row>('tables/resources'))
  t.test(name, async (t) => {
    const render = () => renderResources({ limits, requests })
    if ('error' in want) t.throws(render, { message: want.error })
    else t.strictSame(render(), want.resources)
  })

const canonical = [
  ['1.', '1.'],
  ['-0.5', '-500m'],
  ['007', '007'],
  ['0Ki', '0'],
  ['1e-3', '1e-3'],
  ['1000e3', '1e6'],
  ['100e1', '1e3'],
  ['1n', '1n'],
  ['0.1n', '1n'],
  ['1.5Ki', '1536'],
  ['0.5Ki', '512'],
  ['0.0001Ki', '102400u'],
  ['2048Ki', '2Mi'],
  ['1.1Mi', '1153433600m'],
  ['99999999999Ei', '9223372036854775807'],
  ['9.5Ei', '9223372036854775807'],
  ['1000E', '1e21'],
  ['1e-999999999', '1e-9'],
  ['1e999999999', '1e999999999'],
  ['12e999999998', '1200e999999996'],
  ['m', '0'],
]
for (const [text = '', want] of canonical)
  t.equal(canonicalQuantity(text), want, `${text} is ${want}`)

const bad = [
  ['', /must match/],
  ['one', /must match/],
  ['1 Gi', /must match/],
  ['1.2.3', /must match/],
  ['1GiB', /must match/],
  ['1gi', /must match/],
  ['1mi', /suffix/],
  ['1K', /suffix/],
  ['1e', /suffix/],
  ['Ei', /numeric/],
  ['9'.repeat(1001), /must match/],
] as const
for (const [text, message] of bad)
  t.throws(
    () => canonicalQuantity(text),
    { name: 'QuantityError', message },
    text.slice(0, 20),
  )
