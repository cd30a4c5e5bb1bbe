import { createHash } from 'node:crypto'
import type { JobEvent } from '../config/event.ts'
import { parseConfig, type ParsedConfig } from '../config/parse.ts'
import type { Problem } from '../config/problem.ts'
import { boundedCache } from './bounded-cache.ts'
import { ensureBundle } from './bundles.ts'
import { ifThere, isClusterError, type Job } from './cluster/cluster.ts'
import { type FoundConfig, lookupConfig } from './config-lookup.ts'
import { makeEnvelope } from './envelope.ts'
import { resolveFiles } from './files.ts'
import { DamagedError, decodeHead, encodeHead, type Head } from './head.ts'
import { tellUser } from './kubernetes-event.ts'
import { headName, runId } from './names.ts'
import {
  failedRun,
  type PlannedRun,
  planRun,
  type PlanSources,
  tooManyLabels,
} from './plan-run.ts'
import type { Ports } from './ports.ts'
import type { Fresh } from './reconcile.ts'
import { isRefusal } from './refusal.ts'
import { StoreError, TooLargeStoreError } from './resource-store.ts'
import { scopeOf } from './scope.ts'

/** What became of an event. */
export type Received =
  /** Nothing of ours: no config, or nothing in it matched. */
  | { state: 'ignored'; reason: string }
  /** Its run is committed; `fresh` when by this very call. */
  | { state: 'committed'; run: string; fresh?: Fresh }
  /** Its run was committed before and has ended. */
  | { state: 'settled'; run: string }

/** What is kept of an event beside its labels; see `planFits`. */
const ATTRIBUTES_BYTES = 8 * 1024

/**
 * From an event to its run: config, match, files, plan, dry run, bundles,
 * and then the head, whose creation is the commit. The same event any number
 * of times makes one run. Rejects with `ClusterError`, `StoreError` or
 * `FormatError` when it has to be delivered again.
 */
export const receive = async (
  ports: Ports,
  event: JobEvent,
): Promise<Received> => {
  const { settings, store } = ports
  const { labels: _labels, ...attributes } = makeEnvelope(event, undefined, '')
  if (Buffer.byteLength(JSON.stringify(attributes)) > ATTRIBUTES_BYTES)
    return {
      state: 'ignored',
      reason: `its attributes, project, stage and service have more than ${ATTRIBUTES_BYTES} bytes together`,
    }
  const run = runId(settings.instance, event)
  const [known, found] = await Promise.all([
    findRun(ports, run),
    lookupConfig(store, event).catch((error: unknown) => {
      if (error instanceof StoreError) return error
      throw error
    }),
  ])
  // Whatever the store says: its config is not read again for this run.
  if (known) return known
  if (found instanceof TooLargeStoreError)
    return unusable(ports, run, event, [
      { code: 'too-large', message: found.message },
    ])
  if (found instanceof StoreError) {
    if (found.retry) throw found
    // The project is not there, or the like: a repeat cannot mend it.
    return { state: 'ignored', reason: found.message }
  }
  if (!found)
    return { state: 'ignored', reason: 'there is no job/config.yaml for it' }
  const { configBytes } = settings.limits
  if (found.text.length > configBytes)
    return unusable(ports, run, event, [
      {
        code: 'too-large',
        message: `it has ${found.text.length} bytes; at most ${configBytes} are read (LIMIT_CONFIG_BYTES)`,
      },
    ])
  const parsed = parsedOf(found)
  if ('problems' in parsed) return unusable(ports, run, event, parsed.problems)
  tellWarnings(ports, event, found, parsed.warnings)
  const planned = await planRun(sourcesOf(ports, event), run, event, {
    config: parsed.config,
    configHash: found.hash,
  })
  if (planned.plan.actions.length === 0 && !planned.plan.failure)
    return { state: 'ignored', reason: 'no action matches it' }
  return commit(ports, run, event, planned)
}

/** Events that come together are mostly of few commits. */
const parsedConfigs = boundedCache<ParsedConfig>(2 * 1024 * 1024)

const parsedOf = ({ hash, text }: FoundConfig): ParsedConfig => {
  const known = parsedConfigs.get(hash)
  if (known) return known
  const parsed = parseConfig(text)
  // Of what it became: aliases may make much of a short text.
  parsedConfigs.set(hash, parsed, JSON.stringify(parsed).length)
  return parsed
}

/** Of which service which config was told of. */
const toldOf = boundedCache<true>(64 * 1024)

/** Tells who looks of what is hardly meant in a config; not waited for. */
const tellWarnings = (
  ports: Ports,
  event: JobEvent,
  { hash }: FoundConfig,
  warnings: Problem[],
): void => {
  if (warnings.length === 0) return
  const where = Object.values(scopeOf(event)).filter(Boolean).join('/')
  const once = createHash('sha256').update(`${hash} ${where}`).digest('hex')
  if (toldOf.get(once)) return
  toldOf.set(once, true, 0)
  const message = `job/config.yaml of ${where}: ${warnings.map(problemLine).join('; ')}`
  ports.log('warn', message)
  void tellUser(
    ports,
    { namespace: ports.settings.jobNamespace },
    { reason: 'ConfigWarning', message, once: once.slice(0, 32) },
  )
}

const knownRun = (head: Head): Received => ({
  state: head.unsettled ? 'committed' : 'settled',
  run: head.run,
})

const findRun = async (
  { cluster, settings }: Ports,
  run: string,
): Promise<Received | undefined> => {
  try {
    const head = await ifThere(
      cluster.get('Job', settings.jobNamespace, headName(run)),
    )
    return head && knownRun(decodeHead(head))
  } catch (error) {
    // Its pass settles it.
    if (error instanceof DamagedError) return { state: 'committed', run }
    throw error
  }
}

/**
 * A config that cannot be parsed is answered only where it is known that it
 * was meant for this event's type; else it is told to who looks.
 */
const unusable = async (
  ports: Ports,
  run: string,
  event: JobEvent,
  problems: Problem[],
): Promise<Received> => {
  const { settings, log } = ports
  const message = `job/config.yaml cannot be used:\n${problems.map(problemLine).join('\n')}`
  log('error', message, { type: event.type, id: event.id })
  if (settings.answeredInvalid.includes(event.type))
    return commit(
      ports,
      run,
      event,
      failedRun({ code: 'invalid-config', message }),
    )
  await tellUser(
    ports,
    { namespace: settings.jobNamespace },
    { reason: 'InvalidConfig', message: `${event.type}: ${message}` },
  )
  return { state: 'ignored', reason: 'job/config.yaml cannot be used' }
}

const problemLine = ({ line, path, message }: Problem): string =>
  [line && `line ${line}`, path, message].filter(Boolean).join(': ')

const sourcesOf = (ports: Ports, event: JobEvent): PlanSources => {
  const { settings, store, cluster, image } = ports
  return {
    settings,
    image,
    files: (files) =>
      resolveFiles(store, event, files, {
        ...settings.limits,
        totalBytes: settings.limits.filesBytes,
      }),
    accept: async (job) => {
      try {
        await cluster.create('Job', job, { dryRun: true })
        return undefined
      } catch (error) {
        // The run of a repeat: its head decides.
        if (isClusterError(error, 'AlreadyExists')) return undefined
        if (isRefusal(ports, job, error))
          return { code: 'refused', message: refusal(job, error.message) }
        throw error
      }
    },
  }
}

const refusal = (job: Job, message: string): string =>
  `the cluster does not accept the job in namespace ${job.metadata!.namespace}: ${message}`

const commit = async (
  ports: Ports,
  run: string,
  event: JobEvent,
  { plan, bundles }: PlannedRun,
): Promise<Received> => {
  const { cluster, clock, settings, reporter } = ports
  const silent = !plan.failure && plan.actions.every((action) => action.silent)
  const envelope = makeEnvelope(
    event,
    reporter && !silent ? (settings.keptn ? 'keptn' : 'sink') : undefined,
    new Date(cluster.time()).toISOString(),
  )
  if (tooManyLabels(settings, event) !== undefined) envelope.labels = {}
  const [image] = await Promise.all([
    ports.image(),
    ...bundles.map((bundle) => ensureBundle(cluster, bundle)),
  ])
  const claimed = clock.monotonic()
  const head = encodeHead({
    run,
    instance: settings.instance,
    namespace: settings.jobNamespace,
    partOf: settings.deploymentName,
    envelope,
    plan,
    claim: {
      for: 'started',
      by: ports.replica,
      until: cluster.time() + settings.leaseSeconds * 1000,
    },
    image,
  })
  try {
    const created = decodeHead(await cluster.create('Job', head))
    return { state: 'committed', run, fresh: { head: created, claimed } }
  } catch (error) {
    if (!isClusterError(error, 'AlreadyExists')) throw error
    const known = await findRun(ports, run)
    if (!known) throw error
    return known
  }
}
