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
import type { Secrets } from '../function/cluster/memory/kubelet.ts'
import type { SecretValues } from '../function/cluster/secret-reader.ts'
import { readSettings } from '../function/settings.ts'
import { jobWatch } from '../function/watch/job-watch.ts'
import { inProcessKeptn } from './keptn/in-process.ts'
import { interpose, type OnCall } from './interpose.ts'
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
    /** Data of the Secrets; absent: there are none. */
    secrets?: Secrets
    secretValues?: SecretValues
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
  const cluster = new MemoryCluster({
    clock,
    runner,
    random: clock.random,
    ...(options.secrets && { secrets: options.secrets }),
  })
  const log = options.log ?? noLog

  const runWatch = async (run: ContainerRun): Promise<ContainerEnd> => {
    run.started()
    await jobWatch({
      cluster,
      clock,
      log,
      instance: settings.instance,
      job: run.env['JOB_UID']!,
      jobNamespace: settings.jobNamespace,
      jobNamespaces: settings.jobNamespaces,
      heartbeatSeconds: settings.jobWatch.heartbeatSeconds,
      lingerSeconds: settings.jobWatch.lingerSeconds,
      ring: async (about) => {
        world.rings.push('run' in about ? about.reason : 'all')
        const ring =
          'run' in about ? { run: about.run } : { all: true as const }
        await Promise.race([
          world.executor.ring(ring).catch(() => {}),
          // A dead process closes the connection.
          world.died,
        ])
      },
      signal: run.signal,
    })
    return { exitCode: 0 }
  }

  /** A process of the function; a dead one's calls never return. */
  const start = (replica: string): JobExecutor => {
    const through: OnCall = async (call, phase) => {
      const own = replica === world.replica
      if (!own) return new Promise(() => {})
      const fault = await world.fault?.(call, phase)
      if (replica !== world.replica) return new Promise(() => {})
      return fault
    }
    const ports: Ports = {
      cluster: interpose(
        'cluster',
        cluster,
        ['create', 'get', 'list', 'patch', 'delete', 'log'],
        through,
      ),
      store: interpose('store', keptn.store, ['get', 'list'], through),
      reporter: interpose(
        'reporter',
        keptn.reporter,
        ['send', 'arrived', 'open'],
        through,
      ),
      ...(options.secretValues && { secretValues: options.secretValues }),
      clock,
      log,
      settings,
      replica,
      image: async () => 'fn:1',
    }
    return jobExecutor(ports)
  }

  let buried = () => {}
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
    /** The process that lives. */
    replica: 'replica-1',
    executor: undefined as unknown as JobExecutor,
    /** Resolves when the process that lives now dies. */
    died: undefined as Promise<void> | undefined,
    /** Stands between the function's calls and their effects. */
    fault: undefined as OnCall | undefined,
    /** The process dies, and another takes its place. */
    restart: () => {
      buried()
      world.died = new Promise((resolve) => (buried = resolve))
      world.replica = `replica-${(replicas += 1)}`
      world.executor = start(world.replica)
    },
    /** A task's `.triggered`, open at Keptn, not delivered yet. */
    trigger: (
      task = 'deployment',
      data: Record<string, unknown> = {},
    ): JobEvent =>
      keptn.engine.trigger({
        type: `sh.keptn.event.${task}.triggered`,
        data: { ...scope, ...data },
      }),
    /** Hands an event to the function; true when it took it (202). */
    deliver: async (event: JobEvent): Promise<boolean> => {
      let taken: boolean | undefined
      const { replica } = world
      void world.executor.event(event).then(
        () => (taken = true),
        (error: unknown) => {
          taken = false
          log('warn', 'not taken', { error: String(error) })
        },
      )
      await clock.run(
        () => taken !== undefined || world.replica !== replica,
        120_000,
      )
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
  let replicas = 0
  world.restart()
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
