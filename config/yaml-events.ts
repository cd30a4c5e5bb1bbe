import { parseEvents, YAMLException } from 'js-yaml'
import type { Event } from 'js-yaml'

/** What was parsed: the events, and the text that their offsets refer to. */
export interface ParsedEvents {
  events: Event[]
  source: string
}

/** Collections nested deeper than this are refused; no file needs ten. */
const MAX_DEPTH = 100

/** Characters that may be parsed again, to keep the cost in bounds. */
const MAX_REPEATED = 300_000

/** What each attempt costs for the whole text, as a share of parsing it. */
const ATTEMPT = 1 / 8

/**
 * Parses YAML as libyaml does, which the original used: within brackets and
 * quotes it does not care how lines are indented, and takes tabs for blanks.
 * js-yaml follows the standard and refuses both, for instance a closing
 * bracket below the key that it belongs to. Such a line is indented and the
 * text parsed again; lines keep their numbers. Throws a YAMLException.
 */
export const parseLeniently = (text: string): ParsedEvents => {
  let source = text
  let left = MAX_REPEATED
  for (;;) {
    try {
      return { events: parseEvents(source, { maxDepth: MAX_DEPTH }), source }
    } catch (err) {
      const at = deficientAt(err)
      left -= (at ?? 0) + source.length * ATTEMPT
      const repaired =
        at === undefined || left < 0 ? source : indented(source, at)
      if (repaired === source) throw err
      source = repaired
    }
  }
}

const deficientAt = (err: unknown): number | undefined =>
  err instanceof YAMLException && err.reason === 'deficient indentation'
    ? err.mark?.position
    : undefined

/** More than any parent's; what is within brackets or quotes ignores it. */
const INDENTATION = ' '.repeat(100)

const indented = (source: string, at: number): string => {
  const start = lineStart(source.slice(0, at))
  const [blanks = ''] = BLANKS.exec(source.slice(start, at)) ?? []
  const head = source.slice(0, at - blanks.length)
  // A tab after a dash is refused by libyaml, too.
  if (/^[ -]*-$/.test(head.slice(start))) return source
  const indentation = head.length === start ? INDENTATION : ''
  return head + indentation + blanks.replaceAll('\t', ' ') + source.slice(at)
}

/** The parser stops behind the bracket that a tab stands before. */
const BLANKS = /[ \t]*(?:[[{][ \t]*)*$/

const lineStart = (text: string): number =>
  Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1
