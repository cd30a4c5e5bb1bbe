import { isClusterError, type Job, type Pod } from './cluster/cluster.ts'
import { leaveRecord } from './cancelled.ts'
import { giveUpDamaged } from './damaged.ts'
import { decide, type Decision, type RunState } from './decide.ts'
import { deliver, type Delivery } from './deliver.ts'
import { makeReport } from './envelope.ts'
import {
  claimPatch,
  DamagedError,
  decodeHead,
  type Head,
  markPatch,
  reportedPatch,
  shortReason,
} from './head.ts'
import { tellUser } from './kubernetes-event.ts'
import { finishedData } from './finished.ts'
import { recordName, type Step } from './plan.ts'
import type { Ports } from './ports.ts'
import type { Report } from './reporter.ts'
import { isRefusal } from './refusal.ts'
import { readRun, readTasks, type RunObjects } from './read-run.ts'
import { dropStray, ensureTaskJob } from './own-task.ts'
import { adoptBundles } from './bundles.ts'
import { settle } from './settle.ts'
import { stopTask } from './stop-task.ts'
import type { TaskRecord, Verdict } from './verdict.ts'

/** Where a pass ended: nothing more to do now. */
export interface Reconciled {
  settled: boolean
}

/** A pass that changes nothing for that often is a defect of ours. */
const MAX_STEPS = 1_000

/** Keptn times a task out that nobody answered within ten minutes. */
const MAYBE_CLOSED = 9 * 60_000

/**
 * Brings a run as far as it can go now: reads its objects, decides, does it,
 * until there is nothing to do. Any number of these may run at once, and any
 * of them may die between two lines. Rejects with `ClusterError` or
 * `FormatError` when a step could not be carried out.
 */
export const reconcile = async (
  ports: Ports,
  run: string,
  fresh?: Fresh,
): Promise<Reconciled> => {
  try {
    return await bringOn(ports, run, fresh)
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error
    await giveUpDamaged(ports, run, error.message)
    return { settled: true }
  }
}

const bringOn = async (
  ports: Ports,
  run: string,
  fresh: Fresh | undefined,
): Promise<Reconciled> => {
  const pass = await begin(ports, run, fresh)
  if (!pass) return { settled: true }
  for (let steps = 0; steps < MAX_STEPS; steps += 1) {
    if (isStale(pass) && !(await lookAgain(pass))) return { settled: true }
    const decision = decide(stateOf(pass))
    if (decision.do === 'nothing') return { settled: true }
    if (decision.do === 'wait') return { settled: false }
    try {
      if (!(await carryOut(pass, decision))) return { settled: false }
    } catch (error) {
      // Somebody else was faster, or the head is gone.
      if (!isClusterError(error, 'Conflict', 'NotFound')) throw error
      if (!(await lookAgain(pass))) return { settled: true }
    }
  }
  throw new Error(`run ${run} does not come to rest`)
}

/** Reads all of the run anew; false when its head is gone. */
const lookAgain = async (pass: Pass): Promise<boolean> => {
  const { ports, head } = pass
  const looked = ports.clock.monotonic()
  const objects = await readRun(ports.cluster, head.namespace, head.run)
  if (!objects) return false
  const isSame = objects.head.uid === head.uid
  // Deleted by a user and begun again: what was announced was the other one.
  if (!isSame) pass.startedSent = false
  Object.assign(pass, objects, { looked })
  // Its claim holds while it is the same, and as long as it may send.
  const holds = isSame && objects.head.claimText === head.claimText
  if (!holds || looked >= pass.sendUntil) delete pass.holding
  return true
}

/**
 * True for a pass that has seen nothing of its run for a lease: this process
 * was frozen, and others may have ended the run meanwhile.
 */
const isStale = ({ ports, looked }: Pass): boolean =>
  ports.clock.monotonic() - looked > ports.settings.leaseSeconds * 1000

/**
 * Between commit and `.started` lies a poke, which may take its time: after
 * that long, the run may have been ended meanwhile. Milliseconds.
 */
const HELD_UP = 3_000

/** A head that was created a moment ago, by this very process. */
export interface Fresh {
  head: Head
  /** Monotonic milliseconds: when its claim was written. */
  claimed: number
}

/** One pass: what was read, what was done, what may be sent until when. */
interface Pass extends RunObjects {
  ports: Ports
  holding?: { for: 'started' | 'finished'; ask: boolean }
  /** Monotonic milliseconds: when its head was read or written last. */
  looked: number
  /** Monotonic milliseconds. */
  sendUntil: number
  startedSent: boolean
}

const begin = async (
  ports: Ports,
  run: string,
  fresh: Fresh | undefined,
): Promise<Pass | undefined> => {
  const common = { ports, startedSent: false }
  const { cluster, clock, settings } = ports
  const looked = clock.monotonic()
  if (fresh) {
    const pass: Pass = {
      ...common,
      head: fresh.head,
      jobs: new Map(),
      pods: new Map(),
      holding: { for: 'started', ask: false },
      looked: fresh.claimed,
      sendUntil: fresh.claimed + halfLease(ports),
    }
    const heldUp = looked - fresh.claimed > HELD_UP
    return heldUp && !(await lookAgain(pass)) ? undefined : pass
  }
  const objects = await readRun(cluster, settings.jobNamespace, run)
  return objects && { ...common, ...objects, looked, sendUntil: 0 }
}

/** It is given up to send at half the lease. Milliseconds. */
const halfLease = ({ settings }: Ports): number =>
  (settings.leaseSeconds * 1000) / 2

const stateOf = (pass: Pass): RunState => ({
  head: pass.head,
  jobs: pass.jobs,
  now: pass.ports.cluster.time(),
  startedSent: pass.startedSent,
  reportDeadline: pass.ports.settings.reportDeadlineSeconds,
  ...(pass.holding && { holding: pass.holding }),
})

/** Does what was decided; false when the pass has to end here. */
const carryOut = async (pass: Pass, decision: Decision): Promise<boolean> => {
  switch (decision.do) {
    case 'claim':
      await takeClaim(pass, decision)
      return true
    case 'start':
      return sendStarted(pass, decision.ask)
    case 'create':
      await createTask(pass, decision.step, decision.tasks)
      return true
    case 'mark':
      await mark(pass, decision.tasks)
      return true
    case 'stop':
      await stop(pass, decision.step, decision.reason)
      return true
    case 'finish':
      return sendFinished(pass, decision.verdict, decision.ask)
    case 'settle':
      await end(pass, decision.unreported)
      return true
    default:
      return false
  }
}

const patchHead = async (
  pass: Pass,
  patch: Parameters<Ports['cluster']['patch']>[3],
): Promise<Head> => {
  const { ports, head } = pass
  const looked = ports.clock.monotonic()
  const patched = decodeHead(
    await ports.cluster.patch('Job', head.namespace, head.name, patch),
  )
  pass.looked = looked
  return patched
}

/**
 * A patch that does not test the tasks may answer with a head on which
 * somebody has written down more of them than this pass has seen.
 */
const catchUp = async (pass: Pass, known: string): Promise<void> => {
  if (pass.head.tasksText === known) return
  Object.assign(pass, await readTasks(pass.ports.cluster, pass.head))
}

const takeClaim = async (
  pass: Pass,
  decision: Extract<Decision, { do: 'claim' }>,
): Promise<void> => {
  const { ports, head } = pass
  const { clock, cluster, settings } = ports
  const sendUntil = clock.monotonic() + halfLease(ports)
  pass.head = await patchHead(
    pass,
    claimPatch(head, {
      for: decision.for,
      by: ports.replica,
      until: cluster.time() + settings.leaseSeconds * 1000,
      ...(decision.verdict && { verdict: decision.verdict }),
    }),
  )
  pass.sendUntil = sendUntil
  pass.holding = { for: decision.for, ask: decision.ask }
  await catchUp(pass, head.tasksText)
}

const sendStarted = async (pass: Pass, ask: boolean): Promise<boolean> => {
  const { ports, head } = pass
  delete pass.holding
  if (await isOver(ports, head, ask)) {
    ports.log('warn', 'nobody waits for an answer any more', { run: head.run })
    await end(pass)
    return true
  }
  const delivery = await send(pass, 'started', ask)
  if (delivery.state === 'refused') {
    await end(pass, `.started was refused: ${delivery.reason}`)
    return true
  }
  pass.startedSent = delivery.state === 'delivered'
  return pass.startedSent
}

/**
 * True when nobody waits for an answer: one more would spoil what Keptn has.
 * It is asked for an event that is old, and where `ask` says that somebody
 * may have been at it before.
 */
const isOver = async (
  ports: Ports,
  head: Head,
  ask: boolean,
): Promise<boolean> => {
  const { time } = head.envelope
  const age = time === undefined ? 0 : ports.cluster.time() - Date.parse(time)
  if (!ask && age < MAYBE_CLOSED) return false
  return (
    (await isClosed(ports, head)) || (ask && (await isAnswered(ports, head)))
  )
}

/** True when Keptn has ended the task already. */
const isClosed = async (ports: Ports, head: Head): Promise<boolean> => {
  const { reporter } = ports
  const { type, id, project } = head.envelope
  if (!reporter) return false
  const open = await inTime(ports, (signal) =>
    reporter.open({ type, id, project }, signal),
  )
  return open === false
}

/**
 * True when this event's answer is out already: its run ended, a user deleted
 * the record of it, and the event came once more.
 */
const isAnswered = async (ports: Ports, head: Head): Promise<boolean> => {
  const { reporter } = ports
  if (!reporter) return false
  const report = reportOf(ports, head, 'finished')
  return (
    (await inTime(ports, (signal) => reporter.arrived(report, signal))) === true
  )
}

/** The answer to a question that must leave time to send. */
const inTime = async <T>(
  ports: Ports,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> => {
  const limit = new AbortController()
  const cancel = ports.clock.after(halfLease(ports) / 4, () => limit.abort())
  try {
    return await ask(limit.signal)
  } catch {
    return undefined
  } finally {
    cancel()
  }
}

const reportOf = (
  { settings, cluster }: Ports,
  head: Head,
  kind: 'started' | 'finished',
  data?: Record<string, unknown>,
): Report =>
  makeReport({
    envelope: head.envelope,
    run: head.run,
    source: settings.source,
    kind,
    time: new Date(cluster.time()).toISOString(),
    ...(data && { data }),
  })

const send = async (
  pass: Pass,
  kind: 'started' | 'finished',
  ask: boolean,
  data?: Record<string, unknown>,
): Promise<Delivery> => {
  const { ports, head } = pass
  const { reporter, clock } = ports
  if (!reporter) return { state: 'refused', reason: 'nobody to report to' }
  const delivery = await deliver({
    reporter,
    clock,
    report: reportOf(ports, head, kind, data),
    until: pass.sendUntil,
    ask,
  })
  const level = delivery.state === 'delivered' ? 'info' : 'warn'
  ports.log(level, `.${kind} ${delivery.state}`, {
    run: head.run,
    triggeredid: head.envelope.id,
    shkeptncontext: head.envelope.context,
    ...('reason' in delivery && { reason: delivery.reason }),
  })
  return delivery
}

const createTask = async (
  pass: Pass,
  step: Step,
  tasks: Record<string, TaskRecord>,
): Promise<void> => {
  const { ports, head } = pass
  const name = recordName(step)
  const job = await createOrRefusal(ports, head, step).catch(
    async (error: unknown) => {
      await markStarted(pass).catch(() => {})
      throw error
    },
  )
  if (typeof job === 'string') {
    await mark(pass, { ...tasks, [name]: { state: 'failed', reason: job } })
    return
  }
  pass.jobs.set(name, { job, outcome: { state: 'running' } })
  pass.pods.set(name, [])
  ports.log('info', 'task started', {
    run: head.run,
    job: job.metadata!.name,
    namespace: job.metadata!.namespace,
  })
  try {
    await mark(pass, tasks)
  } catch (error) {
    if (isClusterError(error, 'Conflict', 'NotFound'))
      await dropStray(ports.cluster, head, job)
    throw error
  }
}

/**
 * The Job of a task, or why there will be none: what the dry run accepted may
 * be refused when it is due (its namespace is gone, a policy is new).
 */
const createOrRefusal = async (
  ports: Ports,
  head: Head,
  step: Step,
): Promise<Job | string> => {
  const { cluster } = ports
  try {
    if (Object.keys(head.tasks).length === 0) await adoptBundles(cluster, head)
    return await ensureTaskJob(cluster, head, step)
  } catch (error) {
    if (!isRefusal(ports, step.task.job, error)) throw error
    return shortReason(
      head.plan,
      `the cluster does not accept its job: ${error.message}`,
    )
  }
}

/**
 * The first task's Job has to wait (for a quota, or for an API server that is
 * away for a moment): that `.started` went out is written down without it, so
 * that the next pass need not wait until this one's claim is over.
 */
const markStarted = async (pass: Pass): Promise<void> => {
  if (pass.startedSent && !pass.head.announced)
    await mark(pass, pass.head.tasks)
}

const mark = async (
  pass: Pass,
  tasks: Record<string, TaskRecord>,
): Promise<void> => {
  const { head, ports } = pass
  const announced =
    head.envelope.answered && !head.announced
      ? new Date(ports.cluster.time()).toISOString()
      : undefined
  pass.head = await patchHead(
    pass,
    markPatch(head, { tasks, ...(announced && { announced }) }),
  )
}

const stop = async (pass: Pass, step: Step, reason: string): Promise<void> => {
  const name = recordName(step)
  const { job: before } = pass.jobs.get(name)!
  const job = await stopTask(pass.ports.cluster, before, reason)
  pass.jobs.set(name, { job, outcome: { state: 'failed', reason } })
}

const sendFinished = async (
  pass: Pass,
  verdict: Verdict,
  ask: boolean,
): Promise<boolean> => {
  const { ports, head } = pass
  delete pass.holding
  const podsOf = (name: string): Pod[] => pass.pods.get(name) ?? []
  let delivery = await send(
    pass,
    'finished',
    ask,
    await finishedData(ports, head, verdict, podsOf),
  )
  if (delivery.state === 'refused')
    delivery = await send(pass, 'finished', false, {
      status: verdict.status,
      result: verdict.result,
    })
  if (delivery.state === 'refused') {
    await end(pass, `.finished was refused: ${delivery.reason}`)
    return true
  }
  if (delivery.state !== 'delivered') return false
  const reported = new Date(ports.cluster.time()).toISOString()
  const state = { ...stateOf(pass), head: { ...head, reported } }
  if (decide(state).do === 'settle') await end(pass, undefined, reported)
  else {
    pass.head = await patchHead(pass, reportedPatch(head, reported))
    await catchUp(pass, head.tasksText)
  }
  return true
}

/** Settles the run, and tells whoever looks if its answer was lost. */
const end = async (
  pass: Pass,
  unreported?: string,
  reported?: string,
): Promise<void> => {
  const { ports, head } = pass
  if (unreported !== undefined) {
    ports.log('error', unreported, {
      run: head.run,
      triggeredid: head.envelope.id,
      shkeptncontext: head.envelope.context,
    })
    await tellUser(ports, head, { reason: 'Unreported', message: unreported })
  }
  pass.head = await settle(ports, pass, reported)
  if (pass.head.deleting) await leaveRecord(ports, pass.head)
}
