import t from 'tap'
import type { JobEvent } from '../../config/event.ts'
import { commitOf, scopeOf } from '../../function/scope.ts'

const event = (rest: Partial<JobEvent>): JobEvent => ({
  specversion: '1.0',
  id: '1',
  source: 's',
  type: 't',
  ...rest,
})

t.test('the scope of an event', async (t) => {
  const data = { project: 'p', stage: 'dev', service: 'svc' }
  t.strictSame(scopeOf(event({ data })), data)
})

t.test('what an event does not name, or not as text, is empty', async (t) => {
  const none = { project: '', stage: '', service: '' }
  t.strictSame(scopeOf(event({})), none)
  t.strictSame(scopeOf(event({ data: { project: 5, stage: null } })), none)
})

t.test('the commit of an event', async (t) => {
  t.equal(commitOf(event({ gitcommitid: 'c0ffee' })), 'c0ffee')
  for (const gitcommitid of [undefined, '', '""', 5])
    t.equal(commitOf(event({ gitcommitid })), undefined, String(gitcommitid))
})
