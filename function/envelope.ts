import type { JobEvent } from '../config/event.ts'
import type { Report } from './reporter.ts'
import { isObject, text } from './json.ts'

/** What of an event is needed to answer it; kept on the head. */
export interface Envelope {
  id: string
  source: string
  type: string
  /** RFC 3339, as the event had it. */
  time?: string
  /** Keptn's context of the sequence. */
  context?: string
  gitcommitid?: string
  shkeptnspecversion?: string
  traceparent?: string
  tracestate?: string
  project: string
  stage: string
  service: string
  labels: Record<string, string>
  /** RFC 3339: when the function took the event. */
  received: string
  /** Whether it is answered at all. */
  answered: boolean
}

/** The label of our reports by which one of them is found again. */
export const RUN_LABEL = 'job-executor-run'

/** `sh.keptn.event.TASK.triggered`: what Keptn waits for an answer to. */
export const isTaskTriggered = (type: string): boolean =>
  /^sh\.keptn\.event\.[^.]+\.triggered$/.test(type)

/**
 * The envelope of an event. `answers`: to whom the function reports;
 * Keptn waits only for answers to its task events, a sink gets one for every
 * type that ends in `.triggered`.
 */
export const makeEnvelope = (
  event: JobEvent,
  answers: 'keptn' | 'sink' | undefined,
  received: string,
): Envelope => {
  const { data } = event
  const extension = (name: string) => {
    const value = event[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const project = text(data?.project)
  const stage = text(data?.stage)
  const service = text(data?.service)
  const context = extension('shkeptncontext')
  return stripUndefined({
    id: event.id,
    source: event.source,
    type: event.type,
    time: event.time,
    context,
    gitcommitid: extension('gitcommitid'),
    shkeptnspecversion: extension('shkeptnspecversion'),
    traceparent: extension('traceparent'),
    tracestate: extension('tracestate'),
    project,
    stage,
    service,
    labels: labelsOf(data?.labels),
    received,
    answered:
      answers === 'keptn'
        ? isTaskTriggered(event.type) &&
          // Without these Keptn drops every answer.
          [context, project, stage, service].every(Boolean)
        : answers === 'sink' && event.type.endsWith('.triggered'),
  })
}

/** Keptn drops an event whose labels are not all strings. */
const labelsOf = (value: unknown): Record<string, string> =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).map(([key, label]) => [key, text(label)]),
      )
    : {}

const stripUndefined = <T extends object>(value: {
  [K in keyof T]: T[K] | undefined
}): T =>
  Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined),
  ) as T

/**
 * The CloudEvent that answers: `.started`, or `.finished` with `data`.
 * Its id follows from the run, so that a repeat has the same (source, id).
 */
export const makeReport = (args: {
  envelope: Envelope
  run: string
  source: string
  kind: 'started' | 'finished'
  /** RFC 3339. */
  time: string
  data?: Record<string, unknown>
}): Report => {
  const { envelope, run, kind } = args
  return stripUndefined({
    specversion: '1.0',
    id: `${run}.${kind}`,
    source: args.source,
    type: envelope.type.replace(/\.triggered$/, `.${kind}`),
    time: args.time,
    datacontenttype: 'application/json',
    shkeptncontext: envelope.context,
    triggeredid: envelope.id,
    gitcommitid: envelope.gitcommitid,
    shkeptnspecversion: envelope.shkeptnspecversion,
    traceparent: envelope.traceparent,
    tracestate: envelope.tracestate,
    data: {
      project: envelope.project,
      stage: envelope.stage,
      service: envelope.service,
      labels: { ...envelope.labels, [RUN_LABEL]: run },
      ...args.data,
    },
  })
}
