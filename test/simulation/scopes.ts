import { EVENTS_AT_ONCE } from '../../function/job-executor.ts'

/** A task of a scope, and how its container behaves. */
export interface ScopeTask {
  name: string
  exitCode: number
  /** How long it runs. */
  ms: number
}

/** What is simulated, apart from what goes wrong. */
export interface Scope {
  config: string
  files: Record<string, string>
  /** The actions' tasks, by name. */
  actions: { silent: boolean; tasks: ScopeTask[] }[]
  /** For each event: how many deliveries of it begin at once. */
  events: number[]
  /** When each event comes, in milliseconds; absent: at once. */
  at: number[]
  /** How many replicas take the requests in turn. */
  replicas: number
  /** How many events a replica works on at once. */
  eventsAtOnce: number
  env: Record<string, string>
}

interface TaskOptions {
  exitCode?: number
  ms?: number
  files?: boolean
  namespace?: string
}

interface ActionOptions {
  silent?: boolean
  tasks: Record<string, TaskOptions>
}

const taskText = (name: string, options: TaskOptions): string =>
  `  - {name: ${name}, image: busybox, cmd: [run]${options.files ? ', files: [data]' : ''}${options.namespace ? `, namespace: ${options.namespace}` : ''}}`

const actionText = (options: ActionOptions, index: number): string =>
  [
    `- name: action ${index + 1}`,
    ...(options.silent ? ['  silent: true'] : []),
    '  events: [{name: sh.keptn.event.deployment.triggered}]',
    '  tasks:',
    ...Object.entries(options.tasks).map(([name, task]) =>
      taskText(name, task),
    ),
  ].join('\n')

const scope = (
  actions: ActionOptions[],
  more: Partial<
    Pick<Scope, 'events' | 'at' | 'replicas' | 'eventsAtOnce' | 'env'>
  > = {},
): Scope => ({
  config: `apiVersion: v2\nactions:\n${actions.map(actionText).join('\n')}\n`,
  files: { 'data/a.txt': 'a' },
  actions: actions.map(({ silent = false, tasks }) => ({
    silent,
    tasks: Object.entries(tasks).map(([name, { exitCode = 0, ms = 10 }]) => ({
      name,
      exitCode,
      ms,
    })),
  })),
  events: more.events ?? [1],
  at: more.at ?? [],
  replicas: more.replicas ?? 1,
  eventsAtOnce: more.eventsAtOnce ?? EVENTS_AT_ONCE,
  env: more.env ?? {},
})

/** The systems that are simulated, small ones first. */
export const SCOPES = {
  /** One task, one delivery. */
  one: scope([{ tasks: { one: {} } }]),
  /** Two deliveries of one event at once, each to a replica of its own. */
  pair: scope([{ tasks: { one: {} } }], { events: [2], replicas: 2 }),
  /** The same with files: the team may commit others between the two. */
  files: scope([{ tasks: { one: { files: true } } }], {
    events: [2],
    replicas: 2,
  }),
  /** The second event comes when the job watch is about to leave. */
  leaving: scope([{ tasks: { one: {} } }], {
    events: [1, 1],
    at: [0, 11_009],
    replicas: 2,
  }),
  /** Two actions with three tasks and files. */
  three: scope([
    { tasks: { one: { files: true }, two: {} } },
    { tasks: { three: {} } },
  ]),
  /** The second task fails: the other action runs. */
  fail: scope([
    { tasks: { one: {}, two: { exitCode: 3 }, never: {} } },
    { tasks: { three: {} } },
  ]),
  /** The silent action goes on when the answer is out. */
  silent: scope([
    { tasks: { one: { ms: 200 } } },
    { silent: true, tasks: { quiet: { ms: 20_000 } } },
  ]),
  /** All actions are silent: nobody is answered. */
  unanswered: scope([
    { silent: true, tasks: { one: { exitCode: 3 }, never: {} } },
    { silent: true, tasks: { two: {}, three: {} } },
  ]),
  /** Tasks take a while: a user can do something to them. */
  slow: scope([{ tasks: { one: { ms: 20_000 }, two: { ms: 5_000 } } }]),
  /** Tasks and files in another namespace. */
  far: scope(
    [{ tasks: { one: { files: true, namespace: 'other' }, two: {} } }],
    { env: { JOB_NAMESPACES: 'other' } },
  ),
  /** Three events at once, two replicas that work on one at a time. */
  crowd: scope([{ tasks: { one: {}, two: { ms: 3_000 } } }], {
    events: [1, 2, 1],
    replicas: 2,
    eventsAtOnce: 1,
  }),
  /** A config that cannot be used is answered. */
  invalid: {
    ...scope([]),
    config: 'apiVersion: v2\nactions: 3\n',
  },
} satisfies Record<string, Scope>

export type ScopeName = keyof typeof SCOPES
