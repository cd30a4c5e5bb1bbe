/**
 * The tokens of a jsonpath expression. The original reads expressions with
 * Go's `text/scanner`; positions are counted its way, since they are part of
 * the messages that people know.
 */

/** `kind` is a class of tokens, or the character itself. */
export interface Token {
  kind: string
  text: string
}

export const EOF = 'EOF'

const LETTER = /^[\p{L}_]$/u
const LETTER_OR_DIGIT = /^[\p{L}_\p{Nd}]$/u
const DIGIT = /^[0-9]$/

export class Scanner {
  readonly #source: string
  readonly #chars: string[]
  /** How many characters were read, the one ahead included. */
  #read = 0
  #line = 1
  #column = 0
  #lastLineLength = 0
  #tokenPosition = ''

  constructor(source: string) {
    this.#source = source
    this.#chars = [...source]
    this.#next()
    if (this.peek() === '\ufeff') this.#next()
  }

  /** The character ahead; `undefined` at the end. */
  peek(): string | undefined {
    return this.#chars[this.#read - 1]
  }

  /** Takes the character ahead, outside of any token. */
  next(): void {
    this.#tokenPosition = ''
    this.#next()
  }

  scan(): Token {
    this.#skipBlanksAndComments()
    this.#tokenPosition = this.#chars.length > 0 ? `:${this.#position()}` : ''
    const start = this.#read - 1
    const kind = this.#token()
    return { kind, text: this.#chars.slice(start, this.#read - 1).join('') }
  }

  /** Where a parser stands, in front of the message of its error. */
  where(): string {
    return `${this.#source}\t${this.#tokenPosition} - ${this.#position()}`
  }

  #position(): string {
    if (this.#column > 0) return `${this.#line}:${this.#column}`
    if (this.#lastLineLength > 0)
      return `${this.#line - 1}:${this.#lastLineLength}`
    return '1:1'
  }

  #next(): void {
    if (this.#read > this.#chars.length) return
    this.#read += 1
    if (this.#chars.length > 0) this.#column += 1
    if (this.peek() !== '\n') return
    this.#line += 1
    this.#lastLineLength = this.#column
    this.#column = 0
  }

  #skipBlanksAndComments(): void {
    for (;;) {
      while (/^[ \t\r\n]$/.test(this.peek() ?? '')) this.#next()
      const after = this.#chars[this.#read]
      if (this.peek() !== '/' || (after !== '/' && after !== '*')) return
      this.#next()
      this.#skipComment(after)
    }
  }

  #skipComment(opened: string): void {
    let last: string | undefined
    this.#next()
    while (this.peek() !== undefined) {
      const char = this.peek()
      if (opened === '/' && char === '\n') return
      this.#next()
      if (opened === '*' && last === '*' && char === '/') return
      last = char
    }
  }

  #token(): string {
    const char = this.peek()
    if (char === undefined) return EOF
    if (LETTER.test(char)) return this.#identifier()
    if (DIGIT.test(char)) return this.#number(false)
    this.#next()
    switch (char) {
      case '"':
        this.#quoted(char)
        return 'String'
      case "'":
        this.#quoted(char)
        return 'Char'
      case '`':
        while (this.peek() !== undefined && this.peek() !== '`') this.#next()
        this.#next()
        return 'RawString'
      case '.':
        return DIGIT.test(this.peek() ?? '') ? this.#number(true) : char
      default:
        return char
    }
  }

  #identifier(): string {
    while (LETTER_OR_DIGIT.test(this.peek() ?? '')) this.#next()
    return 'Ident'
  }

  /** As lenient as Go's scanner: what is no number fails when it is read. */
  #number(fraction: boolean): string {
    let float = fraction
    let hexadecimal = false
    if (!fraction && this.peek() === '0') {
      this.#next()
      hexadecimal = /^[xX]$/.test(this.peek() ?? '')
      if (/^[xXoObB]$/.test(this.peek() ?? '')) this.#next()
    }
    const digits = () => {
      const digit = hexadecimal ? /^[0-9a-fA-F_]$/ : /^[0-9_]$/
      while (digit.test(this.peek() ?? '')) this.#next()
    }
    digits()
    if (!float && this.peek() === '.') {
      float = true
      this.#next()
      digits()
    }
    if (/^[eEpP]$/.test(this.peek() ?? '')) {
      float = true
      hexadecimal = false
      this.#next()
      if (/^[+-]$/.test(this.peek() ?? '')) this.#next()
      digits()
    }
    return float ? 'Float' : 'Int'
  }

  #quoted(quote: string): void {
    while (this.peek() !== undefined && this.peek() !== quote) {
      const char = this.peek()
      if (char === '\n') break
      this.#next()
      if (char === '\\' && this.peek() === quote) this.#next()
      else if (char === '\\' && this.peek() === '\\') this.#next()
    }
    this.#next()
  }
}
