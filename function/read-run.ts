import type { Cluster, Event, Job, Pod } from './cluster/cluster.ts'
import { ifReadable, ifThere } from './cluster/cluster.ts'
import { decodeHead, type Head } from './head.ts'
import { cleanText } from './clean-text.ts'
import { LABEL, ofRole } from './labels.ts'
import { headName } from './names.ts'
import { lacksPod, type Outcome, taskOutcome } from './outcome.ts'
import { namespacesOf, recordName, stepsOf } from './plan.ts'

/** What the API server says of a run now. */
export interface RunObjects {
  head: Head
  /** The task Jobs that are of this head, by record name. */
  jobs: Map<string, { job: Job; outcome: Outcome }>
  /** Their pods, by record name. */
  pods: Map<string, Pod[]>
}

/**
 * Reads a run: its head, its task Jobs and their pods. `undefined` when there
 * is no such head. Rejects with `ClusterError`, or `FormatError` for a head
 * that a newer version made.
 */
export const readRun = async (
  cluster: Cluster,
  namespace: string,
  run: string,
): Promise<RunObjects | undefined> => {
  const job = await ifThere(cluster.get('Job', namespace, headName(run)))
  if (!job) return undefined
  const head = decodeHead(job)
  return head.unsettled
    ? { head, ...(await readTasks(cluster, head)) }
    : { head, jobs: new Map(), pods: new Map() }
}

/**
 * Task Jobs are read one by one while they are few: a list by label has the
 * API server look at every Job of the namespace, also at thousands of settled
 * runs, and wait until its cache knows all that was written by anybody.
 */
const FEW = 10

/** A task without a time limit of its own is given up after that. Seconds. */
const LONGEST_TASK = 24 * 3600

/** For what lies between the tasks of a run. Milliseconds. */
const MARGIN = 15 * 60_000

/** A right that is replaced is away for a moment. Milliseconds. */
const PATIENCE = 60_000

/**
 * True for a run whose tasks must be over, or that a user deleted: then what
 * cannot be read is gone. An admin may take away the right to another
 * namespace, or the whole namespace with it; before, it may come back.
 */
const mustBeOver = (head: Head, now: number): boolean => {
  const seconds = stepsOf(head.plan).reduce(
    (sum, { task }) =>
      sum + (task.job.spec?.activeDeadlineSeconds ?? LONGEST_TASK),
    0,
  )
  return (
    (head.deletedAt !== undefined && now > head.deletedAt + PATIENCE) ||
    now > head.created + seconds * 1000 + MARGIN
  )
}

/** The task Jobs of a head and their pods, in all of its namespaces. */
export const readTasks = async (
  cluster: Cluster,
  head: Head,
): Promise<Pick<RunObjects, 'jobs' | 'pods'>> => {
  const namespaces = namespacesOf(head.plan)
  const steps = stepsOf(head.plan)
  const labelSelector = `${LABEL.run}=${head.run},${ofRole('task')}`
  const read = <T>(namespace: string, answer: Promise<T>) =>
    namespace !== head.namespace && mustBeOver(head, cluster.time())
      ? ifReadable(answer)
      : ifThere(answer)
  const listAll = async <K extends 'Job' | 'Pod'>(kind: K) => {
    const lists = await Promise.all(
      namespaces.map((ns) =>
        read(ns, cluster.list(kind, ns, { labelSelector })),
      ),
    )
    return lists.flatMap((list) => list?.items ?? [])
  }
  const getEach = async (): Promise<Job[]> => {
    const found = await Promise.all(
      steps.map(({ task }) => {
        const { namespace = '', name = '' } = task.job.metadata!
        return read(namespace, cluster.get('Job', namespace, name))
      }),
    )
    return found.filter((job) => job !== undefined)
  }
  const [allJobs, allPods] = await Promise.all([
    steps.length > FEW ? listAll('Job') : getEach(),
    listAll('Pod'),
  ])
  const jobs: RunObjects['jobs'] = new Map()
  const pods: RunObjects['pods'] = new Map()
  for (const step of steps) {
    const wanted = step.task.job.metadata!
    const job = allJobs.find(
      ({ metadata }) =>
        metadata?.name === wanted.name &&
        metadata?.namespace === wanted.namespace &&
        isOurs(metadata, head),
    )
    if (!job || job.metadata!.deletionTimestamp) continue
    const own = allPods.filter(({ metadata }) =>
      metadata?.ownerReferences?.some(({ uid }) => uid === job.metadata!.uid),
    )
    const now = cluster.time()
    const events = lacksPod(job, own, now)
      ? await failedCreates(cluster, job)
      : []
    jobs.set(recordName(step), {
      job,
      outcome: told(taskOutcome({ job, pods: own, events, now })),
    })
    pods.set(recordName(step), own)
  }
  return { jobs, pods }
}

/** A reason is written down on objects and told to Keptn. */
const told = (outcome: Outcome): Outcome =>
  outcome.state === 'failed'
    ? { ...outcome, reason: cleanText(outcome.reason) }
    : outcome

/** True for a task Job that this very head made, and not one of its name. */
export const isOurs = (metadata: Job['metadata'], head: Head): boolean =>
  metadata?.labels?.[LABEL.head] === head.uid

const failedCreates = async (cluster: Cluster, job: Job): Promise<Event[]> => {
  const found = await ifReadable(
    cluster.list('Event', job.metadata!.namespace!, {
      fieldSelector: `involvedObject.uid=${job.metadata!.uid},reason=FailedCreate`,
    }),
  )
  return found?.items ?? []
}
