import type { JobEvent } from '../config/event.ts'

import { MemoryCluster } from '../function/cluster/memory.ts'
import type {
  ContainerEnd,
  ContainerRun,
  ContainerRunner,
} from '../function/cluster/runner.ts'
import { sleep } from '../function/clock.ts'
import { jobExecutor, type JobExecutor } from '../function/job-executor.ts'
import { LABEL } from '../function/labels.ts'
import { noLog, type Log } from '../function/log.ts'
import type { Ports } from '../function/ports.ts'
import { readSettings } from '../function/settings.ts'
import { jobWatch } from '../function/watch/job-watch.ts'
import { inProcessKeptn } from './keptn/in-process.ts'
import { VirtualClock } from './virtual-clock.ts'

/** How a task's container behaves in a test. */
export type Script = (run: ContainerRun) => Promise<ContainerEnd>

/**
 * The whole system in one process on a virtual clock: the function, the job
 * watch (in its own pod of the in-memory cluster), the cluster and Keptn.
 */
export const makeWorld = (
  options: {
    config?: string
    files?: Record<string, string>
    /** Behaviour by task name; default: prints and ends with 0 after 10 ms. */
    scripts?: Record<string, Script>
    env?: Record<string, string>
    seed?: number
    log?: Log
  } = {},
) => {
  const clock = new VirtualClock(
    options.seed === undefined ? {} : { seed: options.seed },
  )
  const keptn = inProcessKeptn({ clock })
  const scope = { project: 'sockshop', stage: 'dev', service: 'carts' }
  keptn.resources.set(scope, {
    ...options.files,
    ...(options.config !== undefined && { 'job/config.yaml': options.config }),
  })
  const settings = readSettings(
    {
      FUNCTION_NAME: 'fn',
      FUNCTION_NAMESPACE: 'jobs',
      FUNCTION_IMAGE: 'fn:1',
      KEPTN_API_ENDPOINT: 'http://keptn/api',
      KEPTN_API_TOKEN: 'token',
      ...options.env,
    },
    { read: () => undefined },
  )
  const runs: string[] = []
  const runner: ContainerRunner = {
    run: async (run) => {
      const role = run.pod.metadata?.labels?.[LABEL.role]
      if (role === 'watch') return runWatch(run)
      const name = taskName(run)
      if (!run.init) runs.push(name)
      const script = run.init ? undefined : options.scripts?.[name]
      return (script ?? succeed(clock))(run)
    },
  }
  const cluster = new MemoryCluster({ clock, runner, random: clock.random })
  const log = options.log ?? noLog

  const runWatch = async (run: ContainerRun): Promise<ContainerEnd> => {
    run.started()
    await jobWatch({
      cluster,
      clock,
      log,
      instance: settings.instance,
      jobNamespace: settings.jobNamespace,
      jobNamespaces: settings.jobNamespaces,
      heartbeatSeconds: settings.jobWatch.heartbeatSeconds,
      lingerSeconds: settings.jobWatch.lingerSeconds,
      ring: async (about) => {
        world.rings.push('run' in about ? about.reason : 'all')
        await world.executor
          .ring('run' in about ? { run: about.run } : { all: true })
          .catch(() => {})
      },
      signal: run.signal,
    })
    return { exitCode: 0 }
  }

  const start = (replica: string): JobExecutor => {
    const ports: Ports = {
      cluster,
      store: keptn.store,
      reporter: keptn.reporter,
      clock,
      log,
      settings,
      replica,
      image: async () => 'fn:1',
    }
    return jobExecutor(ports)
  }

  const world = {
    clock,
    cluster,
    keptn,
    settings,
    scope,
    /** Names of the tasks whose containers were started, in order. */
    runs,
    /** Reasons for which the job watch rang. */
    rings: [] as string[],
    executor: start('one'),
    /** Another process of the function, as after a crash. */
    restart: () => {
      world.executor = start(`replica-${(replicas += 1)}`)
    },
    /** A task's `.triggered`, open at Keptn, not delivered yet. */
    trigger: (
      task = 'deployment',
      data: Record<string, unknown> = {},
    ): JobEvent =>
      keptn.engine.trigger({
        type: `sh.keptn.event.${task}.triggered`,
        data: { ...scope, ...data },
      }) as unknown as JobEvent,
    /** Hands an event to the function; true when it took it (202). */
    deliver: async (event: JobEvent): Promise<boolean> => {
      let taken: boolean | undefined
      void world.executor.event(event).then(
        () => (taken = true),
        (error: unknown) => {
          taken = false
          log('warn', 'not taken', { error: String(error) })
        },
      )
      await clock.run(() => taken !== undefined, 120_000)
      return taken ?? false
    },
    /** Lets time pass until nothing is unsettled and the watch is gone. */
    settle: (limit = 3_600_000): Promise<boolean> =>
      clock.run(
        () =>
          cluster
            .objects('Job')
            .every(
              ({ metadata }) =>
                metadata?.labels?.[LABEL.unsettled] === undefined &&
                metadata?.labels?.[LABEL.role] !== 'watch',
            ),
        limit,
      ),
    /** The reports that Keptn got for an event, oldest first. */
    reports: (event: { id: string }) =>
      keptn.engine
        .history()
        .filter(
          ({ from, event: sent }) =>
            from === 'api' && sent.triggeredid === event.id,
        )
        .map(({ event: sent }) => sent),
    /** Kinds of these reports. */
    kinds: (event: { id: string }): string[] =>
      world
        .reports(event)
        .map(({ type }) => type.slice(type.lastIndexOf('.') + 1)),
    jobs: (role: 'head' | 'task' | 'watch') =>
      cluster
        .objects('Job')
        .filter(({ metadata }) => metadata?.labels?.[LABEL.role] === role),
  }
  let replicas = 1
  return world
}

export type World = ReturnType<typeof makeWorld>

/** The name of the task that a pod runs. */
export const taskName = ({ pod }: Pick<ContainerRun, 'pod'>): string =>
  pod.metadata?.labels?.['keptn.sh/jes-task'] ?? ''

const succeed =
  (clock: VirtualClock): Script =>
  async (run) => {
    run.started()
    run.log(`hello from ${taskName(run)}\n`)
    await sleep(clock, 10, run.signal)
    return { exitCode: 0 }
  }

/** A container that ends with a code after a time, and prints something. */
export const ends =
  (world: () => Pick<World, 'clock'>, exitCode: number, ms = 10): Script =>
  async (run) => {
    run.started()
    run.log(`${taskName(run)} ends with ${exitCode}\n`)
    await sleep(world().clock, ms, run.signal)
    return { exitCode }
  }
