import type { JobEvent } from './event.ts'
import { jsonpath, newBudget } from './jsonpath.ts'
import type { Budget } from './jsonpath.ts'
import type { Action, EventEntry, JobConfig } from './model.ts'
import { newPatternBudget, readPattern } from './pattern.ts'
import { eventView } from './view.ts'

export interface EntryMatch {
  /** 0-based place in the action's `events`. */
  index: number
  matched: boolean
  /** Why it did not match. */
  reason?: string
  /** What the jsonpath found, where it found anything. */
  found?: unknown
}

export interface ActionMatch {
  /** 0-based place in the file's `actions`. */
  index: number
  action: Action
  matched: boolean
  /** Why it does not run, although it matches. */
  unasked?: string
  entries: EntryMatch[]
}

/** True for an action that the event is to run. */
export const runs = ({ matched, unasked }: ActionMatch): boolean =>
  matched && unasked === undefined

interface Subject {
  type: string
  view: Record<string, unknown>
  budget: Budget
  patterns: Patterns
  /** Why a name does not match, by syntax and name: files repeat names. */
  names: Map<string, string | undefined>
}

type Verdict = Omit<EntryMatch, 'index'>

/** What the names of a file were read as, by syntax and name. */
interface Patterns {
  budget: Budget
  read: Map<string, ReturnType<typeof readPattern>>
}

/** Read once for a file: events that come together are mostly of one. */
const patternsOf = (() => {
  const known = new WeakMap<JobConfig, Patterns>()
  return (config: JobConfig): Patterns => {
    let patterns = known.get(config)
    if (!patterns) {
      patterns = { budget: newPatternBudget(), read: new Map() }
      known.set(config, patterns)
    }
    return patterns
  }
})()

/**
 * Judges every action of the file, in file order. An action matches when one
 * of its event entries does; all that match run. Each entry that does not
 * match says why.
 */
export const matchEvent = (
  config: JobConfig,
  event: JobEvent,
): ActionMatch[] => {
  const subject: Subject = {
    type: event.type,
    view: eventView(event),
    budget: newBudget(),
    patterns: patternsOf(config),
    names: new Map(),
  }
  return config.actions.map((action, index) => {
    const entries = action.events.map((entry, at) => ({
      index: at,
      ...matchEntry(entry, subject),
    }))
    const matched = entries.some((entry) => entry.matched)
    const unasked = matched && whyUnasked(action, entries, event.type)
    return { index, action, matched, ...(unasked && { unasked }), entries }
  })
}

/**
 * Keptn awaits answers to what ends in `.triggered`. Another of its events (our
 * own `.finished`, the end of a sequence) runs what only a wildcard makes
 * match as little as in 0.2.5; a silent action, or one that names it, it runs.
 */
const whyUnasked = (
  { silent, events }: Action,
  entries: EntryMatch[],
  type: string,
): string | undefined =>
  silent ||
  !type.startsWith('sh.keptn.') ||
  type.endsWith('.triggered') ||
  entries.some(
    ({ index, matched }) => matched && isNameOf(type, events[index]!),
  )
    ? undefined
    : `Keptn awaits no answer to ${quote(type)}: make the action silent, or name that type without wildcards`

/** Written out, in a regular expression also anchored and escaped. */
const isNameOf = (type: string, { name, syntax }: EventEntry): boolean =>
  name === type ||
  (syntax === 're2' &&
    name.replace(/^\^|\$$/g, '').replaceAll('\\.', '.') === type)

const matchEntry = (entry: EventEntry, subject: Subject): Verdict => {
  const reason = nameMismatch(entry, subject)
  if (reason !== undefined) return { matched: false, reason }
  // The original takes an empty property for none.
  return entry.jsonpath?.property
    ? matchValue(entry.jsonpath, subject)
    : { matched: true }
}

const nameMismatch = (
  entry: EventEntry,
  subject: Subject,
): string | undefined => {
  const { names } = subject
  const key = `${entry.syntax} ${entry.name}`
  if (!names.has(key)) names.set(key, judgeName(entry, key, subject))
  return names.get(key)
}

const judgeName = (
  entry: EventEntry,
  key: string,
  { type, patterns: { budget, read } }: Subject,
): string | undefined => {
  const matches = read.get(key) ?? readPattern(entry, budget)
  read.set(key, matches)
  if (typeof matches !== 'function')
    return `name ${quote(entry.name)} is an invalid pattern: ${matches.error}`
  if (matches(type)) return undefined
  return `name ${quote(entry.name)} does not match the type ${quote(type)}`
}

const matchValue = (
  { property, match }: NonNullable<EventEntry['jsonpath']>,
  { view, budget }: Subject,
): Verdict => {
  const result = jsonpath(view, property, budget)
  if ('error' in result)
    return { matched: false, reason: `jsonpath ${property}: ${result.error}` }
  const found = result.value
  if (found === match) return { matched: true, found }
  const reason =
    typeof found === 'string'
      ? `jsonpath ${property}: value found was ${quote(found)}, not ${quote(match)}`
      : `jsonpath ${property}: value found was ${excerpt(found)}, only a string can match`
  return { matched: false, reason, found }
}

const EXCERPT = 200

const shorten = (text: string): string =>
  text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text

const quote = (text: string): string => JSON.stringify(shorten(text))

const excerpt = (value: unknown): string => shorten(JSON.stringify(value) ?? '')
