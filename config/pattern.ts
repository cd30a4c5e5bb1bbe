import { Minimatch } from 'minimatch'
import { RE2JS } from 're2js'

import type { EventEntry } from './model.ts'

export type Matcher = (type: string) => boolean

/**
 * A pattern longer than this is no pattern that anybody wrote for the name of
 * an event; together with the limit below it bounds the work of a match.
 */
const MAX_PATTERN = 1000
/** Patterns that the braces of one glob may stand for. */
const MAX_BRACES = 1000
const MAX_TYPE = 4096

/**
 * Reads the pattern for an event's type. `glob` is the whole type, where `*`
 * stands for any characters; `re2` may be found anywhere in it, as in the
 * original. A pattern that cannot be read never matches: `error` says why.
 */
export const readPattern = ({
  name,
  syntax,
}: Pick<EventEntry, 'name' | 'syntax'>): Matcher | { error: string } => {
  if (name.length > MAX_PATTERN)
    return { error: `longer than ${MAX_PATTERN} characters` }
  try {
    const matches = syntax === 'glob' ? glob(name) : re2(name)
    return (type) => type.length <= MAX_TYPE && matches(type)
  } catch (err) {
    return { error: err instanceof Error ? err.message : String(err) }
  }
}

const re2 = (pattern: string): Matcher => {
  const compiled = RE2JS.compile(pattern)
  return (type) => compiled.matcher(type).find()
}

const glob = (pattern: string): Matcher => {
  const compiled = new Minimatch(pattern, {
    nonegate: true,
    nocomment: true,
    dot: true,
    noglobstar: true,
    braceExpandMax: MAX_BRACES,
    platform: 'linux',
  })
  return (type) => compiled.match(type)
}
