/**
 * Writes what libyaml reads and js-yaml does not in a way that both read, with
 * libyaml's meaning; lines keep their numbers. Within brackets and quotes every
 * line is indented and tabs are blanks, `-` and `word:` before a comma or a
 * closing bracket are quoted, `\'` is `'`, and a comment that follows a quote
 * or a bracket at once is set apart. One pass, however much there is to do.
 */
export const repairYaml = (text: string): string => {
  const start = text.startsWith('\ufeff') ? 1 : 0
  const state: State = {
    text,
    at: start,
    lineStart: start,
    indents: [],
    depth: 0,
    copied: 0,
    repaired: '',
  }
  while (state.at < text.length) readToken(state, text.charAt(state.at))
  return state.repaired + text.slice(state.copied)
}

interface State {
  text: string
  at: number
  lineStart: number
  /** Columns of the block collections that are open. */
  indents: number[]
  /** Column of what may be a key: the first on its line or behind a dash. */
  key?: number
  /** Brackets that are open. */
  depth: number
  /** What is in front of it is in `repaired`. */
  copied: number
  repaired: string
}

const readToken = (state: State, char: string): void => {
  if (char === ' ' || char === '\t') readBlanks(state)
  else if (isLineEnd(char)) readLineEnd(state)
  else if (char === '#') readComment(state)
  else if (state.depth === 0) readBlockToken(state, char)
  else if (char === ',' || char === ':' || char === '?') state.at += 1
  else readNode(state, char)
}

const readBlockToken = (state: State, char: string): void => {
  const column = state.at - state.lineStart
  while (column < indentOf(state)) state.indents.pop()
  const marker = column === 0 ? match(MARKER, state) : ''
  if (marker !== '') {
    state.at += marker.length
  } else if (isIndicator(state, char)) {
    const start = char === ':' ? (state.key ?? column) : column
    if (start > indentOf(state)) state.indents.push(start)
    if (char !== ':') delete state.key
    state.at += 1
  } else {
    state.key ??= column
    readNode(state, char)
  }
}

/** A directive, or where a document begins or ends. */
const MARKER = /%[^\r\n]*|(?:---|\.\.\.)(?=[ \t\r\n]|$)/y

const indentOf = ({ indents }: State): number => indents.at(-1) ?? -1

const isIndicator = ({ text, at }: State, char: string): boolean =>
  (char === '-' || char === ':' || char === '?') && isBlank(text.charAt(at + 1))

const isLineEnd = (char: string): boolean => char === '\n' || char === '\r'

/** Also at the ends of the text. */
const isBlank = (char: string): boolean =>
  char === ' ' || char === '\t' || isLineEnd(char) || char === ''

const readNode = (state: State, char: string): void => {
  if (char === '[' || char === '{') {
    state.depth += 1
    state.at += 1
  } else if (char === ']' || char === '}') {
    state.depth = Math.max(0, state.depth - 1)
    state.at += 1
  } else if (char === '"' || char === "'") readQuoted(state, char)
  else if (char === '&' || char === '*' || char === '!') readProperty(state)
  else if (state.depth > 0) readFlowPlain(state)
  else if (char === '|' || char === '>') readBlockScalar(state)
  else readBlockPlain(state)
}

const readBlanks = (state: State): void => {
  const blanks = match(BLANKS, state)
  // At the start of a line and after a dash libyaml refuses tabs, too.
  const any = state.depth > 0 || state.key !== undefined
  rewrite(state, blanks, any ? blanks.replaceAll('\t', ' ') : blanks)
}

const BLANKS = /[ \t]+/y

const readLineEnd = (state: State): void => {
  const lineEnd = match(LINE_END, state)
  rewrite(state, lineEnd, state.depth > 0 ? indented(lineEnd) : lineEnd)
  delete state.key
}

const LINE_END = /\r\n?|\n/y

const readComment = (state: State): void => {
  const comment = match(LINE, state)
  const apart = isBlank(state.text.charAt(state.at - 1))
  rewrite(state, comment, apart ? comment : ` ${comment}`)
}

const LINE = /[^\r\n]*/y

const readProperty = (state: State): void => {
  state.at += match(PROPERTY, state).length
}

const PROPERTY = /(?:!<[^>\s]{1,100}>|[&*!][^ \t\r\n,[\]{}]*) */y

const readQuoted = (state: State, quote: string): void => {
  const end = behindQuote(state.text, state.at, quote)
  const quoted = state.text.slice(state.at, end)
  rewrite(state, quoted, indented(quote === '"' ? unescaped(quoted) : quoted))
}

/** The end of the text where there is no second quote. */
const behindQuote = (text: string, start: number, quote: string): number => {
  for (let at = start + 1; at < text.length; at += 1) {
    if (quote === '"' && text[at] === '\\') at += 1
    else if (text[at] === quote) {
      if (quote === '"' || text[at + 1] !== quote) return at + 1
      at += 1
    }
  }
  return text.length
}

const unescaped = (quoted: string): string =>
  quoted.includes("\\'")
    ? quoted.replace(/\\[^]/g, (escape) => (escape === "\\'" ? "'" : escape))
    : quoted

/** More than any parent's; what is within brackets or quotes ignores it. */
const INDENTATION = ' '.repeat(100)

/** But for empty lines: they count, and blanks in them do not. */
const indented = (part: string): string =>
  part.replace(/(?:\r\n?|\n)(?![ \t]*[\r\n])/g, `$&${INDENTATION}`)

const readFlowPlain = (state: State): void => {
  const { text, at } = state
  const end = search(FLOW_PLAIN_END, state)
  const plain = text.slice(at, end)
  const refused = plain === '-' || plain.endsWith(':')
  const quoted =
    refused && /[,\]}]/.test(text.charAt(end))
      ? `'${plain.replaceAll("'", "''")}'`
      : plain
  rewrite(state, plain, indented(quoted))
}

const FLOW_PLAIN_END = /[,[\]{}]|:(?=[ \t\r\n]|$)|[ \t\r\n]#/g

const readBlockPlain = (state: State): void => {
  do rewrite(state, match(MORE_LINES, state))
  while (readPlainLine(state))
}

/** Whether the next line belongs to it, as one that is indented does. */
const readPlainLine = (state: State): boolean => {
  state.at = search(BLOCK_PLAIN_END, state)
  const lines = match(MORE_LINES, state)
  const char = state.text.charAt(state.at + lines.length)
  const column = lines.length - 1 - lastLineEnd(lines)
  return lines !== '' && column > indentOf(state) && char !== '#'
}

const BLOCK_PLAIN_END = /:(?=[ \t\r\n]|$)|[ \t]#|[\r\n]/g
const MORE_LINES = /(?:[\r\n][ \t]*)+/y

/** Its lines are those that are indented as far as the first. */
const readBlockScalar = (state: State): void => {
  const { text } = state
  const header = match(LINE, state)
  const digit = Number(/^.[-+]?(\d?)/.exec(header)?.[1] ?? 0)
  let indent = digit && Math.max(0, indentOf(state)) + digit
  rewrite(state, header)
  while (state.at < text.length) {
    const blanks = match(NEXT_LINE, state)
    const content = state.at + blanks.length
    if (!isLineEnd(text.charAt(content))) {
      const column = blanks.length - 1 - lastLineEnd(blanks)
      indent ||= Math.max(column, indentOf(state) + 1, 1)
      if (column < indent) return
    }
    rewrite(state, blanks)
    state.at += match(LINE, state).length
  }
}

const NEXT_LINE = /(?:\r\n?|\n) */y

const lastLineEnd = (part: string): number =>
  Math.max(part.lastIndexOf('\n'), part.lastIndexOf('\r'))

/** Goes on behind a part of the text, with `piece` in its place. */
const rewrite = (state: State, part: string, piece = part): void => {
  const start = state.at
  state.at += part.length
  const lineEnd = lastLineEnd(part)
  if (lineEnd >= 0) state.lineStart = start + lineEnd + 1
  if (piece === part) return
  state.repaired += state.text.slice(state.copied, start) + piece
  state.copied = state.at
}

const match = (pattern: RegExp, { text, at }: State): string => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/** Where it is found next; the end of the text if nowhere. */
const search = (pattern: RegExp, { text, at }: State): number => {
  pattern.lastIndex = at
  return pattern.exec(text)?.index ?? text.length
}
