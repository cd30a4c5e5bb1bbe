import t from 'tap'
import type { JobEvent } from '../../config/event.ts'
import { ClusterError } from '../../function/cluster/cluster.ts'
import { lostEvent } from '../../function/dead-letter.ts'
import { noLog, type Log } from '../../function/log.ts'
import type { Ports } from '../../function/ports.ts'
import { givenCluster, givenSettings } from './given.ts'

const event: JobEvent = {
  specversion: '1.0',
  id: 'id-1',
  source: 'shipyard-controller',
  type: 'sh.keptn.event.test.triggered',
  shkeptncontext: 'ctx',
  knativeerrordest: 'http://fn.jobs',
  knativeerrorcode: '503',
  knativeerrordata: Buffer.from('try again later').toString('base64'),
  data: {},
}

const given = (log: Log = noLog) => {
  const { cluster, clock } = givenCluster()
  const ports = {
    cluster,
    clock,
    settings: givenSettings(),
    log,
    replica: 'me',
  }
  return { cluster, ports: ports as unknown as Ports }
}

t.test('it says what was lost, where and why', async (t) => {
  const lines: unknown[] = []
  const { cluster, ports } = given((...line) => lines.push(line))
  await lostEvent(ports, event)
  t.match(lines, [
    [
      'error',
      'event lost',
      {
        id: 'id-1',
        source: 'shipyard-controller',
        type: 'sh.keptn.event.test.triggered',
        shkeptncontext: 'ctx',
        destination: 'http://fn.jobs',
        code: '503',
        reason: 'try again later',
      },
    ],
  ])
  t.match(cluster.objects('Event'), [
    {
      type: 'Warning',
      reason: 'EventLost',
      metadata: { namespace: 'jobs' },
      message:
        'The event sh.keptn.event.test.triggered (id id-1, source shipyard-controller) could not be delivered to http://fn.jobs: 503 try again later',
    },
  ])
})

t.test("an event without Knative's reasons", async (t) => {
  const { cluster, ports } = given()
  await lostEvent(ports, {
    specversion: '1.0',
    id: 'i',
    source: 's',
    type: 't',
  })
  t.match(cluster.objects('Event'), [{ message: /^The event t \(id i, / }])
})

t.test('a long reason is cut to what Kubernetes takes', async (t) => {
  const { cluster, ports } = given()
  const data = Buffer.from('ü'.repeat(5000)).toString('base64')
  await lostEvent(ports, { ...event, knativeerrordata: data })
  const [told] = cluster.objects('Event')
  t.ok(Buffer.byteLength(told!.message!) <= 1024)
})

t.test(
  'the API server is away: the log has it, nothing is thrown',
  async (t) => {
    const lines: unknown[] = []
    const { cluster, ports } = given((level, message) =>
      lines.push([level, message]),
    )
    cluster.fault = () => {
      throw new ClusterError('Unavailable', 'away')
    }
    await lostEvent(ports, event)
    t.match(lines, [
      ['error', 'event lost'],
      ['warn', /could not be written/],
    ])
  },
)
