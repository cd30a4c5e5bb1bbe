import t from 'tap'
import { awakeWatch } from '../../function/awake-watch.ts'
import { ClusterError } from '../../function/cluster/cluster.ts'
import { MemoryCluster } from '../../function/cluster/memory.ts'
import { markPatch, settlePatch } from '../../function/head.ts'
import { type Log, noLog } from '../../function/log.ts'
import type { Ring } from '../../function/rings.ts'
import { VirtualClock } from '../virtual-clock.ts'
import {
  createHead,
  createTask,
  givenSettings,
  OTHER_RUN,
  RUN,
} from './given.ts'

const TASK_MS = 300

/** The function's own watch over a cluster where tasks take `TASK_MS`. */
const given = (
  ring: (ring: Ring) => Promise<void> = async () => {},
  log: Log = noLog,
) => {
  const clock = new VirtualClock()
  const cluster = new MemoryCluster({
    clock,
    runner: {
      run: async (run) => {
        run.started()
        await new Promise<void>((resolve) => clock.after(TASK_MS, resolve))
        return { exitCode: 0 }
      },
    },
  })
  const calls: string[] = []
  cluster.fault = async ({ verb, kind }, phase) => {
    if (phase === 'before') calls.push(`${verb} ${kind}`)
  }
  const rung: Ring[] = []
  let crowded = false
  const watch = awakeWatch({
    cluster,
    clock,
    log,
    settings: givenSettings(),
    crowded: () => crowded,
    ring: async (about) => {
      rung.push(about)
      await ring(about)
    },
  })
  /** A run whose first task was just created. */
  const run = async () => {
    const head = await createHead(cluster)
    await cluster.patch(
      'Job',
      'jobs',
      head.name,
      markPatch(head, {
        tasks: { '1-1': { state: 'created' } },
        announced: 'now',
      }),
    )
    await createTask(cluster, head, '1-1')
    return head
  }
  const crowd = (there: boolean): void => void (crowded = there)
  return { clock, cluster, calls, rung, watch, run, crowd }
}

t.test('it asks for nothing before there is a run', async (t) => {
  const { clock, calls } = given()
  await clock.advance(60_000)
  t.strictSame(calls, [])
  t.equal(clock.pending, 0)
})

t.test("a task's end is rung for at once", async (t) => {
  const { clock, rung, watch, run } = given()
  await run()
  watch.begin(RUN)
  await clock.advance(TASK_MS + 50)
  t.match(rung, [{ run: RUN, reason: '1-1 succeeded' }])
})

t.test('it ends when nothing is unsettled, and begins again', async (t) => {
  const { clock, cluster, calls, watch, run } = given()
  const head = await run()
  watch.begin(RUN)
  watch.begin(RUN)
  await clock.advance(10)
  t.equal(calls.filter((call) => call === 'list Job').length, 1, 'one watch')
  const patch = settlePatch(head, { time: 0 })
  await cluster.patch('Job', 'jobs', head.name, patch)
  await clock.advance(5_000)
  calls.length = 0
  await clock.advance(60_000)
  t.strictSame(calls, [])
  t.notOk(calls.includes('delete Job'), 'it deletes nothing')
  watch.begin(RUN)
  await clock.advance(10)
  t.ok(calls.includes('list Job'))
})

t.test('stopped: it waits for its ring, and begins no more', async (t) => {
  const heard = Promise.withResolvers<void>()
  const { clock, calls, rung, watch, run } = given(() => heard.promise)
  await run()
  watch.begin(RUN)
  await clock.advance(TASK_MS + 50)
  t.equal(rung.length, 1)
  let stopped = false
  void watch.stop().then(() => (stopped = true))
  await clock.advance(100)
  t.equal(stopped, false)
  heard.resolve()
  await clock.advance(100)
  t.equal(stopped, true)
  calls.length = 0
  watch.begin(RUN)
  await clock.advance(10_000)
  t.strictSame(calls, [])
})

t.test('a run that begins while it ends is watched', async (t) => {
  const { clock, cluster, calls, watch, run } = given(undefined, (_, said) => {
    if (said.includes('leaving')) watch.begin(OTHER_RUN)
  })
  const head = await run()
  watch.begin(RUN)
  await clock.advance(10)
  const patch = settlePatch(head, { time: 0 })
  await cluster.patch('Job', 'jobs', head.name, patch)
  calls.length = 0
  await clock.advance(1_500)
  t.equal(calls.filter((call) => call === 'list Job').length, 1)
  await watch.stop()
})

t.test('in a crowd it rests, and goes on with all runs after it', async (t) => {
  const { clock, calls, rung, watch, run, crowd } = given()
  await run()
  watch.begin(RUN)
  await clock.advance(10)
  crowd(true)
  watch.begin(OTHER_RUN)
  await clock.advance(TASK_MS + 50)
  t.strictSame(rung, [], 'nothing is rung for')
  calls.length = 0
  await clock.advance(10_000)
  t.strictSame(calls, [], 'and nothing asked')
  crowd(false)
  await clock.advance(1_000)
  t.match(rung, [{ run: RUN, reason: '1-1 succeeded' }])
  await watch.stop()
})

t.test('it does not begin again for each pause of a crowd', async (t) => {
  const { clock, calls, watch, run, crowd } = given()
  await run()
  watch.begin(RUN)
  await clock.advance(10)
  for (let wave = 0; wave < 5; wave += 1) {
    crowd(true)
    watch.begin(OTHER_RUN)
    await clock.advance(100)
    crowd(false)
    watch.begin(OTHER_RUN)
    await clock.advance(100)
  }
  await clock.advance(1_000)
  t.equal(calls.filter((call) => call === 'list Job').length, 2)
  await watch.stop()
})

t.test('stopped while it rests: it does not begin again', async (t) => {
  const { clock, calls, watch, run, crowd } = given()
  await run()
  crowd(true)
  watch.begin(RUN)
  await watch.stop()
  crowd(false)
  await clock.advance(10_000)
  t.strictSame(
    calls.filter((call) => call.startsWith('list')),
    [],
  )
  t.equal(clock.pending, 1, "the head's end in a year")
})

t.test("another process's run is not its", async (t) => {
  const { clock, rung, watch, run } = given()
  await run()
  watch.begin(OTHER_RUN)
  await clock.advance(TASK_MS + 5_000)
  t.strictSame(rung, [])
  await watch.stop()
})

t.test('why a task has no pod is left to the job watch', async (t) => {
  const { clock, cluster, rung, watch, run } = given()
  cluster.admit = (kind) => {
    if (kind === 'Pod') throw new ClusterError('Forbidden', 'no')
  }
  await run()
  watch.begin(RUN)
  await clock.advance(60_000)
  t.strictSame(rung, [])
  await watch.stop()
})

t.test('what cannot be carried through is left alone', async (t) => {
  const { clock, rung, watch, run } = given(async () => {
    throw new ClusterError('Unavailable', 'injected')
  })
  await run()
  watch.begin(RUN)
  await clock.advance(TASK_MS + 50)
  t.equal(rung.length, 1)
  await watch.stop()
})
