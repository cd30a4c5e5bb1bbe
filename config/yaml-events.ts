import { parseEvents, YAMLException } from 'js-yaml'
import type { Event } from 'js-yaml'
import { repairYaml } from './yaml-repair.ts'

/** What was parsed: the events, and the text that their offsets refer to. */
export interface ParsedEvents {
  events: Event[]
  source: string
}

/** Collections nested deeper than this are refused; no file needs ten. */
const MAX_DEPTH = 100

/**
 * Parses YAML as libyaml does, which the original used. js-yaml follows the
 * standard and refuses more, for instance a closing bracket below the key that
 * it belongs to: such a text is repaired and parsed once more; lines keep their
 * numbers. Throws a YAMLException.
 */
export const parseLeniently = (text: string): ParsedEvents => {
  if (MISREAD.test(text)) return parse(repairYaml(text))
  try {
    return parse(text)
  } catch (err) {
    const source = isTooDeep(err) ? text : repairYaml(text)
    if (source === text) throw err
    return parse(source)
  }
}

/** Within brackets `word:` is text; js-yaml takes it for a key. */
const MISREAD = /:[,\]}]/

const parse = (source: string): ParsedEvents => ({
  events: parseEvents(source, { maxDepth: MAX_DEPTH }),
  source,
})

const isTooDeep = (err: unknown): boolean =>
  err instanceof YAMLException && err.reason.startsWith('nesting exceeded')
