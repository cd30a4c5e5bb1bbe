import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import type { Invariant } from './judge.ts'
import { randomSchedule } from './random.ts'
import type { Disturbance, Schedule } from './schedule.ts'
import type { ScopeName } from './scopes.ts'
import type { Code } from './system.ts'

/** A change of the source text that breaks a promise. */
export interface Defect {
  /** What is wrong with it. */
  name: string
  /** Below `function/`. */
  file: string
  replace: string
  by: string
  /** A second replacement. */
  and?: { replace: string; by: string }
  /** Where it is looked for; default: in every scope. */
  scope?: ScopeName
  /** What happens in each schedule beside what is drawn, call after call. */
  with?: Omit<Disturbance, 'call' | 'phase'>[]
  /** Promises of which it breaks one, at least. */
  breaks: Invariant[]
}

/**
 * Defects that are planted to see that the simulation finds them: each is a
 * replacement in a copy of the source text, made while it is loaded.
 */
export const DEFECTS: Defect[] = [
  {
    name: 'the watch is poked before the head is there',
    scope: 'leaving',
    file: 'job-executor.ts',
    replace: '    if (!swept) {',
    by: '    await pokeWatch()\n    if (!swept) {',
    and: {
      replace: 'await pokeWatch()\n    ports.begun?.(received.run)',
      by: 'ports.begun?.(received.run)',
    },
    breaks: ['watched', 'ends'],
  },
  {
    name: 'a known run is answered without a poke',
    file: 'job-executor.ts',
    replace: "if (received.state === 'settled') return",
    by: "if (received.state === 'settled' || !('fresh' in received)) return",
    breaks: ['watched', 'ends'],
  },
  {
    name: 'a claim is taken without its test',
    file: 'head.ts',
    replace:
      "{ op: 'test', path: annotation(ANNOTATION.claim), value: head.claimText },",
    by: '',
    breaks: ['one .started', 'one .finished'],
  },
  {
    name: 'the first task is created before .started is sent',
    file: 'decide.ts',
    replace: 'return (\n    announce(state) ??',
    by: `if (state.jobs.size === 0 && Object.keys(head.tasks).length === 0 && !head.announced && walk.current && state.holding)
    return proceed(state, walk)
  return (
    announce(state) ??`,
    breaks: ['announced'],
  },
  {
    name: '.finished is sent without a claim',
    file: 'reconcile.ts',
    replace: "case 'claim':\n      await takeClaim(pass, decision)",
    by: `case 'claim':
      if (decision.for === 'finished') {
        pass.sendUntil = pass.ports.clock.monotonic() + 30_000
        return sendFinished(pass, decision.verdict!, false)
      }
      await takeClaim(pass, decision)`,
    breaks: ['one .finished'],
  },
  {
    name: 'the head is there before its bundles',
    scope: 'files',
    with: [{ kind: 'death' }],
    file: 'receive.ts',
    replace:
      '    ports.image(),\n    ...bundles.map((bundle) => ensureBundle(cluster, bundle)),',
    by: '    ports.image(),',
    and: {
      replace: "const created = decodeHead(await cluster.create('Job', head))",
      by: `const created = decodeHead(await cluster.create('Job', head))
    await Promise.all(bundles.map((bundle) => ensureBundle(cluster, bundle)))`,
    },
    breaks: ['files', 'verdict'],
  },
  {
    name: 'a condition counts without its status',
    with: [{ kind: 'false-condition' }],
    file: 'outcome.ts',
    replace: "entry.type === type && entry.status === 'True'",
    by: 'entry.type === type',
    breaks: ['verdict', 'order'],
  },
  {
    name: 'the verdict is not kept with the claim',
    with: [{ kind: 'death' }, { kind: 'delete-task' }],
    file: 'decide.ts',
    replace: 'const { verdict } = claim\n',
    by: `const verdict = makeVerdict({ plan: head.plan, tasks: walk.tasks, time: claim.verdict.time })
`,
    breaks: ['verdict'],
  },
  {
    name: 'a task in another namespace has its head as owner',
    file: 'own-task.ts',
    replace: 'const owned = job.metadata!.namespace === head.namespace',
    by: 'const owned = job.metadata!.namespace !== undefined',
    breaks: ['owned', 'ends', 'verdict'],
  },
  {
    name: 'a poke accepts a dying watch',
    with: [{ kind: 'replace-watch' }, { kind: 'duplicate' }],
    file: 'poke.ts',
    replace: 'job.metadata?.deletionTimestamp === undefined &&',
    by: '',
    breaks: ['watched', 'ends'],
  },
  {
    name: 'the watch leaves without a look at its own version',
    with: [{ kind: 'delay', ms: 500 }],
    scope: 'leaving',
    file: 'watch/own-job.ts',
    replace: 'resourceVersion: metadata!.resourceVersion!,',
    by: '',
    breaks: ['watched', 'ends'],
  },
  {
    name: 'a watch deletes newer ones, too',
    scope: 'slow',
    with: [{ kind: 'upgrade' }, { kind: 'duplicate' }, { kind: 'upgrade' }],
    file: 'watch/own-job.ts',
    replace: 'live.filter((watch) => isOlder(watch, own))',
    by: 'live.filter((watch) => watch !== own)',
    breaks: ['watched', 'ends'],
  },
  {
    name: 'another version deletes the watch before it makes its own',
    with: [
      { kind: 'upgrade' },
      { kind: 'duplicate' },
      { kind: 'quota', ms: 900_000 },
    ],
    file: 'poke.ts',
    replace: '    try {\n      const found = await cluster.patch(',
    by: `    try {
      const { items } = await cluster.list('Job', namespace!, {
        labelSelector: 'job-executor.keptn.sh/role=watch',
      })
      for (const { metadata } of items)
        if (metadata!.name !== name)
          await cluster.delete('Job', namespace!, metadata!.name!)
      const found = await cluster.patch(`,
    breaks: ['ends'],
  },
  {
    name: 'a task has its end before the run is reported',
    file: 'own-task.ts',
    replace: '...(!owned && { ttlSecondsAfterFinished: UNOWNED_TTL }),',
    by: 'ttlSecondsAfterFinished: 0,',
    breaks: ['verdict', 'order'],
  },
  {
    name: 'a task gets no end',
    file: 'settle.ts',
    replace:
      "{ op: 'add', path: '/spec/ttlSecondsAfterFinished', value: ttl },",
    by: '',
    breaks: ['expires'],
  },
  {
    name: 'a head gets its end at its creation',
    scope: 'slow',
    with: [{ kind: 'death' }],
    file: 'head.ts',
    replace: 'const UNSETTLED_TTL = 365 * 24 * 3600',
    by: 'const UNSETTLED_TTL = 15',
    breaks: ['ends', 'one .finished', 'verdict', 'one start'],
  },
  {
    name: 'a right that is away is taken for a refusal',
    with: [{ kind: 'no-right', ms: 5 }],
    file: 'refusal.ts',
    replace:
      ' &&\n  !(lacksRight(error) && metadata!.namespace === settings.jobNamespace)',
    by: '',
    breaks: ['verdict'],
  },
  {
    name: 'a label that was edited is expected to be ours',
    with: [{ kind: 'relabel-head' }],
    file: 'head.ts',
    replace: 'value: unsettledText',
    by: 'value: UNSETTLED',
    breaks: ['ends', 'sound'],
  },
  {
    name: 'a head has no finalizer',
    with: [{ kind: 'delete-head' }],
    file: 'head.ts',
    replace: 'finalizers: [FINALIZER],',
    by: '',
    breaks: ['one .finished'],
  },
  {
    name: 'an expired claim is taken over without a question',
    file: 'decide.ts',
    replace: "return { do: 'claim', for: 'finished', ask: true, verdict }",
    by: "return { do: 'claim', for: 'finished', ask: false, verdict }",
    breaks: ['one .finished'],
  },
  {
    name: 'a claim is taken over while it is held',
    with: [{ kind: 'death' }],
    file: 'decide.ts',
    replace: 'export const STORE_DELAY = 6_000',
    by: 'export const STORE_DELAY = -59_000',
    breaks: ['one .started', 'one .finished'],
  },
  {
    name: 'the next task does not wait for the one before it',
    file: 'decide.ts',
    replace: "} else if (seen.outcome.state === 'succeeded') {",
    by: "} else if (seen.outcome.state === 'running') {",
    breaks: ['order'],
  },
  {
    name: 'a send is repeated that may have been published',
    file: 'deliver.ts',
    replace: "if (sent.state === 'unknown' ||",
    by: 'if (',
    breaks: ['one .started', 'one .finished'],
  },
  {
    name: 'who was frozen does not look at the time before it sends',
    scope: 'pair',
    with: [{ kind: 'freeze', ms: 90_000 }],
    file: 'deliver.ts',
    replace: 'if (clock.monotonic() >= until)',
    by: 'if (until < 0)',
    breaks: ['one .started', 'one .finished'],
  },
  {
    name: 'a silent action is left out',
    file: 'decide.ts',
    replace: 'if (over.has(step.action.index)) continue',
    by: 'if (step.action.silent || over.has(step.action.index)) continue',
    breaks: ['every task'],
  },
  {
    name: 'a failed task ends the actions after its own, too',
    file: 'decide.ts',
    replace: 'if (over.has(step.action.index)) continue',
    by: 'if (over.size > 0) continue',
    breaks: ['every task'],
  },
  {
    name: 'a pass in the background throws',
    file: 'job-executor.ts',
    replace: 'inBackground(reconcileRun(received.run, received.fresh))',
    by: "inBackground(Promise.reject(new TypeError('planted')))",
    breaks: ['sound'],
  },
  {
    name: 'the job watch throws',
    file: 'watch/job-watch.ts',
    replace: 'else empty ??= now',
    by: "else throw new TypeError('planted')",
    breaks: ['sound'],
  },
]

const FUNCTION = new URL('../../function/', import.meta.url).href

/** What all copies share: the ports, whose errors are told by their class. */
const SHARED = /\/(cluster\/cluster|clock|resource-store|reporter|log)\.ts$/

const replaced = (
  url: string,
  text: string,
  { replace, by }: { replace: string; by: string },
): string => {
  if (text.split(replace).length !== 2)
    throw new Error(
      `${url}: the text that a planted defect replaces is not there once: ${replace}`,
    )
  return text.replace(replace, () => by)
}

const sourceOf = (url: string, defect: Defect): string => {
  const text = replaced(url, readFileSync(new URL(url), 'utf8'), defect)
  return defect.and ? replaced(url, text, defect.and) : text
}

registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context)
    const query = /\?defect=(\d+)$/.exec(context.parentURL ?? '')?.[0]
    return query &&
      resolved.url.startsWith(FUNCTION) &&
      !SHARED.test(resolved.url)
      ? { ...resolved, url: resolved.url + query }
      : resolved
  },
  load: (url, context, next) => {
    const [, path, number] = /^(.*)\?defect=(\d+)$/.exec(url) ?? []
    const defect = DEFECTS[Number(number)]
    if (path === undefined || !defect || path !== FUNCTION + defect.file)
      return next(url, context)
    return {
      format: 'module-typescript',
      source: sourceOf(path, defect),
      shortCircuit: true,
    }
  },
})

/** The production code with a defect. */
export const plant = async (defect: Defect): Promise<Code> => {
  const query = `?defect=${DEFECTS.indexOf(defect)}`
  const load = async <T>(file: string): Promise<T> =>
    (await import(`${FUNCTION}${file}${query}`)) as T
  const [{ jobExecutor }, { jobWatch }] = await Promise.all([
    load<Pick<Code, 'jobExecutor'>>('job-executor.ts'),
    load<Pick<Code, 'jobWatch'>>('watch/job-watch.ts'),
  ])
  return { jobExecutor, jobWatch }
}

/** The schedule of a seed in which a defect is looked for. */
export const lookFor = (defect: Defect, seed: number): Schedule => {
  const schedule = randomSchedule(seed, defect.scope)
  const more = (defect.with ?? []).map((disturbance, index) => ({
    ...disturbance,
    call: 8 + (seed % 40) + index,
    phase: 'before' as const,
  }))
  return { ...schedule, disturbances: [...schedule.disturbances, ...more] }
}
