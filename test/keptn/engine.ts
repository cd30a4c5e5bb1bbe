import { randomUUID } from 'node:crypto'
import type { Clock } from '../../function/clock.ts'
import { isObject, text } from '../../function/json.ts'
import { merge, sequenceOf, taskOf } from './event.ts'
import type { KeptnEvent } from './event.ts'

export interface ShipyardTask {
  name: string
  properties?: Record<string, unknown>
}

export interface EngineOptions {
  clock: Clock
  newId?: () => string
  /** Sequences that a sequence's `.triggered` at the API can start. */
  shipyard?: Record<string, (ShipyardTask | string)[]>
  /** Commit that the events of a new sequence are pinned to. */
  headOf?: (project: string, stage: string) => string | undefined
  /** Milliseconds between an event and Keptn's reaction; default 0: at once. */
  reactMs?: () => number
  /** Milliseconds until a published event can be queried; default 0. */
  storeMs?: () => number
  /** `TASK_STARTED_WAIT_DURATION`; default 10 min. */
  taskStartedWaitMs?: number
  /** `SEQUENCE_WATCHER_INTERVAL`; default 1 min. */
  watchMs?: number
}

export interface SequenceStart {
  project: string
  stage: string
  service: string
  /** Default `delivery`. */
  sequence?: string
  tasks: (ShipyardTask | string)[]
  data?: Record<string, unknown>
  labels?: Record<string, unknown>
  gitcommitid?: string
}

/** What Keptn did with an event. */
export type Outcome =
  | 'booked'
  | 'published'
  | 'ignored'
  | 'dropped: not decodable'
  | 'dropped: no scope'
  | 'dropped: no such task'

export interface HistoryEntry {
  /** Milliseconds since the epoch, on the engine's clock. */
  at: number
  /** `keptn`: its own; `past-nats`: sent to the shipyard controller. */
  from: 'keptn' | 'api' | 'past-nats'
  event: KeptnEvent
  outcome: Outcome
}

export type SequenceState =
  'waiting' | 'started' | 'paused' | 'finished' | 'timedOut' | 'aborted'

export interface TaskResult {
  name: string
  result: string
  status: string
}

interface OpenTask {
  name: string
  triggered: KeptnEvent
  /** On the monotonic clock. */
  since: number
  events: KeptnEvent[]
}

export interface Sequence {
  context: string
  project: string
  stage: string
  service: string
  name: string
  state: SequenceState
  previousTasks: TaskResult[]
  /** Stays after an abort and a time-out, as in Keptn. */
  currentTask: OpenTask | undefined
  /** As the state view shows it; a late answer spoils it. */
  stageState: string
  latestEvent: string
}

interface Execution extends Sequence {
  /** Id of the sequence's own `.triggered`. */
  triggerId: string
  tasks: ShipyardTask[]
  data: Record<string, unknown>
  labels: unknown
  gitcommitid: string | undefined
  /** Held back by a pause. */
  held: (() => void) | undefined
}

export type KeptnEngine = ReturnType<typeof keptnEngine>

/**
 * Keptn's control plane as a state machine: sequences, their tasks, what is
 * stored of the events. It counts as Keptn does, with its consequences: a
 * task is finished when as many `.finished` as `.started` came, at least one;
 * events are not de-duplicated; only a task that nobody ever answered times
 * out.
 */
export const keptnEngine = (options: EngineOptions) => {
  const { clock, newId = randomUUID } = options
  const reactMs = options.reactMs ?? (() => 0)
  const storeMs = options.storeMs ?? (() => 0)
  const taskStartedWaitMs = options.taskStartedWaitMs ?? 600_000
  const watchMs = options.watchMs ?? 60_000

  const executions: Execution[] = []
  const history: HistoryEntry[] = []
  const stored: KeptnEvent[] = []
  /** Task events that wait for an answer, newest last. */
  const open: KeptnEvent[] = []
  const listeners = new Set<(event: KeptnEvent) => void>()
  const timers = new Set<() => void>()
  let watching = false

  const later = (ms: number, then: () => void) => {
    if (ms <= 0) return then()
    const cancel = clock.after(ms, () => {
      timers.delete(cancel)
      then()
    })
    timers.add(cancel)
  }
  const rfc3339 = () => new Date(clock.now()).toISOString()

  const record = (
    from: HistoryEntry['from'],
    event: KeptnEvent,
    outcome: Outcome,
  ): Outcome => {
    history.push({ at: clock.now(), from, event, outcome })
    return outcome
  }
  const publish = (event: KeptnEvent) => {
    later(storeMs(), () => stored.push(event))
    const json = JSON.stringify(event)
    for (const listener of listeners) listener(JSON.parse(json) as KeptnEvent)
  }
  const emit = (
    type: string,
    attributes: { data: Record<string, unknown>; shkeptncontext: string } & {
      [attribute: string]: unknown
    },
  ): KeptnEvent => {
    const event: KeptnEvent = {
      specversion: '1.0',
      id: newId(),
      source: 'shipyard-controller',
      type,
      datacontenttype: 'application/json',
      time: rfc3339(),
      shkeptnspecversion: 'latest',
      ...attributes,
    }
    record('keptn', event, 'published')
    return event
  }

  const begin = (execution: Execution) => {
    execution.state = 'started'
    triggerNext(execution)
  }

  const triggerNext = (execution: Execution) => {
    const task = execution.tasks[execution.previousTasks.length]
    const last = execution.previousTasks.at(-1)
    const failed = last?.result === 'fail' || last?.status === 'errored'
    if (!task || failed) return endSequence(execution, 'finished')
    const go = () => later(reactMs(), () => triggerTask(execution, task))
    if (execution.state === 'paused') execution.held = go
    else go()
  }

  const triggerTask = (execution: Execution, task: ShipyardTask) => {
    if (execution.state !== 'started') return
    const { context, gitcommitid } = execution
    const event = emit(`sh.keptn.event.${task.name}.triggered`, {
      data: triggeredData(execution, task),
      shkeptncontext: context,
      ...(gitcommitid && { gitcommitid }),
    })
    if ('message' in execution.data)
      execution.data = { ...execution.data, message: '' }
    openTask(execution, task.name, event)
    publish(event)
  }

  const openTask = (execution: Execution, name: string, event: KeptnEvent) => {
    const since = clock.monotonic()
    execution.currentTask = { name, triggered: event, since, events: [] }
    execution.stageState = 'triggered'
    execution.latestEvent = event.type
    open.push(event)
    watch()
  }

  const close = (event: KeptnEvent | undefined) => {
    const at = open.findIndex(({ id }) => id === event?.id)
    if (at >= 0) open.splice(at, 1)
  }

  const endSequence = (
    execution: Execution,
    state: 'finished' | 'timedOut' | 'aborted',
    data?: Record<string, unknown>,
  ) => {
    const { project, stage, service, name } = execution
    const task = execution.currentTask
    const last = execution.previousTasks.at(-1)
    const verdict = data ?? {
      status: last?.status ?? 'succeeded',
      result: last?.result ?? 'pass',
      ...(last?.result === 'fail' || last?.status === 'errored'
        ? messageOf(execution.data)
        : {}),
    }
    close(task?.triggered)
    execution.held = undefined
    execution.state = state
    const event = emit(`sh.keptn.event.${stage}.${name}.finished`, {
      data: { project, stage, service, ...verdict },
      shkeptncontext: execution.context,
      triggeredid: execution.triggerId,
    })
    execution.stageState = text(verdict.status)
    execution.latestEvent = event.type
    if (state === 'finished') execution.currentTask = undefined
    publish(event)
    startWaiting(execution)
  }

  const same = (a: Sequence, b: Sequence): boolean =>
    a.project === b.project && a.stage === b.stage && a.service === b.service

  const startWaiting = (ended: Execution) => {
    const next = executions.find(
      (execution) => execution.state === 'waiting' && same(execution, ended),
    )
    if (next) begin(next)
  }

  const completeTask = (execution: Execution, task: OpenTask) => {
    const finished = task.events.filter(
      (event) => taskOf(event.type)?.kind === 'finished',
    )
    const started = task.events.length - finished.length
    if (finished.length === 0 || started !== finished.length) return
    execution.previousTasks.push({ name: task.name, ...verdictOf(finished) })
    for (const { data } of finished)
      execution.data = merge(execution.data, data)
    close(task.triggered)
    execution.currentTask = undefined
    later(reactMs(), () => triggerNext(execution))
  }

  /** An event at the engine, after (or, past NATS, without) publication. */
  const book = (event: KeptnEvent): Outcome => {
    const task = taskOf(event.type)
    if (task?.kind !== 'started' && task?.kind !== 'finished') return 'ignored'
    if (!hasStringLabels(event.data)) return 'dropped: not decodable'
    if (!hasScope(event.data)) return 'dropped: no scope'
    const execution = executions.find(
      ({ context, project, currentTask }) =>
        context === event.shkeptncontext &&
        project === event.data['project'] &&
        currentTask !== undefined &&
        // An empty value is no condition: any task of the context matches.
        (!event.triggeredid || currentTask.triggered.id === event.triggeredid),
    )
    if (!execution?.currentTask) return 'dropped: no such task'
    execution.currentTask.events.push(event)
    execution.latestEvent = event.type
    execution.stageState = 'triggered'
    if (execution.state === 'started' || execution.state === 'paused')
      completeTask(execution, execution.currentTask)
    return 'booked'
  }

  const startByEvent = (event: KeptnEvent) => {
    const named = sequenceOf(event.type)
    if (named?.kind !== 'triggered') return
    if (!hasScope(event.data) || !hasStringLabels(event.data)) return
    const tasks = options.shipyard?.[named.sequence]
    const execution = makeExecution(event, named.sequence, tasks ?? [])
    executions.push(execution)
    if (tasks) later(reactMs(), () => enqueue(execution))
    else
      endSequence(execution, 'finished', {
        status: 'errored',
        result: 'fail',
        message: `could not get definition of task sequence ${named.sequence}`,
      })
  }

  const makeExecution = (
    event: KeptnEvent,
    name: string,
    tasks: (ShipyardTask | string)[],
    gitcommitid?: string,
  ): Execution => ({
    context: event.shkeptncontext,
    project: text(event.data['project']),
    stage: text(event.data['stage']),
    service: text(event.data['service']),
    name,
    state: 'waiting',
    previousTasks: [],
    currentTask: undefined,
    stageState: 'triggered',
    latestEvent: event.type,
    triggerId: event.id,
    tasks: tasks.map((task) =>
      typeof task === 'string' ? { name: task } : task,
    ),
    data: event.data,
    labels: event.data['labels'],
    gitcommitid:
      gitcommitid ??
      options.headOf?.(text(event.data['project']), text(event.data['stage'])),
    held: undefined,
  })

  const enqueue = (execution: Execution) => {
    const busy = executions.some(
      (other) =>
        other !== execution &&
        same(other, execution) &&
        (other.state === 'started' || other.state === 'paused'),
    )
    if (!busy) begin(execution)
  }

  const watch = () => {
    if (watching || open.length === 0) return
    watching = true
    later(watchMs, () => {
      watching = false
      for (const execution of executions) timeOut(execution)
      watch()
    })
  }

  const timeOut = (execution: Execution) => {
    const task = execution.currentTask
    if (execution.state !== 'started' || !task) return
    if (clock.monotonic() - task.since < taskStartedWaitMs) return
    const { id, type } = task.triggered
    // Any stored event will do, whatever its kind; one past NATS is none.
    if (stored.some((event) => event.triggeredid === id)) return
    endSequence(execution, 'timedOut', {
      status: 'errored',
      result: 'fail',
      message: `sequence timed out while waiting for task ${type} to receive a correlating .started or .finished event`,
    })
  }

  return {
    /** Starts a sequence; it waits when its service is busy in this stage. */
    startSequence: (
      start: SequenceStart,
    ): { context: string; triggerId: string } => {
      const { project, stage, service, sequence = 'delivery' } = start
      const context = newId()
      const event: KeptnEvent = {
        specversion: '1.0',
        id: newId(),
        source: 'stand-in',
        type: `sh.keptn.event.${stage}.${sequence}.triggered`,
        contenttype: 'application/json',
        time: rfc3339(),
        shkeptncontext: context,
        data: {
          ...start.data,
          project,
          stage,
          service,
          ...(start.labels && { labels: start.labels }),
        },
      }
      record('keptn', event, 'published')
      publish(event)
      const execution = makeExecution(
        event,
        sequence,
        start.tasks,
        start.gitcommitid,
      )
      executions.push(execution)
      enqueue(execution)
      return { context, triggerId: event.id }
    },

    /** A task's `.triggered` as it is, as the only task of a sequence. */
    trigger: (given: Partial<KeptnEvent> & { type: string }): KeptnEvent => {
      const event: KeptnEvent = {
        specversion: '1.0',
        id: newId(),
        source: 'shipyard-controller',
        time: rfc3339(),
        shkeptncontext: newId(),
        datacontenttype: 'application/json',
        shkeptnspecversion: 'latest',
        ...given,
        data: given.data ?? {},
      }
      record('keptn', event, 'published')
      const task = taskOf(event.type)
      if (task?.kind === 'triggered') {
        const execution = makeExecution(event, 'triggered', [task.task])
        execution.state = 'started'
        executions.push(execution)
        openTask(execution, task.task, event)
      }
      publish(event)
      return event
    },

    /** An event that the API took: published, stored, booked. */
    receive: (event: KeptnEvent): void => {
      const entry: HistoryEntry = {
        at: clock.now(),
        from: 'api',
        event,
        outcome: 'ignored',
      }
      history.push(entry)
      publish(event)
      later(reactMs(), () => {
        entry.outcome = book(event)
        startByEvent(event)
      })
    },

    /** Sent to the shipyard controller itself: booked, but never stored. */
    receivePastNats: (event: KeptnEvent): void => {
      record('past-nats', event, book(event))
    },

    /** `abort`, `pause`, `resume`; anything else changes nothing. */
    control: (args: {
      project: string
      context: string
      state: string
      stage?: string
    }): void => {
      const mine = executions.filter(
        ({ project, context, stage }) =>
          project === args.project &&
          context === args.context &&
          (args.stage === undefined || stage === args.stage),
      )
      for (const execution of mine) {
        const { state, labels } = execution
        const runs = ['waiting', 'started', 'paused'].includes(state)
        if (args.state === 'abort' && runs)
          endSequence(execution, 'aborted', {
            ...(labels !== undefined && { labels }),
            status: 'aborted',
            result: 'pass',
          })
        if (args.state === 'pause' && state === 'started')
          execution.state = 'paused'
        if (args.state === 'resume' && state === 'paused') {
          execution.state = 'started'
          execution.held?.()
          execution.held = undefined
        }
      }
    },

    /** Called with a copy of each event on Keptn's bus; returns the end of it. */
    subscribe: (listener: (event: KeptnEvent) => void): (() => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    /** Everything that was received or sent, in order. */
    history: (): readonly HistoryEntry[] => history,

    /** How many `.started` and `.finished` came for a `.triggered`, in all. */
    counts: (triggeredid: string): { started: number; finished: number } => {
      const kinds = history
        .filter(({ event, from }) => {
          const { triggeredid: to } = event
          return from !== 'keptn' && to === triggeredid
        })
        .map(({ event }) => taskOf(event.type)?.kind)
      const count = (kind: string) => kinds.filter((is) => is === kind).length
      return { started: count('started'), finished: count('finished') }
    },

    /** Task events that wait for an answer, newest first. */
    open: (query: {
      type?: string
      project?: string
      stage?: string
      service?: string
      eventID?: string
    }): KeptnEvent[] =>
      open
        .filter(
          ({ type, id, data }) =>
            (query.type === undefined || type === query.type) &&
            (query.eventID === undefined || id === query.eventID) &&
            (['project', 'stage', 'service'] as const).every(
              (part) => query[part] === undefined || data[part] === query[part],
            ),
        )
        .toReversed(),

    /** What the datastore knows, oldest first. */
    stored: (query: {
      keptnContext?: string
      type?: string
      source?: string
      project?: string
      stage?: string
      service?: string
      eventID?: string
    }): KeptnEvent[] =>
      stored.filter(
        ({ type, id, source, shkeptncontext, data }) =>
          (query.keptnContext === undefined ||
            shkeptncontext === query.keptnContext) &&
          (query.type === undefined || type === query.type) &&
          (query.source === undefined || source === query.source) &&
          (query.eventID === undefined || id === query.eventID) &&
          (['project', 'stage', 'service'] as const).every(
            (part) => query[part] === undefined || data[part] === query[part],
          ),
      ),

    /** The sequences of a context, or all. */
    sequences: (context?: string): readonly Sequence[] =>
      executions.filter(
        (execution) => context === undefined || execution.context === context,
      ),

    /** Cancels what is still to come. */
    close: (): void => {
      for (const cancel of timers) cancel()
      timers.clear()
      listeners.clear()
    },
  }
}

const hasScope = (data: Record<string, unknown>): boolean =>
  ['project', 'stage', 'service'].every((part) => text(data[part]) !== '')

/** Other labels cannot be decoded by the shipyard controller. */
const hasStringLabels = (data: Record<string, unknown>): boolean => {
  const { labels } = data
  return (
    labels === undefined ||
    labels === null ||
    (isObject(labels) &&
      Object.values(labels).every((value) => typeof value === 'string'))
  )
}

const messageOf = (data: Record<string, unknown>): { message?: string } => {
  const message = text(data['message'])
  return message ? { message } : {}
}

/** How the answers of several executors become one. */
const verdictOf = (
  finished: KeptnEvent[],
): { status: string; result: string } => {
  const results = finished.map(({ data }) => text(data['result']))
  const statuses = finished.map(({ data }) => text(data['status']))
  const passed = results.every((result) => /^(pass|warning)$/.test(result))
  const result = !passed
    ? 'fail'
    : results.includes('warning')
      ? 'warning'
      : 'pass'
  for (const status of ['errored', 'aborted'])
    if (statuses.includes(status)) return { status, result }
  return statuses.every((status) => status === 'succeeded')
    ? { status: 'succeeded', result }
    : { status: 'unknown', result: 'fail' }
}

/** The input and all answers so far, then the task's own properties. */
const triggeredData = (
  execution: Execution,
  task: ShipyardTask,
): Record<string, unknown> => {
  const { project, stage, service, data } = execution
  const last = execution.previousTasks.at(-1)
  const own = data[task.name]
  return {
    ...data,
    project,
    stage,
    service,
    ...(last && { result: last.result, status: last.status }),
    ...('message' in data && { message: '' }),
    ...((own !== undefined || task.properties) && {
      [task.name]: merge(isObject(own) ? own : {}, task.properties ?? {}),
    }),
  }
}
