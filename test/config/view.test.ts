import t from 'tap'

import { eventView } from '../../config/view.ts'
import { corpus } from './corpus.ts'
import { eventNamed, eventWith } from './events.ts'

interface Row {
  name: string
  event: string
  want: Record<
    string,
    { accepted: boolean; stage?: string; view?: unknown; time?: string }
  >
}

for (const { name, event, want } of corpus<Row>('event_views.json')) {
  const outcome = want['0.2.5']
  if (!outcome?.accepted) continue
  t.test(`${name}: the view of 0.2.5`, (t) => {
    const view = eventView(eventNamed(event))
    t.strictSame(JSON.parse(JSON.stringify(view)), outcome.view)
    t.equal(String(view['time']), outcome.time)
    t.end()
  })
}

t.test('difference: a label that is a number does not drop the event', (t) => {
  const row = corpus<Row>('event_views.json').find(
    ({ name }) => name === 'made-label-number',
  )
  t.equal(row?.want['0.2.5']?.stage, 'handler')
  const view = eventView(eventNamed('made-label-number'))
  t.strictSame(view['data'], {
    project: 'sockshop',
    stage: 'dev',
    service: 'carts',
    labels: { build: 17 },
  })
  t.end()
})

t.test('type and source are strings; other attributes are not seen', (t) => {
  const view = eventView({ ...eventWith({}), subject: 'x', triggeredid: 'y' })
  t.equal(view['type'], 'sh.keptn.event.test.triggered')
  t.equal(view['source'], 'shipyard-controller')
  t.strictSame(Object.keys(view).sort(), [
    'data',
    'gitcommitid',
    'id',
    'shkeptncontext',
    'source',
    'specversion',
    'time',
    'type',
  ])
  t.end()
})
