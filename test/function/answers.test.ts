import t from 'tap'
import { ACCEPTED, answerFor } from '../../function/answers.ts'
import {
  ClusterError,
  type ClusterErrorCode,
} from '../../function/cluster/cluster.ts'
import { FormatError } from '../../function/head.ts'
import { StoreError } from '../../function/resource-store.ts'

const cluster = (code: ClusterErrorCode) =>
  new ClusterError(code, 'secret-host')

const CASES: [name: string, error: unknown, status: number][] = [
  ['the API server is away', cluster('Unavailable'), 503],
  ['quota is exceeded', cluster('QuotaExceeded'), 503],
  ['not allowed', cluster('Forbidden'), 503],
  ['not found', cluster('NotFound'), 503],
  ['a race that was lost', cluster('Conflict'), 503],
  ['it exists', cluster('AlreadyExists'), 503],
  ['too old', cluster('Gone'), 503],
  ['an object that we made wrongly', cluster('Invalid'), 500],
  ['a format of a newer version', new FormatError('secret-host'), 503],
  ['Keptn is away', new StoreError('secret-host', true), 503],
  ['Keptn refuses', new StoreError('secret-host', false), 503],
  ['a defect', new TypeError('secret-host'), 500],
  ['anything that is thrown', 'secret-host', 500],
]

for (const [name, error, status] of CASES)
  t.test(`${name}: ${status}`, async (t) => {
    const answer = answerFor(error)
    t.equal(answer.status, status)
    t.notMatch(answer.reason, 'secret-host', 'nothing of ours is told')
  })

t.test('accepted says nothing', async (t) => {
  t.strictSame(ACCEPTED, { status: 202 })
})
