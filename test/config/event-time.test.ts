import t from 'tap'

import { EventTime } from '../../config/event-time.ts'

const CASES: [given: unknown, text: string, json: string][] = [
  [
    '2019-06-07T07:02:15.64489Z',
    '2019-06-07 07:02:15.64489 +0000 UTC',
    '2019-06-07T07:02:15.64489Z',
  ],
  [
    '2022-08-16T11:30:00+02:00',
    '2022-08-16 11:30:00 +0200 +0200',
    '2022-08-16T11:30:00+02:00',
  ],
  [
    '2022-08-16T11:30:00-00:00',
    '2022-08-16 11:30:00 +0000 UTC',
    '2022-08-16T11:30:00Z',
  ],
  [
    '2022-08-16T11:30:00.1200000009Z',
    '2022-08-16 11:30:00.12 +0000 UTC',
    '2022-08-16T11:30:00.12Z',
  ],
  [
    '2022-08-16t09:30:00.5z',
    '2022-08-16 09:30:00.5 +0000 UTC',
    '2022-08-16T09:30:00.5Z',
  ],
  [undefined, '0001-01-01 00:00:00 +0000 UTC', '0001-01-01T00:00:00Z'],
  ['yesterday', '0001-01-01 00:00:00 +0000 UTC', '0001-01-01T00:00:00Z'],
]

for (const [given, text, json] of CASES) {
  t.test(String(given), (t) => {
    const time = EventTime.from(given)
    t.equal(String(time), text)
    t.equal(time.toJSON(), json)
    t.end()
  })
}
