import type { JobEvent } from '../../config/event.ts'
import type { Clock } from '../clock.ts'
import type { Job } from '../cluster/cluster.ts'
import { ifThere, isClusterError } from '../cluster/cluster.ts'
import { MemoryCluster } from '../cluster/memory.ts'
import type { ContainerRun, ContainerRunner } from '../cluster/runner.ts'
import { decodeHead, type Head } from '../head.ts'
import { type JobExecutor, jobExecutor } from '../job-executor.ts'
import { LABEL } from '../labels.ts'
import type { Log } from '../log.ts'
import { headName, runId } from '../names.ts'
import { readTasks } from '../read-run.ts'
import type { Reporter } from '../reporter.ts'
import type { ResourceStore } from '../resource-store.ts'
import type { Settings } from '../settings.ts'
import type { TaskRecord } from '../verdict.ts'
import { jobWatch } from '../watch/job-watch.ts'

export interface LocalRunArgs {
  event: JobEvent
  settings: Settings
  /** The function's own image; nothing of it is run from it here. */
  image: string
  store: ResourceStore
  reporter: Reporter
  /** Runs the tasks' containers. */
  runner: ContainerRunner
  secrets: (
    namespace: string,
    name: string,
  ) => Record<string, string> | undefined
  clock: Clock
  log: Log
  /** Cancels the run, as the deletion of its head would on a cluster. */
  signal: AbortSignal
}

export interface LocalRunEnd {
  /** Settled. */
  head: Head
  /** How each task that was started ended, by its record name. */
  tasks: Record<string, TaskRecord>
}

/**
 * Carries an event through to its end in this process: the function, the job
 * watch in a pod of its own, and an in-memory cluster. Returns how the
 * run ended; `undefined` when there is nothing to do for the event.
 */
export const localRun = async (
  args: LocalRunArgs,
): Promise<LocalRunEnd | undefined> => {
  const { settings, event, signal } = args
  const namespace = settings.jobNamespace
  const name = headName(runId(settings.instance, event))
  const end = new AbortController()
  const running = new Set<Promise<unknown>>()
  const defect = Promise.withResolvers<never>()
  defect.promise.catch(() => {})
  const cluster: MemoryCluster = new MemoryCluster({
    clock: args.clock,
    random: Math.random,
    secrets: args.secrets,
    runner: {
      run: (run) => {
        const container = isWatch(run)
          ? watchContainer(args, cluster, run, end.signal, (ring) =>
              executor.ring(ring).catch((error: unknown) => {
                args.log('error', 'a callback failed', { error: String(error) })
                // It would fail for ever: no other cause goes away here.
                if (!isClusterError(error)) defect.reject(error)
              }),
            )
          : args.runner.run(run)
        const tracked = container
          .catch(() => undefined)
          .finally(() => running.delete(tracked))
        running.add(tracked)
        return container
      },
      removed: (pod) => args.runner.removed?.(pod),
    },
  })
  const executor: JobExecutor = jobExecutor({
    cluster,
    store: args.store,
    reporter: args.reporter,
    clock: args.clock,
    log: args.log,
    settings,
    replica: 'local',
    image: async () => args.image,
  })
  // The clock's own timers let the process end.
  const alive = setInterval(() => {}, 2 ** 30)
  const cancel = () => void ifThere(cluster.delete('Job', namespace, name))
  try {
    await executor.event(event)
    if (!cluster.objects('Job').some(({ metadata }) => metadata?.name === name))
      return undefined
    if (signal.aborted) cancel()
    signal.addEventListener('abort', cancel, { once: true })
    const settled = await Promise.race([
      settledHead(cluster, namespace, name),
      defect.promise,
    ])
    await executor.idle()
    const head = decodeHead(settled)
    return { head, tasks: await taskRecords(cluster, head) }
  } finally {
    signal.removeEventListener('abort', cancel)
    end.abort()
    await Promise.all(running)
    clearInterval(alive)
  }
}

/** From the head, and for what it need not know any more from the Jobs. */
const taskRecords = async (
  cluster: MemoryCluster,
  head: Head,
): Promise<Record<string, TaskRecord>> => {
  const { jobs } = await readTasks(cluster, head)
  const seen = [...jobs].flatMap(
    ([name, { outcome }]): [string, TaskRecord][] =>
      outcome.state === 'running' ? [] : [[name, outcome]],
  )
  return {
    ...head.tasks,
    ...Object.fromEntries(seen),
    ...head.claim.verdict?.tasks,
  }
}

const isWatch = ({ pod }: ContainerRun): boolean =>
  pod.metadata?.labels?.[LABEL.role] === 'watch'

const watchContainer = async (
  { settings, clock, log }: LocalRunArgs,
  cluster: MemoryCluster,
  run: ContainerRun,
  end: AbortSignal,
  ring: JobExecutor['ring'],
) => {
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
    ring: (about) => ring('run' in about ? { run: about.run } : { all: true }),
    signal: AbortSignal.any([run.signal, end]),
  })
  return { exitCode: 0 }
}

/** The head as it is when nothing more is to be done for its run. */
const settledHead = async (
  cluster: MemoryCluster,
  namespace: string,
  name: string,
): Promise<Job> => {
  const selection = { fieldSelector: `metadata.name=${name}` }
  const { items, resourceVersion } = await cluster.list(
    'Job',
    namespace,
    selection,
  )
  let head = items[0]
  const stop = new AbortController()
  try {
    if (head && isSettled(head)) return head
    for await (const change of cluster.watch('Job', namespace, {
      ...selection,
      resourceVersion,
      signal: stop.signal,
    })) {
      if (change.type === 'BOOKMARK') continue
      head = change.object
      if (change.type === 'DELETED' || isSettled(head)) return head
    }
    throw new Error(`the watch of head ${name} ended`)
  } finally {
    stop.abort()
  }
}

const isSettled = (head: Job): boolean =>
  head.metadata?.labels?.[LABEL.unsettled] === undefined
