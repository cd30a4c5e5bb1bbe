import type { JobEvent } from '../config/event.ts'
import { isObject } from './json.ts'

/** What a callback is about: one run, or whatever is unsettled. */
export type Ring = { run: string } | { all: true }

/** Type of the CloudEvents that the job watch sends. */
export const RING_TYPE = 'job-executor.run.changed'

const HEAD = /^run-([0-9a-f]{20})$/
const TASK = /-([0-9a-f]{20})-\d+-\d+$/

/**
 * Reads the hint of a callback: from the job watch, from an ApiServerSource
 * (the reference or the whole Job) or from a PingSource. What is not
 * understood rings for all.
 */
export const readRing = (event: Pick<JobEvent, 'data'>): Ring => {
  const data = event.data ?? {}
  if (typeof data.run === 'string' && /^[0-9a-f]{20}$/.test(data.run))
    return { run: data.run }
  const metadata = isObject(data.metadata) ? data.metadata : data
  const name = typeof metadata.name === 'string' ? metadata.name : ''
  const run = HEAD.exec(name)?.[1] ?? TASK.exec(name)?.[1]
  return run === undefined ? { all: true } : { run }
}
