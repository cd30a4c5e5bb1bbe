import { boundedCache } from './bounded-cache.ts'
import type { Job, JsonPatch } from './cluster/cluster.ts'
import type { Envelope } from './envelope.ts'
import { harmlessJson } from './harmless.ts'
import { annotationPath as annotation, labelPath } from './json-pointer.ts'
import { labelValue } from './label-value.ts'
import { ANNOTATION, FINALIZER, LABEL } from './labels.ts'
import {
  headName,
  type Instance,
  instanceId,
  runOfHead,
  sequenceId,
} from './names.ts'
import { type Plan, stepsOf } from './plan.ts'
import type { TaskRecord, Verdict } from './verdict.ts'

/** The API server takes no longer one: 68 years. Seconds. */
const LONGEST_TTL = 2 ** 31 - 1

/** A year: of a run that nobody settles. Seconds. */
const UNSETTLED_TTL = 365 * 24 * 3600

/** Value of the label of a run under way. */
const UNSETTLED = 'true'

/** For a container that never is. */
const NOTHING = { cpu: '1m', memory: '1Mi' }

/** Version of the names and annotations below; see `decodeHead`. */
export const FORMAT = '1'

/** Bytes of all annotations that Kubernetes allows, less some room. */
export const PLAN_LIMIT = 200 * 1024

/** Bytes for why tasks failed; on a head they stand twice, with the verdict. */
const REASONS_LIMIT = 12 * 1024

/**
 * The beginning of a reason, so short that those of all tasks of a plan fit
 * on its head: one that does not fit would keep the run from ever ending.
 */
export const shortReason = (plan: Plan, reason: string): string => {
  const limit = Math.floor(REASONS_LIMIT / Math.max(6, stepsOf(plan).length))
  let short = reason
  for (;;) {
    const excess = Buffer.byteLength(JSON.stringify(short)) - 2 - limit
    if (excess <= 0) return short
    // A character takes at most 6 bytes per code unit in JSON.
    const end = short.length - Math.max(4, Math.ceil(excess / 6))
    short = `${short.slice(0, end).replace(/[\ud800-\udbff]$/, '')}…`
  }
}

/** Who may send a report now. Compared as text, so never re-serialised. */
export interface Claim {
  for: 'started' | 'finished'
  /** The replica that holds it. */
  by: string
  /** Epoch milliseconds by the API server's clock. */
  until: number
  /** With `finished`: what will be said; it cannot change any more. */
  verdict?: Verdict
}

/** An end that came from outside. */
export interface Ended {
  /** `aborted` or `timed out`: by Keptn, which wants no answer any more. */
  reason: string
}

/** A run as its head has it. */
export interface Head {
  run: string
  namespace: string
  name: string
  uid: string
  unsettled: boolean
  /** The label's value, if somebody gave it another one than ours. */
  unsettledText?: string
  deleting: boolean
  /** Epoch milliseconds: when its deletion was asked for. */
  deletedAt?: number
  finalizers: string[]
  /** Epoch milliseconds, whole seconds. */
  created: number
  envelope: Envelope
  plan: Plan
  claim: Claim
  /** The claim's text, for the compare-and-set. */
  claimText: string
  tasks: Record<string, TaskRecord>
  tasksText: string
  announced?: string
  reported?: string
  ended?: Ended
}

/** The head of a run, ready to be created: its creation is the commit. */
export const encodeHead = (args: {
  run: string
  instance: Instance
  namespace: string
  /** The installation's name, as on the Jobs of its tasks. */
  partOf: string
  envelope: Envelope
  plan: Plan
  claim: Claim
  image: string
}): Job => {
  const { envelope } = args
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: headName(args.run),
      namespace: args.namespace,
      labels: {
        // Not managed-by: who counts tasks by it must not count heads.
        'app.kubernetes.io/part-of': labelValue(args.partOf),
        [LABEL.instance]: instanceId(args.instance),
        [LABEL.role]: 'head',
        [LABEL.run]: args.run,
        [LABEL.unsettled]: UNSETTLED,
        ...(envelope.context && {
          [LABEL.sequence]: sequenceId(envelope.context, envelope.stage),
        }),
      },
      annotations: {
        [ANNOTATION.format]: FORMAT,
        [ANNOTATION.envelope]: harmlessJson(envelope),
        [ANNOTATION.plan]: writePlan(args.plan),
        [ANNOTATION.claim]: harmlessJson(args.claim),
        [ANNOTATION.tasks]: '{}',
      },
      finalizers: [FINALIZER],
    },
    spec: {
      completions: 0,
      parallelism: 0,
      backoffLimit: 0,
      // A policy may give one to Jobs that have none: this one is complete at
      // once, and would go with its run under way.
      ttlSecondsAfterFinished: UNSETTLED_TTL,
      template: {
        metadata: { labels: { [LABEL.instance]: instanceId(args.instance) } },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          // Never started, but judged by whoever guards the namespace.
          containers: [
            {
              name: 'none',
              image: args.image,
              resources: { requests: NOTHING, limits: NOTHING },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
            },
          ],
        },
      },
    },
  }
}

/**
 * Bytes of a plan's JSON that are kept as they are: such are most plans, and
 * packing one takes as long as all the rest that is done for its head.
 */
const PLAIN_BYTES = 4096

/** Loaded with the first plan that is packed. */
const zlib = () => process.getBuiltinModule('node:zlib')

const pack = (json: string): string => zlib().gzipSync(json).toString('base64')

const unpack = (text: string): string =>
  zlib().gunzipSync(Buffer.from(text, 'base64')).toString()

/** Plans as they are written: whether one fits is asked before its head is made. */
const written = new WeakMap<Plan, string>()

/**
 * As they are read: a head is read after each of its changes, and its plan is
 * the same.
 */
const plans = boundedCache<Plan>(2 * 1024 * 1024)

const writePlan = (plan: Plan): string => {
  const known = written.get(plan)
  if (known !== undefined) return known
  const json = harmlessJson(plan)
  const text = Buffer.byteLength(json) > PLAIN_BYTES ? pack(json) : json
  written.set(plan, text)
  return text
}

/** True when the plan fits into the head's annotations. */
export const planFits = (plan: Plan): boolean =>
  writePlan(plan).length <= PLAN_LIMIT

/** Thrown for a head that a newer version made: it is left alone. */
export class FormatError extends Error {}

/** Thrown for a head whose annotations somebody damaged. */
export class DamagedError extends Error {}

/**
 * A run from its head. Throws `FormatError` for an unknown format, and
 * `DamagedError` for what cannot be read.
 */
export const decodeHead = (job: Job): Head => {
  try {
    return decode(job)
  } catch (error) {
    if (error instanceof FormatError) throw error
    throw new DamagedError(
      `head ${job.metadata?.name} was damaged: ${(error as Error).message}`,
    )
  }
}

const decode = (job: Job): Head => {
  const { metadata } = job
  const annotations = metadata?.annotations ?? {}
  const read = (key: string): string => {
    const value = annotations[key]
    if (value === undefined) throw new Error(`it lacks its annotation ${key}`)
    return value
  }
  const parse = <T extends object>(key: string, json = read(key)): T => {
    const value: unknown = JSON.parse(json)
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error(`its annotation ${key} is no object`)
    return value as T
  }
  const format = read(ANNOTATION.format)
  if (format !== FORMAT)
    throw new FormatError(
      `head ${metadata?.name} has format ${format}, this version knows ${FORMAT}`,
    )
  const planText = read(ANNOTATION.plan)
  const readPlan = (): Plan => {
    const json = planText.startsWith('{') ? planText : unpack(planText)
    const plan = parse<Plan>(ANNOTATION.plan, json)
    if (![plan.actions, plan.bundles].every(Array.isArray))
      throw new Error(`its annotation ${ANNOTATION.plan} is no plan`)
    plans.set(planText, plan, json.length)
    return plan
  }
  const unsettled = metadata?.labels?.[LABEL.unsettled]
  const ended = annotations[ANNOTATION.ended]
  const announced = annotations[ANNOTATION.announced]
  const reported = annotations[ANNOTATION.reported]
  return {
    run: runOfHead(metadata!.name!),
    namespace: metadata!.namespace!,
    name: metadata!.name!,
    uid: metadata!.uid!,
    unsettled: unsettled !== undefined,
    ...(unsettled !== undefined && unsettled !== UNSETTLED
      ? { unsettledText: unsettled }
      : {}),
    deleting: metadata!.deletionTimestamp !== undefined,
    ...(metadata!.deletionTimestamp && {
      deletedAt: Date.parse(metadata!.deletionTimestamp),
    }),
    finalizers: metadata!.finalizers ?? [],
    created: Date.parse(metadata!.creationTimestamp!),
    envelope: parse<Envelope>(ANNOTATION.envelope),
    plan: plans.get(planText) ?? readPlan(),
    claim: parse<Claim>(ANNOTATION.claim),
    claimText: read(ANNOTATION.claim),
    tasks: parse<Head['tasks']>(ANNOTATION.tasks),
    tasksText: read(ANNOTATION.tasks),
    ...(announced !== undefined && { announced }),
    ...(reported !== undefined && { reported }),
    ...(ended !== undefined && {
      ended: parse<Ended>(ANNOTATION.ended, ended),
    }),
  }
}

const sameHead = (head: Pick<Head, 'uid'>): JsonPatch[number] => ({
  op: 'test',
  path: '/metadata/uid',
  value: head.uid,
})

/** For what only makes sense while the run goes on. */
const stillUnsettled = ({
  unsettledText = UNSETTLED,
}: Pick<Head, 'unsettledText'>): JsonPatch[number] => ({
  op: 'test',
  path: unsettledPath,
  value: unsettledText,
})

/** Takes the claim over, if it is still the one that was read. */
export const claimPatch = (head: Head, claim: Claim): JsonPatch => [
  sameHead(head),
  stillUnsettled(head),
  { op: 'test', path: annotation(ANNOTATION.claim), value: head.claimText },
  {
    op: 'replace',
    path: annotation(ANNOTATION.claim),
    value: harmlessJson(claim),
  },
]

/** Writes down how the tasks stand, and that `.started` is out. */
export const markPatch = (
  head: Head,
  marks: { tasks: Head['tasks']; announced?: string },
): JsonPatch => [
  sameHead(head),
  stillUnsettled(head),
  { op: 'test', path: annotation(ANNOTATION.tasks), value: head.tasksText },
  {
    op: 'replace',
    path: annotation(ANNOTATION.tasks),
    value: harmlessJson(marks.tasks),
  },
  ...(marks.announced === undefined
    ? []
    : [
        {
          op: 'add' as const,
          path: annotation(ANNOTATION.announced),
          value: marks.announced,
        },
      ]),
]

/** Writes down that `.finished` is out, while silent actions still run. */
export const reportedPatch = (head: Head, time: string): JsonPatch => [
  sameHead(head),
  { op: 'add', path: annotation(ANNOTATION.reported), value: time },
]

/** Writes down an end from outside. */
export const endedPatch = (head: Head, ended: Ended): JsonPatch => [
  sameHead(head),
  {
    op: 'add',
    path: annotation(ANNOTATION.ended),
    value: harmlessJson(ended),
  },
]

/**
 * Ends the run: from here on the head is a record that expires. Its time to
 * live counts from its own end, which was its creation.
 */
export const settlePatch = (
  head: Pick<Head, 'uid' | 'unsettledText' | 'finalizers' | 'created' | 'plan'>,
  args: { time: number; reported?: string },
): JsonPatch => [
  sameHead(head),
  stillUnsettled(head),
  { op: 'remove', path: unsettledPath },
  ...releasePatch(head),
  {
    op: 'add',
    path: '/spec/ttlSecondsAfterFinished',
    value: headTtl(head.plan, Math.max(0, args.time - head.created)),
  },
  ...(args.reported === undefined
    ? []
    : [
        {
          op: 'add' as const,
          path: annotation(ANNOTATION.reported),
          value: args.reported,
        },
      ]),
]

const unsettledPath = labelPath(LABEL.unsettled)

/** Takes our finalizer off, and nobody else's. */
const releasePatch = (head: Pick<Head, 'finalizers'>): JsonPatch => {
  const index = head.finalizers.indexOf(FINALIZER)
  const path = `/metadata/finalizers/${index}`
  return index < 0
    ? []
    : [
        { op: 'test', path, value: FINALIZER },
        { op: 'remove', path },
      ]
}

/**
 * A Broker repeats for less than that: a settled run is not run again. Seconds.
 */
export const MIN_HEAD_TTL = 30 * 60

/** Seconds; `age` in milliseconds. */
const headTtl = (plan: Plan, age: number): number => {
  const ttls = plan.actions.flatMap(({ tasks }) => tasks.map(({ ttl }) => ttl))
  return Math.min(
    Math.ceil(age / 1000) + Math.max(MIN_HEAD_TTL, ...ttls),
    LONGEST_TTL,
  )
}
