import { atEachRest, rest } from './clock.ts'
import type { Violation } from './judge.ts'
import type { Call } from './network.ts'
import type { Disturbance, Schedule } from './schedule.ts'
import { type Code, makeSystem, type System } from './system.ts'
import { LABEL } from '../../function/labels.ts'

/** What came of a schedule. */
export interface Result {
  violations: Violation[]
  /** Calls of the function and the job watch. */
  calls: Call[]
  /** What really went wrong. */
  applied: Disturbance[]
  /** Changes of the cluster's state. */
  changes: number
  /** How many could go next, each time when there was a choice. */
  choices: number[]
  /** Doubles of frozen senders, which nothing can prevent. */
  frozenSenders: number
  /** Runs that a delivery began again after a user deleted their head. */
  forgotten: number
  /** No delivery of it was ever taken: nothing is promised. */
  refused: number
  /** It was left at a state that was known. */
  pruned: boolean
}

/** Virtual time that a run may take when nothing goes wrong any more. */
const LIMIT = 2 * 3600_000
/** Longer than any of our objects is kept. */
const LIFETIME = 9 * 24 * 3600_000
/** Bundles that no head claims are left alone for an hour. */
const SWEPT_AFTER = 3600_000 + 1
const MAX_STEPS = 60_000

/** Runs a schedule to its end and judges what happened. */
export const simulate = async (
  schedule: Schedule,
  options: {
    code?: Code
    trace?: (line: string) => void
    /** Asked at every choice; true: what follows is known. */
    known?: (system: System, choice: number) => boolean
  } = {},
): Promise<Result> => {
  const system = makeSystem(schedule, options)
  const { judge, network, clock } = system
  const choices: number[] = []
  let changes = 0
  let pruned = false
  system.cluster.observe(() => (changes += 1))
  const isQuiet = (): boolean =>
    system.delivering() === 0 &&
    network.onTheirWay === 0 &&
    judge.unsettled === 0 &&
    !judge.watchThere

  const choose = (): boolean => {
    const { waiting } = network
    const soon =
      clock.next !== undefined && clock.next <= clock.monotonic() + 10
    const count = waiting.length + (soon ? 1 : 0)
    let turn = 0
    if (count > 1) {
      if (options.known?.(system, choices.length)) {
        pruned = true
        return false
      }
      turn = schedule.turns?.[choices.length] ?? 0
      choices.push(count)
    }
    if (turn < waiting.length) waiting.splice(turn, 1)[0]!.go()
    else clock.step()
    return true
  }

  /** Goes on until it is quiet; false when it did not come to that. */
  const settle = (): Promise<boolean> => {
    const end = clock.monotonic() + LIMIT
    let steps = 0
    return atEachRest(() => {
      if (isQuiet()) return true
      if (network.waiting.length > 0) {
        if (!choose()) return false
      } else if (clock.next === undefined || clock.next > end || !clock.step())
        return false
      if (judge.violations.length > 20) return false
      return (steps += 1) < MAX_STEPS ? undefined : false
    })
  }

  system.start()
  let quiet = await settle()
  // Whoever took the watch away, or a Broker that gave up: the next signal
  // brings it back.
  const isLeft = (): boolean => judge.watchLost || judge.abandoned
  for (let tries = 0; !quiet && !pruned && isLeft() && tries < 5; tries += 1) {
    for (const event of system.events) void system.deliver(event)
    quiet = await settle()
  }
  if (!pruned) {
    judgeEnd(system, quiet)
    if (quiet && judge.violations.length === 0) await judgeRemains(system)
  }
  return {
    violations: judge.violations,
    calls: network.calls,
    applied: network.applied,
    changes,
    choices,
    frozenSenders: judge.frozenSenders,
    forgotten: judge.forgotten,
    refused: [...judge.runs.values()].filter(({ accepted }) => !accepted)
      .length,
    pruned,
  }
}

/** Everything that must hold when all has come to rest. */
const judgeEnd = ({ judge, keptn, cluster }: System, quiet: boolean): void => {
  if (!quiet)
    judge.fail(
      judge.unsettled > 0 ? 'ends' : 'idle',
      `it does not come to rest: ${judge.unsettled} unsettled, the job watch is ${judge.watchThere ? 'there' : 'gone'}`,
    )
  for (const [id, run] of judge.runs) {
    const { event, accepted, started, finished, aborted, forgotten } = run
    if (!accepted) continue
    const [sequence] = keptn.engine.sequences(event.shkeptncontext)
    // Of a run that is not answered Keptn knows nothing.
    const timedOut = sequence?.state === 'timedOut' && !judge.allSilent
    if (!run.disturbed && !timedOut) judge.everyTaskRan(id)
    if (judge.allSilent || aborted || forgotten || timedOut) continue
    if (started === 0) judge.fail('one .started', 'none was sent')
    if (finished === 0) judge.fail('one .finished', 'none was sent')
    if (sequence?.state !== 'finished' && started === 1 && finished === 1)
      judge.fail('ends', `Keptn's sequence is ${sequence?.state}`)
  }
  for (const job of cluster.objects('Job')) {
    const { metadata, spec } = job
    const run = judge.runs.get(metadata?.labels?.[LABEL.run] ?? '')
    if (quiet && !run?.disturbed && !metadata?.deletionTimestamp)
      if (spec?.ttlSecondsAfterFinished === undefined)
        judge.fail('expires', `Job ${metadata?.name} has no end`)
    const owned = metadata?.ownerReferences?.length
    if (!owned && spec?.ttlSecondsAfterFinished === undefined)
      judge.fail('expires', `Job ${metadata?.name} has neither owner nor end`)
  }
}

/** Later everything is gone, but for what never came to a run. */
const judgeRemains = async (system: System): Promise<void> => {
  const { judge, cluster, clock } = system
  const end = clock.monotonic() + LIFETIME
  let steps = 0
  await atEachRest(() => {
    if (clock.next === undefined || clock.next > end) return true
    clock.step()
    return (steps += 1) < MAX_STEPS ? undefined : true
  })
  // What was left behind is swept with the next heartbeat after an hour.
  if (cluster.objects('ConfigMap').length > 0) {
    // A disturbance may befall a heartbeat; another one comes, when it is over.
    for (let before = -1; before < system.network.applied.length;) {
      before = system.network.applied.length
      clock.after(SWEPT_AFTER, () => {})
      await atEachRest(() => (clock.step() ? undefined : true))
      await sweep(system)
    }
  }
  for (const kind of ['Job', 'Pod', 'ConfigMap'] as const)
    for (const { metadata } of cluster.objects(kind)) {
      const run = judge.runs.get(metadata?.labels?.[LABEL.run] ?? '')
      if (kind === 'ConfigMap' && run?.committed === false) continue
      judge.fail('expires', `${kind} ${metadata?.name} is still there`)
    }
}

const sweep = async ({ heartbeat, clock, network }: System): Promise<void> => {
  let done = false
  void heartbeat().then(() => (done = true))
  while (!done) {
    await rest()
    const waiting = network.waiting.shift()
    if (waiting) waiting.go()
    else if (!clock.step()) await rest()
  }
}
