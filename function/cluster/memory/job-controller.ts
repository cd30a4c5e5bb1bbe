import { isClusterError } from '../cluster.ts'
import type { Job, Pod } from '../cluster.ts'
import { type ApiServer, draft, release } from './api-server.ts'
import { recordEvent } from './events.ts'
import { finishedCondition, setCondition, trueCondition } from './job-status.ts'
import { podFailureAction } from './pod-failure-policy.ts'
import type { Change } from './store.ts'
import { without } from './wire.ts'
import { WorkQueue } from './work-queue.ts'

const TRACKING = 'batch.kubernetes.io/job-tracking'

interface Counted {
  active: Pod[]
  /** Being deleted, and not ended yet. */
  terminating: Pod[]
  /** Ended or given up, and not counted in the status yet. */
  succeeded: Pod[]
  failed: Pod[]
}

/** Starts Jobs' pods, counts how they end, and writes the Jobs' conditions. */
export class JobController {
  readonly #api: ApiServer
  readonly #queue: WorkQueue
  readonly #delay: number
  readonly #refusals = new Map<string, number>()

  constructor(api: ApiServer, delay: number) {
    this.#api = api
    this.#delay = delay
    this.#queue = new WorkQueue(api.clock, (key) => this.#sync(key))
    api.store.listen((change) => this.#observe(change))
  }

  #observe({ type, kind, object, previous }: Change): void {
    const { namespace, name } = object.metadata ?? {}
    if (kind === 'Job') {
      // What it does with a finished Job it does when that finishes.
      const known =
        type === 'MODIFIED' &&
        finishedCondition(previous as Job) &&
        finishedCondition(object as Job)
      if (!known) this.#queue.add(`${namespace}/${name}`, this.#delay)
    }
    if (kind !== 'Pod') return
    if (type === 'MODIFIED' && looksTheSame(object as Pod, previous as Pod))
      return
    const owner = jobOf(object as Pod)
    if (owner) this.#queue.add(`${namespace}/${owner.name}`, this.#delay)
  }

  #sync(key: string): void {
    const [namespace = '', name = ''] = key.split('/')
    const job = this.#api.store.find('Job', namespace, name)
    const pods = this.#ownPods(namespace, name, job)
    if (!job) return void this.#refusals.delete(key)
    if (finishedCondition(job)) return pods.forEach((pod) => this.#release(pod))
    const changed = draft(job)
    this.#advance(changed, pods)
    this.#api.update('Job', changed)
  }

  /** A Job's pods; those of one before it are held by nobody any more. */
  #ownPods(namespace: string, name: string, job: Job | undefined): Pod[] {
    const named = this.#api.store
      .all('Pod', namespace)
      .filter((pod) => jobOf(pod)?.name === name)
    const isOwn = (pod: Pod): boolean => jobOf(pod)?.uid === job?.metadata?.uid
    for (const pod of named) if (!isOwn(pod)) this.#release(pod)
    return named.filter(isOwn)
  }

  #podsOf(job: Job): Pod[] {
    return this.#api.store
      .all('Pod', job.metadata?.namespace)
      .filter((pod) => jobOf(pod)?.uid === job.metadata?.uid)
  }

  #advance(job: Job, pods: Pod[]): void {
    const status = (job.status ??= {})
    const now = this.#api.now()
    if (job.spec?.suspend !== true) status.startTime ??= now
    const counted = countPods(pods)
    this.#account(job, counted)
    this.#judge(job, counted)
    const ending = trueCondition(job, 'FailureTarget')
    if (ending || trueCondition(job, 'SuccessCriteriaMet'))
      this.#stop(counted, counted.active)
    else this.#run(job, counted)
    setCounts(job, counted)
    if (counted.active.length + counted.terminating.length > 0) return
    this.#finish(job, now)
  }

  #account(job: Job, counted: Counted): void {
    const status = (job.status ??= {})
    for (const pod of counted.succeeded)
      status.succeeded = (status.succeeded ?? 0) + this.#release(pod)
    for (const pod of counted.failed) {
      const { action, message } = podFailureAction(job, pod)
      this.#release(pod)
      if (action === 'Ignore') continue
      status.failed = (status.failed ?? 0) + 1
      if (action === 'FailJob') this.#fail(job, 'PodFailurePolicy', message)
    }
    status.uncountedTerminatedPods = {}
  }

  /** Lets go of an ended pod; gives 1 when it was still to be counted. */
  #release(pod: Pod): number {
    const current = this.#api.store.find(
      'Pod',
      pod.metadata?.namespace ?? '',
      pod.metadata?.name ?? '',
    )
    if (current?.metadata?.uid !== pod.metadata?.uid || !current) return 0
    if (!current.metadata?.finalizers?.includes(TRACKING)) return 0
    this.#api.modify('Pod', current, (pod) => release(pod, TRACKING))
    return 1
  }

  #judge(job: Job, counted: Counted): void {
    if (trueCondition(job, 'FailureTarget')) return
    if (trueCondition(job, 'SuccessCriteriaMet')) return
    const { spec, status } = job
    const failed = status?.failed ?? 0
    const restarts = counted.active
      .filter((pod) => pod.spec?.restartPolicy === 'OnFailure')
      .reduce((sum, pod) => sum + restartsOf(pod), 0)
    const limit = spec?.backoffLimit ?? 6
    if (failed > limit || (restarts > 0 && restarts >= limit))
      return this.#fail(
        job,
        'BackoffLimitExceeded',
        'Job has reached the specified backoff limit',
      )
    if (this.#isPastDeadline(job))
      return this.#fail(
        job,
        'DeadlineExceeded',
        'Job was active longer than specified deadline',
      )
    const wanted = spec?.completions
    const succeeded = status?.succeeded ?? 0
    const complete =
      wanted === undefined
        ? succeeded > 0 && counted.active.length === 0
        : succeeded >= wanted
    if (complete && spec?.suspend !== true) this.#succeed(job)
  }

  #isPastDeadline(job: Job): boolean {
    const seconds = job.spec?.activeDeadlineSeconds
    const started = job.status?.startTime
    if (seconds === undefined || !started || job.spec?.suspend) return false
    const left = Date.parse(started) + seconds * 1000 - this.#api.clock.now()
    if (left > 0) this.#queue.add(keyOf(job), left)
    return left <= 0
  }

  #fail(job: Job, reason: string, message: string): void {
    setCondition(
      job,
      { type: 'FailureTarget', status: 'True', reason, message },
      this.#api.now(),
    )
  }

  #succeed(job: Job): void {
    setCondition(
      job,
      {
        type: 'SuccessCriteriaMet',
        status: 'True',
        reason: 'CompletionsReached',
        message: 'Reached expected number of succeeded pods',
      },
      this.#api.now(),
    )
  }

  #finish(job: Job, now: string): void {
    const failure = trueCondition(job, 'FailureTarget')
    const success = trueCondition(job, 'SuccessCriteriaMet')
    const cause = failure ?? success
    if (!cause) return
    const { reason, message } = cause
    const type = failure ? 'Failed' : 'Complete'
    setCondition(
      job,
      {
        type,
        status: 'True',
        ...(reason === undefined ? {} : { reason }),
        ...(message === undefined ? {} : { message }),
      },
      now,
    )
    if (!failure) job.status!.completionTime = now
    recordEvent(this.#api, 'Job', job, {
      type: failure ? 'Warning' : 'Normal',
      reason: failure ? (reason ?? '') : 'Completed',
      message: failure ? (message ?? '') : 'Job completed',
    })
  }

  #run(job: Job, counted: Counted): void {
    if (job.spec?.suspend) return this.#suspend(job, counted)
    this.#resume(job)
    if (job.metadata?.deletionTimestamp) return
    const { parallelism = 1, completions } = job.spec ?? {}
    const succeeded = job.status?.succeeded ?? 0
    const wanted =
      completions === undefined
        ? succeeded > 0
          ? counted.active.length
          : parallelism
        : Math.min(parallelism, completions - succeeded)
    if (counted.active.length > wanted)
      this.#stop(counted, counted.active.slice(Math.max(wanted, 0)))
    this.#start(job, counted, wanted)
  }

  #start(job: Job, counted: Counted, wanted: number): void {
    const wait = this.#backOff(job)
    if (wait > 0) {
      if (counted.active.length < wanted) this.#queue.add(keyOf(job), wait)
      return
    }
    while (counted.active.length < wanted) {
      const pod = this.#createPod(job)
      if (!pod) return
      counted.active.push(pod)
    }
  }

  /** After failures a replacement waits: 10 s, 20 s, 40 s … 10 min. */
  #backOff(job: Job): number {
    const failed = job.status?.failed ?? 0
    if (failed === 0) return 0
    const last = this.#podsOf(job)
      .filter((pod) => pod.status?.phase === 'Failed')
      .map((pod) => endOf(pod) ?? Date.parse(this.#api.now()))
      .reduce((a, b) => Math.max(a, b), 0)
    const wait = Math.min(10_000 * 2 ** (failed - 1), 600_000)
    return last + wait - this.#api.clock.now()
  }

  #createPod(job: Job): Pod | undefined {
    const key = keyOf(job)
    try {
      const pod = this.#api.create('Pod', podFor(job))
      this.#refusals.delete(key)
      return pod
    } catch (error) {
      if (!isClusterError(error)) throw error
      const times = this.#refusals.get(key) ?? 0
      this.#refusals.set(key, times + 1)
      recordEvent(this.#api, 'Job', job, {
        type: 'Warning',
        reason: 'FailedCreate',
        message: `Error creating: ${error.message}`,
      })
      this.#queue.add(key, Math.min(1000 * 2 ** times, 600_000))
      return undefined
    }
  }

  #stop(counted: Counted, pods: Pod[]): void {
    counted.active = counted.active.filter((pod) => !pods.includes(pod))
    for (const { metadata } of pods) {
      const { namespace = '', name = '', uid = '' } = metadata ?? {}
      this.#api.delete('Pod', namespace, name, { uid })
      const left = this.#api.store.find('Pod', namespace, name)
      if (left) counted.terminating.push(left)
    }
  }

  #suspend(job: Job, counted: Counted): void {
    this.#stop(counted, counted.active)
    delete job.status?.startTime
    setCondition(
      job,
      {
        type: 'Suspended',
        status: 'True',
        reason: 'JobSuspended',
        message: 'Job suspended',
      },
      this.#api.now(),
    )
  }

  #resume(job: Job): void {
    if (!trueCondition(job, 'Suspended')) return
    job.status!.startTime = this.#api.now()
    setCondition(
      job,
      {
        type: 'Suspended',
        status: 'False',
        reason: 'JobResumed',
        message: 'Job resumed',
      },
      this.#api.now(),
    )
    this.#isPastDeadline(job)
  }
}

const keyOf = (job: Job): string =>
  `${job.metadata?.namespace}/${job.metadata?.name}`

const jobOf = (pod: Pod) =>
  pod.metadata?.ownerReferences?.find(
    ({ kind, controller }) => kind === 'Job' && controller,
  )

const isTerminal = (pod: Pod): boolean =>
  pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'

const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  ) ?? false

const restartsOf = (pod: Pod): number => {
  let restarts = 0
  for (const { restartCount } of pod.status?.containerStatuses ?? [])
    restarts += restartCount
  return restarts
}

/** Nothing of a pod that stays has changed that a Job's status tells of. */
const looksTheSame = (pod: Pod, previous: Pod): boolean =>
  isTerminal(pod) === isTerminal(previous) &&
  pod.metadata?.deletionTimestamp === previous.metadata?.deletionTimestamp &&
  isReady(pod) === isReady(previous) &&
  restartsOf(pod) === restartsOf(previous)

const endOf = (pod: Pod): number | undefined => {
  const ends = (pod.status?.containerStatuses ?? []).flatMap(({ state }) =>
    state?.terminated?.finishedAt
      ? [Date.parse(state.terminated.finishedAt)]
      : [],
  )
  return ends.length > 0 ? Math.max(...ends) : undefined
}

const countPods = (pods: Pod[]): Counted => {
  const uncounted = pods.filter((pod) =>
    pod.metadata?.finalizers?.includes(TRACKING),
  )
  return {
    active: pods.filter(
      (pod) => !isTerminal(pod) && !pod.metadata?.deletionTimestamp,
    ),
    terminating: pods.filter(
      (pod) => !isTerminal(pod) && pod.metadata?.deletionTimestamp,
    ),
    succeeded: uncounted.filter((pod) => pod.status?.phase === 'Succeeded'),
    failed: uncounted.filter(
      (pod) =>
        pod.status?.phase === 'Failed' ||
        (pod.metadata?.deletionTimestamp && pod.status?.phase !== 'Succeeded'),
    ),
  }
}

const setCounts = (job: Job, { active, terminating }: Counted): void => {
  const status = job.status!
  status.terminating = terminating.length
  status.ready = active.filter(isReady).length
  if (active.length > 0) status.active = active.length
  else if (status.active !== undefined) job.status = without(status, 'active')
}

const podFor = (job: Job): Pod => {
  const { metadata, spec } = job.spec!.template
  const { name = '', namespace = '', uid = '' } = job.metadata ?? {}
  return {
    metadata: {
      ...metadata,
      generateName: `${name}-`,
      namespace,
      finalizers: [...(metadata?.finalizers ?? []), TRACKING],
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          name,
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    ...(spec ? { spec } : {}),
  }
}
