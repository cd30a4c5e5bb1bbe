import type { Job } from '../cluster.ts'
import type { ApiServer } from './api-server.ts'
import { finishedCondition } from './job-status.ts'
import { WorkQueue } from './work-queue.ts'

/** Deletes finished Jobs when their `ttlSecondsAfterFinished` is over. */
export class TtlController {
  readonly #api: ApiServer
  readonly #queue: WorkQueue

  constructor(api: ApiServer, delay: number) {
    this.#api = api
    this.#queue = new WorkQueue(api.clock, (key) => this.#sync(key))
    api.store.listen(({ type, kind, object }) => {
      if (kind !== 'Job' || type === 'DELETED') return
      if (expiry(object as Job) === undefined) return
      const { namespace, name } = object.metadata ?? {}
      this.#queue.add(`${namespace}/${name}`, delay)
    })
  }

  #sync(key: string): void {
    const [namespace = '', name = ''] = key.split('/')
    const job = this.#api.store.find('Job', namespace, name)
    const at = job && expiry(job)
    if (at === undefined) return
    const left = at - this.#api.clock.now()
    if (left > 0) return this.#queue.add(key, left)
    this.#api.delete('Job', namespace, name, {
      uid: job?.metadata?.uid ?? '',
      propagationPolicy: 'Foreground',
    })
  }
}

/** Epoch milliseconds; `undefined`: never, as things are. */
const expiry = (job: Job): number | undefined => {
  const ttl = job.spec?.ttlSecondsAfterFinished
  const finished = finishedCondition(job)?.lastTransitionTime
  if (ttl === undefined || !finished || job.metadata?.deletionTimestamp)
    return undefined
  return Date.parse(finished) + ttl * 1000
}
