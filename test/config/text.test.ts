import t from 'tap'

import { EventTime } from '../../config/event-time.ts'
import {
  goNumber,
  goText,
  goType,
  jsonText,
  plainNumber,
} from '../../config/text.ts'

const NUMBERS: [number: number, go: string, plain: string][] = [
  [0, '0', '0'],
  [-0, '-0', '-0'],
  [42, '42', '42'],
  [-7, '-7', '-7'],
  [1.5, '1.5', '1.5'],
  [999_999, '999999', '999999'],
  [1_000_000, '1e+06', '1000000'],
  [1_234_567, '1.234567e+06', '1234567'],
  [0.0001, '0.0001', '0.0001'],
  [0.00001, '1e-05', '0.00001'],
  [1e-7, '1e-07', '1e-07'],
  [1e21, '1e+21', '1e+21'],
  [1.5e300, '1.5e+300', '1.5e+300'],
]

for (const [number, go, plain] of NUMBERS) {
  t.test(`number ${plain}`, (t) => {
    t.equal(goNumber(number), go)
    t.equal(plainNumber(number), plain)
    t.end()
  })
}

const object = JSON.parse(
  '{"10":1,"2":[true,null,"x y"],"é":{},"Z":"<&>","__proto__":"p"}',
) as unknown

t.test('Go text: sorted by bytes, whatever the keys look like', (t) => {
  t.equal(
    goText(object, plainNumber),
    'map[10:1 2:[true <nil> x y] Z:<&> __proto__:p é:map[]]',
  )
  t.end()
})

t.test('JSON: sorted, with the escapes of Go', (t) => {
  t.equal(
    jsonText(object),
    '{"10":1,"2":[true,null,"x y"],"Z":"\\u003c\\u0026\\u003e","__proto__":"p","é":{}}',
  )
  t.equal(jsonText('\u2028\u2029\u007f\ud800🚀'), '"\\u2028\\u2029\u007f�🚀"')
  t.equal(jsonText(1e21), '1e+21')
  t.end()
})

t.test('a key beyond U+FFFF comes after one below, as in UTF-8', (t) => {
  t.equal(jsonText({ '🚀': 1, '\uffee': 2 }), '{"\uffee":2,"🚀":1}')
  t.end()
})

t.test('a time', (t) => {
  const time = EventTime.from('2022-08-16T11:30:00+02:00')
  t.equal(goText([time], goNumber), '[2022-08-16 11:30:00 +0200 +0200]')
  t.equal(jsonText({ time }), '{"time":"2022-08-16T11:30:00+02:00"}')
  t.equal(goType(time), 'time.Time')
  t.end()
})

t.test('types have the names of Go', (t) => {
  t.strictSame(
    [null, 1, true, '', [], {}].map(goType),
    ['<nil>', 'float64', 'bool', 'string', '[]interface {}'].concat(
      'map[string]interface {}',
    ),
  )
  t.end()
})
