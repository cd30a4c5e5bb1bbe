import {
  COLLECTION_STYLE,
  EVENT_ID,
  getScalarValue,
  SCALAR_STYLE,
  YAMLException,
} from 'js-yaml'
import type { Event, ScalarEvent } from 'js-yaml'
import type { Problem } from './problem.ts'
import { parseLeniently } from './yaml-events.ts'

/** A node of a YAML document, with its place, before any typing. */
export type YamlNode = YamlScalar | YamlList | YamlMap | YamlAlias

export interface YamlScalar {
  kind: 'scalar'
  text: string
  /** Written without quotes and not as a block: YAML 1.1 may type it. */
  plain: boolean
  /** Long form (`tag:yaml.org,2002:str`); `""` when none is written. */
  tag: string
  line: number
}

export interface YamlList {
  kind: 'list'
  items: YamlNode[]
  line: number
}

export interface YamlMap {
  kind: 'map'
  entries: { key: YamlNode; value: YamlNode }[]
  line: number
}

export interface YamlAlias {
  kind: 'alias'
  name: string
  /** May be a node around the alias itself. */
  target: YamlNode
  line: number
}

/** The first document of a text; no `root`: the document is empty. */
export interface YamlDocument {
  root?: YamlNode
  problems: Problem[]
  warnings: Problem[]
}

/** A configuration file larger than this is refused. */
export const MAX_BYTES = 1024 * 1024

/** More lines and commas than this would only cost time to read. */
const MAX_PARTS = 20_000

const YAML_TAG = 'tag:yaml.org,2002:'

/**
 * Reads the first YAML document of a text into a tree of nodes with lines.
 * Scalars stay text: what they mean depends on what is wanted at their place.
 * Never throws: what cannot be read is in `problems`.
 */
export const readYaml = (input: string | Uint8Array): YamlDocument => {
  const text = decodeText(input)
  if (typeof text !== 'string') return failed(text)
  const unfit = findUnfit(text)
  if (unfit !== undefined) return failed(unfit)
  const { document, rest } = splitFirst(text)
  try {
    const { source, events } = parseLeniently(document)
    const built = build(source, events)
    if (rest !== undefined) built.warnings.push(ignoredDocument(rest))
    return built
  } catch (err) {
    return failed(syntaxProblem(document, err))
  }
}

const failed = (problem: Problem): YamlDocument => ({
  problems: [problem],
  warnings: [],
})

const decodeText = (input: string | Uint8Array): string | Problem => {
  const bytes =
    typeof input === 'string' ? Buffer.byteLength(input) : input.byteLength
  if (bytes > MAX_BYTES) return tooLarge(`it has ${bytes} bytes`)
  if (typeof input === 'string') return input
  try {
    return new TextDecoder(encodingOf(input), { fatal: true }).decode(input)
  } catch {
    return {
      code: 'yaml-encoding',
      message: 'the file is not valid UTF-8; save it as UTF-8 text',
    }
  }
}

const encodingOf = (bytes: Uint8Array): string => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}

const tooLarge = (found: string): Problem => ({
  code: 'too-large',
  message: `the file is too large: ${found}; at most ${MAX_BYTES} bytes with ${MAX_PARTS} lines and commas are read`,
})

/** What the YAML 1.1 reader refuses before it looks at any syntax. */
const findUnfit = (text: string): Problem | undefined => {
  const at = text.search(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]/)
  if (at >= 0) {
    return {
      code: 'yaml-syntax',
      message: `a control character (U+${hex(text.charCodeAt(at))}) is not allowed; remove it, or write it as an escape in double quotes`,
      line: lineAt(text, at),
    }
  }
  const parts = countParts(text)
  return parts > MAX_PARTS
    ? tooLarge(`it has ${parts} lines and commas`)
    : undefined
}

const countParts = (text: string): number => {
  let parts = 0
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at)
    if (char === LF || char === CR || char === COMMA) parts += 1
  }
  return parts
}

const COMMA = 44

const hex = (code: number): string =>
  code.toString(16).toUpperCase().padStart(4, '0')

const lineAt = (text: string, offset: number): number =>
  lineCounter(text)(offset)

/** Offset to 1-based line, by bisection over the line starts. */
const lineCounter = (text: string): ((offset: number) => number) => {
  const starts = lineStarts(text)
  return (offset) => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}

const lineStarts = (text: string): number[] => {
  const starts = [0]
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at)
    if (char === LF || (char === CR && text.charCodeAt(at + 1) !== LF)) {
      starts.push(at + 1)
    }
  }
  return starts
}

const LF = 10
const CR = 13

/**
 * Cuts after the first document, so that what follows it cannot make the file
 * unreadable: it was never looked at by the original.
 */
const splitFirst = (
  text: string,
): { document: string; rest: number | undefined } => {
  const content = text.search(CONTENT)
  let begun = false
  for (const { 0: marker, index } of text.matchAll(DOCUMENT_MARKER)) {
    if (begun || (content >= 0 && content < index)) {
      const rest = /\S/.test(text.slice(index + marker.length))
      return {
        document: text.slice(0, index),
        rest: rest ? lineAt(text, index) : undefined,
      }
    }
    begun = marker === '---'
  }
  return { document: text, rest: undefined }
}

const DOCUMENT_MARKER = /^(?:---|\.\.\.)(?=\s|$)/gm

/** The start of a line that is no comment, directive or marker. */
const CONTENT = /^(?!\ufeff?[ \t]*(?:#|\r?$)|%|(?:---|\.\.\.)(?:\s|$))/m

const ignoredDocument = (line: number): Problem => ({
  code: 'second-document',
  message:
    'only the first YAML document of the file is read; everything from this line on is ignored',
  line,
})

const syntaxProblem = (text: string, err: unknown): Problem => {
  if (!(err instanceof YAMLException)) {
    return { code: 'yaml-syntax', message: `not valid YAML: ${String(err)}` }
  }
  const problem = {
    code: 'yaml-syntax',
    message: `not valid YAML: ${err.reason}`,
  }
  if (err.mark === undefined) return problem
  const line = err.mark.line + 1
  const content = text.split('\n', line)[line - 1] ?? ''
  const message = content.includes('\t')
    ? `${problem.message}; there is a tab in the line, use spaces`
    : problem.message
  return { ...problem, message, line }
}

/** Thrown inside `build` only, and told as a problem by it. */
class Refusal extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}

const build = (source: string, events: Event[]): YamlDocument => {
  const lineOf = lineCounter(source)
  const anchors = new Map<string, YamlNode>()
  const roots: YamlNode[] = []
  const open: Container[] = []
  try {
    for (const event of events) {
      if (event.type === EVENT_ID.DOCUMENT) {
        refuseOtherVersion(event.directives)
        open.push({ add: (node) => void roots.push(node) })
      } else if (event.type === EVENT_ID.POP) {
        open.pop()
      } else {
        addNode({ source, event, lineOf, anchors, open })
      }
    }
  } catch (err) {
    if (err instanceof Refusal) return failed(err.problem)
    throw err
  }
  const [root] = roots
  return { ...(root === undefined ? {} : { root }), problems: [], warnings: [] }
}

interface Container {
  /** A node, and the offset at which it begins. */
  add: (node: YamlNode, start: number) => void
}

type NodeEvent = Exclude<
  Event,
  { type: typeof EVENT_ID.DOCUMENT } | { type: typeof EVENT_ID.POP }
>

const addNode = (args: {
  source: string
  event: NodeEvent
  lineOf: (offset: number) => number
  anchors: Map<string, YamlNode>
  open: Container[]
}): void => {
  const { source, event, lineOf, anchors, open } = args
  const node = toNode(source, event, lineOf, anchors)
  if (node.kind !== 'alias' && event.anchorStart >= 0) {
    anchors.set(source.slice(event.anchorStart, event.anchorEnd), node)
  }
  open.at(-1)?.add(node, startOf(event))
  if (node.kind === 'list') open.push(listing(source, event, node))
  if (node.kind === 'map') open.push(pairing(node))
}

/** Its anchor or tag, if it has one, else its content. */
const startOf = (event: NodeEvent): number => {
  const starts = [event.anchorStart - 1]
  if (event.type === EVENT_ID.SCALAR) {
    const quote = event.style === SCALAR_STYLE.PLAIN ? 0 : 1
    starts.push(event.valueStart - quote, event.tagStart)
  } else if (event.type !== EVENT_ID.ALIAS) {
    starts.push(event.start, event.tagStart)
  }
  return Math.max(0, Math.min(...starts.filter((at) => at >= 0)))
}

const listing = (
  source: string,
  event: NodeEvent,
  list: YamlList,
): Container => {
  const inBlock =
    event.type === EVENT_ID.SEQUENCE && event.style === COLLECTION_STYLE.BLOCK
  return {
    add: (item, start) => {
      if (
        inBlock &&
        TAB_AFTER_DASH.test(source.slice(lineStart(source, start), start))
      ) {
        throw tabAfterDash(item.line)
      }
      list.items.push(item)
    },
  }
}

const lineStart = (source: string, offset: number): number =>
  source.lastIndexOf('\n', offset - 1) + 1

/** libyaml takes only blanks there. */
const TAB_AFTER_DASH = /-[ ]*\t[ \t]*$/

/** The nodes of a mapping arrive as key, value, key, value. */
const pairing = (map: YamlMap): Container => {
  let key: YamlNode | undefined
  return {
    add: (node) => {
      if (key === undefined) {
        key = node
      } else {
        map.entries.push({ key, value: node })
        key = undefined
      }
    },
  }
}

const toNode = (
  source: string,
  event: NodeEvent,
  lineOf: (offset: number) => number,
  anchors: Map<string, YamlNode>,
): YamlNode => {
  switch (event.type) {
    case EVENT_ID.SEQUENCE:
      return { kind: 'list', items: [], line: lineOf(event.start) }
    case EVENT_ID.MAPPING:
      return { kind: 'map', entries: [], line: lineOf(event.start) }
    case EVENT_ID.ALIAS: {
      const name = source.slice(event.anchorStart, event.anchorEnd)
      const line = lineOf(event.anchorStart)
      const target = anchors.get(name)
      if (target === undefined) throw unknownAnchor(name, line)
      return { kind: 'alias', name, target, line }
    }
    case EVENT_ID.SCALAR:
      return toScalar(source, event, lineOf)
  }
}

const toScalar = (
  source: string,
  event: ScalarEvent,
  lineOf: (offset: number) => number,
): YamlScalar => {
  const tag =
    event.tagStart < 0
      ? ''
      : longTag(source.slice(event.tagStart, event.tagEnd))
  return {
    kind: 'scalar',
    text: event.valueStart < 0 ? '' : scalarText(source, event),
    // `! text` asks for the text itself.
    plain: event.style === SCALAR_STYLE.PLAIN && tag !== '!',
    tag: tag === '!' ? '' : tag,
    line: event.valueStart < 0 ? 0 : lineOf(event.valueStart),
  }
}

/** A block that the text ends in, without a line end, has none there. */
const scalarText = (source: string, event: ScalarEvent): string => {
  const text = getScalarValue(source, event)
  const { style, valueEnd } = event
  const block =
    style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK
  const ended = /[\r\n]/.test(source.charAt(valueEnd - 1))
  return block && !ended && text.endsWith('\n') ? text.slice(0, -1) : text
}

const longTag = (written: string): string => {
  if (written.startsWith('!<')) return written.slice(2, -1)
  return written.startsWith('!!') ? YAML_TAG + written.slice(2) : written
}

const refuseOtherVersion = (
  directives: readonly { kind: string; version?: string }[],
): void => {
  const other = directives.find(
    ({ kind, version }) => kind === 'yaml' && version !== '1.1',
  )
  if (other === undefined) return
  throw new Refusal({
    code: 'yaml-version',
    message: `the file says %YAML ${other.version ?? ''}, but it is read as YAML 1.1; remove the directive`,
    line: 1,
  })
}

const tabAfterDash = (line: number): Refusal =>
  new Refusal({
    code: 'yaml-syntax',
    message: 'not valid YAML: a tab stands after the dash, use a blank',
    line,
  })

const unknownAnchor = (name: string, line: number): Refusal =>
  new Refusal({
    code: 'yaml-anchor',
    message: `\`*${name}\` refers to an anchor that is not defined above it; write \`&${name}\` at the value that is meant`,
    line,
  })
