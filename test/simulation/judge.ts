import type { Change } from '../../function/cluster/memory/store.ts'
import type { Job } from '../../function/cluster/cluster.ts'
import { ANNOTATION, LABEL } from '../../function/labels.ts'
import type { KeptnEvent } from '../keptn/event.ts'
import type { Scope } from './scopes.ts'

/** A promise that was broken. */
export interface Violation {
  /** Milliseconds since the start. */
  at: number
  invariant: Invariant
  detail: string
}

export const INVARIANTS = {
  'one start': 'a task starts one pod, and one more for each disruption',
  files: 'the files of a task are there when its pod starts',
  order: 'a task is created only after those before it came to their end',
  'every task':
    'a task of an accepted run starts, once, if those before it in its action ended well',
  announced: '.started is out before the first task is created',
  'one .started': 'Keptn counts one .started for an accepted event',
  'one .finished': 'Keptn counts one .finished for an accepted event',
  'finished after started': 'no .finished without a .started before it',
  verdict: '.finished says what happened',
  ends: 'what was accepted ends',
  owned: 'an owner is in the same namespace',
  expires: 'what is left has an end, and is gone after it',
  watched: 'what is accepted and unsettled has a live job watch',
  idle: 'the job watch is gone when nothing is unsettled',
  'still after the end': 'no task is created long after its run was ended',
  sound: 'the function does not fail by a defect of its own',
} as const
export type Invariant = keyof typeof INVARIANTS

/** What is known of one task of one run. */
interface TaskTruth {
  starts: number
  disruptions: number
  /** When somebody deleted its Job or its pod. */
  disruptedAt: number
  /** A container of it ended with 0, or with something else. */
  succeeded: boolean
  failed: boolean
  /** Its Job was seen, failed, stopped or removed. */
  created: boolean
  over: boolean
}

interface RunTruth {
  event: KeptnEvent
  tasks: Map<string, TaskTruth>
  started: number
  finished: number
  accepted: boolean
  /** The head is there, and not settled. */
  unsettled: boolean
  committed: boolean
  /** A user deleted its head, a task's Job or a pod; its sequence ended. */
  disturbed: boolean
  /** It began again: Keptn may wait for nothing any more. */
  forgotten: boolean
  /**
   * What had not been sent when it began again: it may have been on its way
   * when the head was deleted, and come until then beside what is sent now.
   */
  owed: { started: boolean; finished: boolean; until: number }
  /**
   * What was on its way while its process froze for so long that another one
   * may have done it meanwhile: as much may come once more.
   */
  late: { started: number; finished: number; tasks: number }
  /** What `.finished` will say, since it was claimed. */
  verdict: string | undefined
  /** A user deleted its head. */
  headDeleted: boolean
  aborted: boolean
  /** When its head got its end from outside. */
  endedAt: number | undefined
}

/** How long a call of a process can be on its way. Milliseconds. */
const ON_ITS_WAY = 60_000

/**
 * Holds the history of the cluster and of Keptn against what is promised.
 * It reads what happened, never what the function thinks.
 */
export class Judge {
  readonly violations: Violation[] = []
  /**
   * What a process did that froze for long while it was about to do it, and
   * woke: a report that was sent already, a task of a run that had ended.
   */
  frozenSenders = 0
  /** Something outside took the job watch away, and no signal came since. */
  watchLost = false
  /** Runs that a delivery began again after a user deleted their head. */
  forgotten = 0
  readonly runs = new Map<string, RunTruth>()
  readonly #scope: Scope
  readonly #now: () => number
  /** The job watches' Jobs, by uid: one, and for a time those before it. */
  readonly #watches = new Map<string, Job>()

  constructor(scope: Scope, now: () => number) {
    this.#scope = scope
    this.#now = now
  }

  fail(invariant: Invariant, detail: string): void {
    this.violations.push({ at: this.#now(), invariant, detail })
  }

  expect(run: string, event: KeptnEvent): void {
    this.runs.set(run, {
      event,
      tasks: new Map(),
      started: 0,
      finished: 0,
      accepted: false,
      unsettled: false,
      committed: false,
      disturbed: false,
      verdict: undefined,
      headDeleted: false,
      forgotten: false,
      owed: { started: false, finished: false, until: 0 },
      late: { started: 0, finished: 0, tasks: 0 },
      aborted: false,
      endedAt: undefined,
    })
  }

  task(run: string, place: string): TaskTruth {
    const { tasks } = this.runs.get(run)!
    let task = tasks.get(place)
    if (!task) {
      task = {
        starts: 0,
        disruptions: 0,
        disruptedAt: -Infinity,
        succeeded: false,
        failed: false,
        created: false,
        over: false,
      }
      tasks.set(place, task)
    }
    return task
  }

  /** Somebody deletes a task's Job, or its pod. */
  disrupted(run: string, place: string): void {
    this.runs.get(run)!.disturbed = true
    const task = this.task(run, place)
    task.disruptions += 1
    task.disruptedAt = this.#now()
  }

  get unsettled(): number {
    let count = 0
    for (const run of this.runs.values()) if (run.unsettled) count += 1
    return count
  }

  /** A run is there that no delivery was accepted for: the Broker gave up. */
  get abandoned(): boolean {
    return [...this.runs.values()].some(
      ({ accepted, unsettled }) => unsettled && !accepted,
    )
  }

  /** A Job of the watch is there, whatever its state. */
  get watchThere(): boolean {
    return this.#watches.size > 0
  }

  get watchAlive(): boolean {
    return [...this.#watches.values()].some(isAlive)
  }

  changed = ({ type, kind, object }: Change): void => {
    const { metadata } = object
    if (type === 'ADDED') this.#checkOwner(object)
    if (kind !== 'Job') return
    const role = metadata?.labels?.[LABEL.role]
    const job = object as Job
    if (role === 'watch') this.#watchChanged(type, job)
    if (role === 'head') this.#headChanged(type, job)
    if (role === 'task') this.#taskChanged(type, job)
  }

  #watchChanged(type: Change['type'], job: Job): void {
    const { uid } = job.metadata!
    if (type === 'DELETED') this.#watches.delete(uid!)
    else this.#watches.set(uid!, job)
  }

  #headChanged(type: Change['type'], { metadata }: Job): void {
    const run = this.runs.get(metadata!.labels![LABEL.run]!)
    if (!run) return
    // What a cancelled run leaves behind is no new one: it is settled.
    const begins =
      type === 'ADDED' && metadata!.labels![LABEL.unsettled] !== undefined
    if (begins && run.committed) this.#forget(run)
    run.committed = true
    this.#claimed(run, metadata!.annotations?.[ANNOTATION.claim])
    run.unsettled =
      type !== 'DELETED' && metadata!.labels![LABEL.unsettled] !== undefined
    if (
      metadata!.annotations?.[ANNOTATION.ended] ||
      metadata!.deletionTimestamp
    )
      run.endedAt ??= this.#now()
  }

  /** What was claimed may have been sent: it does not change any more. */
  #claimed(run: RunTruth, claim = '{}'): void {
    const { verdict } = JSON.parse(claim) as { verdict?: object }
    if (!verdict) return
    const text = JSON.stringify(verdict)
    if (run.verdict !== undefined && run.verdict !== text)
      this.fail('verdict', `${run.verdict} was claimed, and then ${text}`)
    run.verdict = text
  }

  /** Without its head nobody knows that the event was answered: a new run. */
  #forget(run: RunTruth): void {
    if (!run.headDeleted) this.fail('one start', 'a run begins again')
    this.forgotten += 1
    run.forgotten = true
    // What was taken was its first life; nothing is promised for this one yet.
    run.accepted = false
    run.owed = {
      started: run.started === 0,
      finished: run.finished === 0,
      until: this.#now() + ON_ITS_WAY,
    }
    run.verdict = undefined
    run.tasks.clear()
    run.started = 0
    run.finished = 0
    run.endedAt = undefined
  }

  #taskChanged(type: Change['type'], job: Job): void {
    const id = job.metadata!.labels![LABEL.run]!
    const place = placeOf(job)
    if (!this.runs.has(id) || !place) return
    const task = this.task(id, place)
    if (type === 'ADDED') this.#created(id, place)
    task.created = true
    if (
      type === 'DELETED' ||
      job.metadata!.deletionTimestamp ||
      job.metadata!.annotations?.[ANNOTATION.stopped] ||
      job.status?.conditions?.some(
        ({ type, status }) =>
          ['Failed', 'FailureTarget'].includes(type) && status === 'True',
      )
    )
      task.over = true
  }

  #created(id: string, place: string): void {
    const run = this.runs.get(id)!
    const [action = 0, index = 0] = place.split('-').map((part) => +part - 1)
    if (run.started === 0 && !this.allSilent)
      this.fail('announced', `task ${place} is created before .started`)
    this.#scope.actions.slice(0, action + 1).forEach(({ tasks }, at) => {
      const before = at === action ? tasks.slice(0, index) : tasks
      for (const [number, { name }] of before.entries()) {
        const earlier = this.task(id, `${at + 1}-${number + 1}`)
        // A failed one ends its own action, not the ones after it; one that
        // somebody disturbs may end either way.
        const next = this.task(id, `${at + 1}-${number + 2}`)
        // Until it is known to all that it is gone, both may be begun.
        const disturbed = this.#now() - earlier.disruptedAt < ON_ITS_WAY
        if (at < action && earlier.created && earlier.over)
          if (disturbed || !next.created) break
        if (earlier.succeeded) continue
        return this.fail(
          'order',
          `task ${place} is created before ${name} ended well`,
        )
      }
    })
    if (run.endedAt !== undefined && this.#now() - run.endedAt > ON_ITS_WAY)
      if (!this.#isLate(run, 'tasks'))
        this.fail('still after the end', `task ${place} is created`)
  }

  /** A report goes out that was on its way while its sender was frozen. */
  sendsLate(report: Pick<KeptnEvent, 'type' | 'triggeredid'>): void {
    const run = this.#runOf(report)
    if (run) run.late[kindOf(report)] += 1
  }

  /** A task is created; `wasFrozen`: whether its creator was, for long. */
  creates(id: string, wasFrozen: (since: number) => boolean): void {
    const run = this.runs.get(id)
    if (run?.endedAt !== undefined && wasFrozen(run.endedAt))
      run.late.tasks += 1
  }

  /** True once for each such act of a process that was frozen. */
  #isLate({ late }: RunTruth, what: keyof RunTruth['late']): boolean {
    if (late[what] === 0) return false
    late[what] -= 1
    this.frozenSenders += 1
    return true
  }

  #runOf({
    triggeredid,
  }: Pick<KeptnEvent, 'triggeredid'>): RunTruth | undefined {
    return [...this.runs.values()].find(({ event }) => event.id === triggeredid)
  }

  get allSilent(): boolean {
    const { actions } = this.#scope
    return actions.length > 0 && actions.every(({ silent }) => silent)
  }

  #checkOwner(object: Change['object']): void {
    const { ownerReferences = [], namespace, name } = object.metadata ?? {}
    for (const { name: owner } of ownerReferences)
      if (owner.startsWith('run-') && namespace !== 'jobs')
        this.fail('owned', `${name} in ${namespace} has the owner ${owner}`)
  }

  containerStarted(id: string, place: string): void {
    const task = this.task(id, place)
    task.starts += 1
    // What was on its way when its head was deleted may start once more.
    const more = task.disruptions + (this.runs.get(id)!.headDeleted ? 1 : 0)
    if (task.starts > 1 + more)
      this.fail(
        'one start',
        `task ${place} starts a pod for the ${task.starts}. time`,
      )
  }

  /** A pod of a task with files finds none: they go when its run is ended. */
  lacksFiles(id: string, place: string): void {
    if (this.runs.get(id)!.endedAt === undefined)
      this.fail('files', `task ${place} does not find its files`)
  }

  containerEnded(id: string, place: string, exitCode: number): void {
    const task = this.task(id, place)
    if (exitCode === 0) task.succeeded = true
    else task.failed = true
  }

  /** At the end of an accepted run that nobody disturbed. */
  everyTaskRan(id: string): void {
    this.#scope.actions.forEach(({ tasks }, action) => {
      for (const [index, { name }] of tasks.entries()) {
        const task = this.task(id, `${action + 1}-${index + 1}`)
        if (task.starts !== 1)
          this.fail('every task', `task ${name} started ${task.starts} times`)
        if (!task.succeeded) return
      }
    })
  }

  reported(event: KeptnEvent): void {
    const run = this.#runOf(event)
    if (!run)
      return this.fail('one .started', `a report to nothing: ${event.type}`)
    const kind = kindOf(event)
    run[kind] += 1
    if (run[kind] > 1) {
      if (run.owed[kind] && this.#now() <= run.owed.until) {
        run.owed[kind] = false
        run[kind] -= 1
      } else if (!this.#isLate(run, kind))
        this.fail(`one .${kind}`, `it is sent for the ${run[kind]}. time`)
    }
    if (kind === 'started') return
    if (run.started === 0)
      this.fail('finished after started', 'none came before')
    this.#checkVerdict(run, event)
  }

  #checkVerdict(run: RunTruth, { data }: KeptnEvent): void {
    const loud = this.#scope.actions.flatMap(({ silent, tasks }, action) =>
      silent
        ? []
        : tasks.map((_, task) => run.tasks.get(`${action + 1}-${task + 1}`)),
    )
    const passed = loud.length > 0 && loud.every((task) => task?.succeeded)
    if (data.result === 'pass' && data.status === 'succeeded') {
      if (!passed)
        this.fail('verdict', 'it passed, but not every task succeeded')
    } else if (loud.length > 0 && !this.#canFail && !run.disturbed)
      this.fail(
        'verdict',
        `it failed, and nobody disturbed it: ${String(data.message)}`,
      )
  }

  /** A task that counts ends with something else than 0. */
  get #canFail(): boolean {
    return this.#scope.actions.some(
      ({ silent, tasks }) =>
        !silent && tasks.some(({ exitCode }) => exitCode !== 0),
    )
  }

  /** A delivery was answered with 2xx. `lost`: the watch was taken away since it began. */
  taken(id: string, lost: boolean): void {
    const run = this.runs.get(id)
    if (!run) return
    run.accepted = true
    if (!lost && this.watchAlive) this.watchLost = false
    if (run.unsettled && !this.watchAlive && !lost)
      this.fail(
        'watched',
        'an event is accepted, and there is no live job watch',
      )
  }

  /**
   * A job watch deleted a Job: itself, or an older one. When it does the latter
   * it may not know yet that it was taken away from outside.
   */
  left(itself: boolean): void {
    if (this.watchAlive || (!itself && this.watchLost)) return
    for (const run of this.runs.values())
      if (run.accepted && run.unsettled && run.committed)
        this.fail('watched', 'the job watch left an accepted run alone')
  }
}

const isAlive = ({ metadata, status }: Job): boolean =>
  metadata?.deletionTimestamp === undefined &&
  !status?.conditions?.some(
    ({ type, status }) =>
      ['Complete', 'Failed'].includes(type) && status === 'True',
  )

const kindOf = ({ type }: Pick<KeptnEvent, 'type'>): 'started' | 'finished' =>
  type.endsWith('.started') ? 'started' : 'finished'

/** `A-T` at the end of a task Job's name. */
export const placeOf = ({ metadata }: Job): string | undefined =>
  /-(\d+-\d+)$/.exec(metadata?.name ?? '')?.[1]
