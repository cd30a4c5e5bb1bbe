import { braceExpand, Minimatch } from 'minimatch'
import { RE2JS } from 're2js'

import type { Budget } from './jsonpath.ts'
import type { EventEntry } from './model.ts'

type Name = Pick<EventEntry, 'name' | 'syntax'>
type Matcher = (type: string) => boolean

/** Longer than anything that anybody writes for the name of an event. */
const MAX_PATTERN = 1000
const MAX_TYPE = 255
/** Patterns that the braces of one glob may stand for. */
const MAX_BRACES = 100
/** Length times repetitions of one regular expression. */
const MAX_REPEATED = 20_000
/** Sets that one glob may begin: each is looked for up to the glob's end. */
const MAX_SETS = 20
/**
 * Length times operators, times alternatives or repetitions, of all names of
 * one file.
 */
const ALL_PATTERNS = 200_000

export const newPatternBudget = (): Budget => ({ left: ALL_PATTERNS })

/**
 * Reads the pattern for an event's type. `glob` is the whole type, where `*`
 * stands for any characters, dots and slashes too; `re2` may be found
 * anywhere in it, as in the original. What cannot be read never matches, `error` says why. No
 * pattern takes long: RE2 knows no backtracking, nor does minimatch, and what
 * they would unfold is limited here, for each pattern and in all.
 */
export const readPattern = (
  { name, syntax }: Name,
  budget: Budget = newPatternBudget(),
): Matcher | { error: string } => {
  if (name.length > MAX_PATTERN)
    return { error: `longer than ${MAX_PATTERN} characters` }
  try {
    const times = syntax === 'glob' ? braces(name) : repeats(name)
    const cost = name.length * times * (1 + operators(name))
    budget.left -= cost
    if (budget.left < 0) return { error: 'all patterns together are too large' }
    const matches = syntax === 'glob' ? glob(name) : re2(name)
    return (type) => type.length <= MAX_TYPE && matches(type)
  } catch (err) {
    return { error: err instanceof Error ? err.message : String(err) }
  }
}

const operators = (pattern: string): number =>
  pattern.match(/[*+?[({|\\]/g)?.length ?? 0

const braces = (pattern: string): number => {
  if (pattern.split('[').length - 1 > MAX_SETS)
    throw new Error(`it has more than ${MAX_SETS} \`[\``)
  const { length } = braceExpand(pattern, { braceExpandMax: MAX_BRACES + 1 })
  if (length > MAX_BRACES)
    throw new Error(`its braces stand for more than ${MAX_BRACES} patterns`)
  return length
}

/** Compiled, `x{n}` is n times `x`. */
const repeats = (pattern: string): number => {
  const counts = pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)
  const total = Array.from(counts, ([, from, to]) =>
    Math.max(Number(from), Number(to || 0)),
  ).reduce((sum, count) => sum + count, 1)
  if (pattern.length * total > MAX_REPEATED)
    throw new Error('its repetitions are too large')
  return total
}

const re2 = (pattern: string): Matcher => {
  const compiled = RE2JS.compile(pattern)
  return (type) => compiled.matcher(type).find()
}

const glob = (pattern: string): Matcher => {
  const compiled = new Minimatch(unslashed(pattern), {
    nonegate: true,
    nocomment: true,
    dot: true,
    noglobstar: true,
    braceExpandMax: MAX_BRACES,
    platform: 'linux',
  })
  return (type) => compiled.match(unslashed(type))
}

/** A type is no path; no CloudEvent has the character that stands for `/`. */
const unslashed = (text: string): string => text.replaceAll('/', '\0')
