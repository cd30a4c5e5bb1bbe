/** A command split into words, and whether its quotes were complete. */
export interface Command {
  words: string[]
  /** A quote that has no partner; it was taken as an ordinary character. */
  loneQuote?: string
}

/**
 * Splits a command into words as a POSIX shell does: at blanks and line ends,
 * honouring quotes and backslashes. Nothing else of a shell is done: no globs,
 * no pipes, no expansion.
 *
 * `$NAME` and `${NAME}` outside of single quotes become `$(NAME)`, which
 * Kubernetes expands, for the names in `variables` only; any other `$` stays.
 */
export const splitCommand = (
  text: string,
  variables: ReadonlySet<string> = new Set(),
): Command => {
  const state: State = { text, at: 0, variables, words: [] }
  while (state.at < text.length) step(state)
  endWord(state)
  const { words, loneQuote } = state
  return loneQuote === undefined ? { words } : { words, loneQuote }
}

interface State {
  text: string
  at: number
  variables: ReadonlySet<string>
  words: string[]
  /** The word being read; `""` after an empty pair of quotes. */
  word?: string
  loneQuote?: string
}

const step = (state: State): void => {
  const { text, at } = state
  const char = text.charAt(at)
  if (char === ' ' || char === '\t' || char === '\n') {
    endWord(state)
    state.at += 1
  } else if (char === "'" || char === '"') {
    readQuoted(state, char)
  } else if (char === '\\' && text[at + 1] === '\n') {
    state.at += 2
  } else if (char === '\\' && at + 1 < text.length) {
    append(state, text.charAt(at + 1), 2)
  } else {
    appendPlain(state)
  }
}

const endWord = (state: State): void => {
  if (state.word !== undefined) state.words.push(state.word)
  delete state.word
}

const append = (state: State, piece: string, consumed: number): void => {
  state.word = (state.word ?? '') + piece
  state.at += consumed
}

/** A variable, or all the characters up to the next that may be special. */
const appendPlain = (state: State): void => {
  const name = variableAt(state)
  if (name !== undefined) {
    append(state, `$(${name.name})`, name.length)
    return
  }
  ORDINARY.lastIndex = state.at + 1
  const rest = ORDINARY.exec(state.text)?.[0] ?? ''
  append(state, state.text.charAt(state.at) + rest, 1 + rest.length)
}

const ORDINARY = /[^ \t\n'"\\$]*/y

const variableAt = ({
  text,
  at,
  variables,
}: State): { name: string; length: number } | undefined => {
  VARIABLE.lastIndex = at
  const match = VARIABLE.exec(text)
  const name = match?.[1] ?? match?.[2]
  if (match === null || name === undefined) return undefined
  return variables.has(name) ? { name, length: match[0].length } : undefined
}

const VARIABLE = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/y

const readQuoted = (state: State, quote: string): void => {
  const end = closingQuote(state.text, state.at, quote)
  if (end < 0) {
    state.loneQuote ??= quote
    append(state, quote, 1)
    return
  }
  append(state, '', 1)
  while (state.at < end) {
    if (quote === "'")
      append(state, state.text.slice(state.at, end), end - state.at)
    else readDoubleQuoted(state)
  }
  state.at = end + 1
}

/** What a backslash escapes in double quotes; before others it stays. */
const ESCAPABLE = ['$', '`', '"', '\\', '\n']

const readDoubleQuoted = (state: State): void => {
  const { text, at } = state
  const next = text.charAt(at + 1)
  if (text[at] !== '\\' || !ESCAPABLE.includes(next)) appendPlain(state)
  else append(state, next === '\n' ? '' : next, 2)
}

const closingQuote = (text: string, start: number, quote: string): number => {
  if (quote === "'") return text.indexOf(quote, start + 1)
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === quote) return at
  }
  return -1
}
