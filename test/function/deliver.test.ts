import t from 'tap'
import { deliver, type Delivery } from '../../function/deliver.ts'
import type { Report, Reporter, Sent } from '../../function/reporter.ts'
import { VirtualClock } from '../virtual-clock.ts'

const report: Report = {
  specversion: '1.0',
  id: 'id',
  source: 'source',
  type: 'type',
  data: {},
}

const SENT: Sent = { state: 'sent' }
const UNSENT: Sent = { state: 'unsent', reason: 'connection refused' }
const UNKNOWN: Sent = { state: 'unknown', reason: 'time-out' }
const REFUSED: Sent = { state: 'refused', reason: 'too large' }

type Step = Sent | 'hangs' | Error

/** Delivers on a virtual clock; the last answer is repeated. */
const run = async (given: {
  answers: Step[]
  until?: number
  arrived?: Awaited<ReturnType<Reporter['arrived']>> | 'hangs'
}) => {
  const clock = new VirtualClock()
  const at: number[] = []
  let asked = 0
  const hang = (signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error))
    })
  const reporter: Reporter = {
    send: async (_report, signal) => {
      const answer = given.answers[at.length] ?? given.answers.at(-1)!
      at.push(clock.monotonic())
      if (answer === 'hangs') return hang(signal)
      if (answer instanceof Error) throw answer
      return answer
    },
    arrived: async (_report, signal) => {
      asked += 1
      return given.arrived === 'hangs' ? hang(signal) : given.arrived
    },
    open: async () => undefined,
  }
  let delivery: Delivery | undefined
  void deliver({
    reporter,
    clock,
    report,
    until: given.until ?? 30_000,
    ask: 'arrived' in given,
  }).then((end) => (delivery = end))
  await clock.run(() => delivery !== undefined, 100_000)
  return { delivery, at, asked, pending: clock.pending, clock }
}

t.test('sent at once: nobody is asked, no timer is left', async (t) => {
  t.match(await run({ answers: [SENT] }), {
    delivery: { state: 'delivered' },
    at: [0],
    asked: 0,
    pending: 0,
  })
})

t.test(
  'what was not published is sent again, more and more slowly',
  async (t) => {
    t.match(
      await run({
        answers: [UNSENT, UNSENT, UNSENT, UNSENT, UNSENT, UNSENT, SENT],
      }),
      {
        delivery: { state: 'delivered' },
        at: [0, 500, 1_500, 3_500, 7_500, 12_500, 17_500],
        pending: 0,
      },
    )
  },
)

t.test('but not beyond the time to send', async (t) => {
  t.match(await run({ answers: [UNSENT], until: 3_500 }), {
    delivery: { state: 'later', reason: 'connection refused' },
    at: [0, 500, 1_500],
    pending: 0,
  })
})

t.test('what may have been published is left alone', async (t) => {
  t.match(await run({ answers: [UNSENT, UNKNOWN, SENT] }), {
    delivery: { state: 'later', reason: 'time-out' },
    at: [0, 500],
  })
})

t.test('what is refused is not repeated', async (t) => {
  t.match(await run({ answers: [REFUSED, SENT] }), {
    delivery: { state: 'refused', reason: 'too large' },
    at: [0],
    pending: 0,
  })
})

t.test('a send that hangs is given up in time', async (t) => {
  const { delivery, clock } = await run({ answers: ['hangs'], until: 2_000 })
  t.match(delivery, { state: 'later', reason: 'the time to send was over' })
  t.equal(clock.monotonic(), 2_000)
})

t.test('a send that fails oddly may have been published', async (t) => {
  t.match(await run({ answers: [new Error('odd'), SENT] }), {
    delivery: { state: 'later', reason: 'odd' },
    at: [0],
    pending: 0,
  })
})

t.test('the time is over already: it is not sent', async (t) => {
  const { delivery, at } = await run({ answers: [SENT], until: -1 })
  t.match(delivery, { state: 'later' })
  t.strictSame(at, [])
})

const ASKED: [
  arrived: Awaited<ReturnType<Reporter['arrived']>>,
  delivery: Partial<Delivery>,
  sends: number,
][] = [
  [true, { state: 'delivered' }, 0],
  [false, { state: 'delivered' }, 1],
  ['repeatable', { state: 'delivered' }, 1],
  [undefined, { state: 'later', reason: 'cannot tell whether it arrived' }, 0],
]
for (const [arrived, delivery, sends] of ASKED)
  t.test(`somebody may have sent it: arrived is ${arrived}`, async (t) => {
    const end = await run({ answers: [SENT], arrived })
    t.match(end, { delivery, asked: 1, pending: 0 })
    t.equal(end.at.length, sends)
  })

t.test('a question that hangs is given up in time', async (t) => {
  const end = await run({ answers: [SENT], arrived: 'hangs', until: 1_000 })
  t.match(end.delivery, { state: 'later' })
  t.strictSame(end.at, [])
})
