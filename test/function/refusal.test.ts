import t from 'tap'
import {
  ClusterError,
  type ClusterErrorCode,
} from '../../function/cluster/cluster.ts'
import type { Ports } from '../../function/ports.ts'
import { isRefusal } from '../../function/refusal.ts'
import { createsTask, givenSettings, NO_RIGHT, ONE_TASK } from './given.ts'
import { makeWorld } from '../world.ts'

const POLICY = 'admission webhook "policy" denied the request: not here'

const CASES: [
  name: string,
  error: unknown,
  namespace: string,
  refusal: boolean,
][] = [
  ...(['Invalid', 'NotFound'] as ClusterErrorCode[]).map(
    (code): [string, unknown, string, boolean] => [
      code,
      new ClusterError(code, 'because'),
      'jobs',
      true,
    ],
  ),
  ['a policy', new ClusterError('Forbidden', POLICY), 'jobs', true],
  ['a right', new ClusterError('Forbidden', NO_RIGHT), 'jobs', false],
  ['one elsewhere', new ClusterError('Forbidden', NO_RIGHT), 'far', true],
  ['a quota', new ClusterError('QuotaExceeded', 'full'), 'jobs', false],
  ['a defect', new TypeError('oh'), 'jobs', false],
]

for (const [name, error, namespace, refusal] of CASES)
  t.test(name, async (t) => {
    const ports = { settings: givenSettings() } as Ports
    t.equal(isRefusal(ports, { metadata: { namespace } }, error), refusal)
  })

t.test('a right that is away for a moment is no verdict', async (t) => {
  const world = makeWorld({ config: ONE_TASK })
  let left = 2
  world.fault = async (call, phase) => {
    if (phase === 'before' && createsTask(call) && (left -= 1) >= 0)
      throw new ClusterError('Forbidden', NO_RIGHT)
  }
  const event = world.trigger()
  t.equal(await world.deliver(event), true)
  t.equal(await world.settle(), true)
  t.ok(left < 0, 'it was away')
  t.strictSame(world.runs, ['one'])
  t.match(world.reports(event)[1]?.data, { result: 'pass' })
})

t.test('before the commit, the event is asked for again', async (t) => {
  const world = makeWorld({ config: ONE_TASK })
  let away = true
  world.fault = async ({ method, args: [, , options] }, phase) => {
    const dryRun = (options as { dryRun?: boolean } | undefined)?.dryRun
    if (away && phase === 'before' && method === 'create' && dryRun)
      throw new ClusterError('Forbidden', NO_RIGHT)
  }
  const event = world.trigger()
  t.equal(await world.deliver(event), false)
  away = false
  t.equal(await world.deliver(event), true)
  t.equal(await world.settle(), true)
  t.match(world.reports(event)[1]?.data, { result: 'pass' })
})
