import { parseFloat, unquote } from './go-literal.ts'
import { EOF, Scanner } from './jsonpath-scanner.ts'

/**
 * The grammar of the original's jsonpath (PaesslerAG/jsonpath on the base
 * language of gval): paths, variables, constants, `==`, `!=`, parentheses.
 */
export type Expression =
  | { kind: 'constant'; value: unknown }
  | { kind: 'negative'; of: Expression }
  | { kind: 'equal'; negated: boolean; left: Expression; right: Expression }
  /** `a.b[0]`: looked up in the root, lenient about what is missing. */
  | { kind: 'variable'; keys: Expression[] }
  /** There are no functions: calling anything is an error. */
  | { kind: 'call'; name: string; of: Expression }
  | { kind: 'path'; from: 'root' | 'current'; steps: Step[] }

export type Step =
  | { kind: 'child'; key: Expression }
  | { kind: 'script'; of: Expression }
  | { kind: 'children' }
  | { kind: 'descendants' }
  | { kind: 'union'; keys: Expression[] }
  | { kind: 'filter'; of: Expression }
  | { kind: 'slice'; from: Expression; to: Expression; step: Expression }

const MAX_LENGTH = 10_000
const MAX_DEPTH = 100
const MAX_INDEX = 2 ** 31 - 1

/** The characters of gval's operators, of which only two exist here. */
const OPERATOR = /^[?|&=!><~in^+\-*/%]$/

class ParseError extends Error {}

const tokenName = (kind: string): string =>
  kind.length > 1 && kind !== '\u{10ffff}' && /^[A-Z]/.test(kind)
    ? kind
    : JSON.stringify(kind)

const constant = (value: unknown): Expression => ({ kind: 'constant', value })

class Parser {
  readonly scanner: Scanner
  #token = { kind: EOF, text: '' }
  /** A token that was put back, and the complaint if nobody wants it. */
  #unwanted: string | undefined
  #depth = 0

  constructor(source: string) {
    this.scanner = new Scanner(source)
  }

  parse(): Expression {
    const expression = this.#expression()
    if (this.#unwanted !== undefined && this.#token.kind !== EOF)
      throw new ParseError(this.#unwanted)
    return expression
  }

  #scan(): string {
    if (this.#unwanted === undefined) this.#token = this.scanner.scan()
    this.#unwanted = undefined
    return this.#token.kind
  }

  #complaint(unit: string, ...expected: string[]): string {
    const got = `unexpected ${tokenName(this.#token.kind)} while scanning ${unit}`
    if (expected.length === 0) return got
    const names = expected.map(tokenName)
    const last = names.slice(-2).join(' or ')
    return `${got} expected ${[...names.slice(0, -2), last].join(', ')}`
  }

  #fail(unit: string, ...expected: string[]): never {
    throw new ParseError(this.#complaint(unit, ...expected))
  }

  #putBack(unit: string, ...expected: string[]): void {
    this.#unwanted = this.#complaint(unit, ...expected)
  }

  #expression(): Expression {
    let left: Expression | undefined
    let negated = false
    for (;;) {
      const right = this.#operand()
      left = left ? { kind: 'equal', negated, left, right } : right
      const operator = this.#operator()
      if (operator === undefined) return left
      negated = operator === '!='
    }
  }

  #operator(): string | undefined {
    const kind = this.#scan()
    let operator = this.#token.text
    if (!OPERATOR.test(kind)) {
      this.#putBack('operator')
      return undefined
    }
    let longer = false
    for (;;) {
      const char = this.scanner.peek()
      if (char === undefined || !OPERATOR.test(char)) break
      operator += char
      longer = true
      this.scanner.next()
    }
    if (operator === '==' || operator === '!=') return operator
    if (longer) throw new ParseError(`unknown operator ${operator}`)
    this.#putBack('operator')
    return undefined
  }

  #operand(): Expression {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH)
      throw new ParseError(`nested deeper than ${MAX_DEPTH}`)
    const operand = this.#prefixed(this.#scan())
    this.#depth -= 1
    return operand
  }

  #prefixed(kind: string): Expression {
    switch (kind) {
      case '$':
        return { kind: 'path', from: 'root', steps: this.#steps() }
      case '@':
        return { kind: 'path', from: 'current', steps: this.#steps() }
      case '(':
        return this.#closed('parentheses')
      case '-':
        return { kind: 'negative', of: this.#operand() }
      case 'Ident':
        return this.#identifier()
      case 'String':
      case 'Char':
      case 'RawString':
        return constant(this.#text())
      case 'Int':
      case 'Float':
        return constant(this.#number())
      default:
        return this.#fail('extensions')
    }
  }

  #closed(unit: string): Expression {
    const inner = this.#expression()
    if (this.#scan() !== ')') this.#fail(unit, ')')
    return inner
  }

  #text(): string {
    const text = unquote(this.#token.text)
    if (text === undefined)
      throw new ParseError('could not parse string: invalid syntax')
    return text
  }

  #number(): number {
    const number = parseFloat(this.#token.text)
    if (number !== undefined) return number
    const why = /^\d[\d.]*(?:[eE]|$)/.test(this.#token.text)
      ? 'value out of range'
      : 'invalid syntax'
    throw new ParseError(
      `strconv.ParseFloat: parsing "${this.#token.text}": ${why}`,
    )
  }

  #identifier(): Expression {
    const name = this.#token.text
    if (name === 'true' || name === 'false') return constant(name === 'true')
    const keys = [constant(name)]
    for (;;) {
      switch (this.#scan()) {
        case '.':
          if (this.#scan() !== 'Ident') this.#fail('field', 'Ident')
          keys.push(constant(this.#token.text))
          break
        case '[':
          keys.push(this.#expression())
          if (this.#scan() !== ']') this.#fail('array key', ']')
          break
        case '(':
          this.#arguments()
          return { kind: 'call', name, of: { kind: 'variable', keys } }
        default:
          this.#putBack('variable', '.', '(', '[')
          return { kind: 'variable', keys }
      }
    }
  }

  #arguments(): void {
    if (this.#scan() === ')') return
    this.#putBack('scan arguments', ')')
    for (;;) {
      this.#expression()
      const kind = this.#scan()
      if (kind === ')') return
      if (kind !== ',') this.#fail('arguments', ')', ',')
    }
  }

  #steps(): Step[] {
    const steps: Step[] = []
    for (;;) {
      switch (this.#scan()) {
        case '.':
          this.#select(steps)
          break
        case '[':
          steps.push(this.#bracket(false))
          break
        case '(':
          steps.push({ kind: 'script', of: this.#closed('jsnopath script') })
          break
        default:
          this.#putBack('jsonpath', '.', '[', '(')
          return steps
      }
    }
  }

  #select(steps: Step[]): void {
    switch (this.#scan()) {
      case 'Ident':
        steps.push({ kind: 'child', key: constant(this.#token.text) })
        return
      case '*':
        steps.push({ kind: 'children' })
        return
      case '.':
        steps.push({ kind: 'descendants' }, this.#ofDescendants())
        return
      default:
        this.#fail('JSON select', 'Ident', '.', '*')
    }
  }

  #ofDescendants(): Step {
    switch (this.#scan()) {
      case 'Ident':
        return { kind: 'child', key: constant(this.#token.text) }
      case '*':
        return { kind: 'children' }
      case '[':
        return this.#bracket(true)
      case '(':
        return { kind: 'script', of: this.#closed('jsnopath script') }
      default:
        return this.#fail('JSON mapper', '[', 'Ident', '*')
    }
  }

  #bracket(ofDescendants: boolean): Step {
    const { keys, separator } = this.#keys()
    if (separator === ':') {
      if (ofDescendants)
        throw new ParseError('mapper can not be combined with range query')
      return slice(keys)
    }
    const [key] = keys
    if (separator === '?') {
      if (keys.length !== 1 || !key)
        throw new ParseError('filter needs exactly one key')
      return { kind: 'filter', of: key }
    }
    if (!key) return { kind: 'children' }
    return keys.length === 1 && !ofDescendants
      ? { kind: 'child', key }
      : { kind: 'union', keys }
  }

  #keys(): { keys: Expression[]; separator: string } {
    const keys: Expression[] = []
    let separator = ''
    for (;;) {
      let kind = this.#scan()
      if (kind === '*') {
        if (this.#scan() !== ']') this.#fail('JSON bracket star', ']')
        return { keys: [], separator: '' }
      }
      if (kind === ':') {
        keys.push(constant(keys.length === 1 ? MAX_INDEX : 0))
      } else if (kind !== '?' && !(kind === ']' && separator === ':')) {
        this.#putBack('jsonpath brackets')
        keys.push(this.#expression())
        kind = this.#scan()
      }
      separator ||= kind
      if (kind === ']') return { keys, separator }
      if (kind === '?' && keys.length > 0) this.#fail('JSON filter', ']')
      if (kind !== ':' && kind !== ',' && kind !== '?')
        this.#fail('JSON bracket separator', ':', ',')
      if (separator !== kind)
        throw new ParseError(
          `mixed ${code(separator)} and ${code(kind)} in JSON bracket`,
        )
    }
  }
}

const code = (char: string): number => char.codePointAt(0) ?? 0

const slice = (keys: Expression[]): Step => {
  if (keys.length > 3)
    throw new ParseError(
      'range query has at least the parameter [min:max:step]',
    )
  const [from = constant(0), to = constant(MAX_INDEX), step = constant(1)] =
    keys
  return { kind: 'slice', from, to, step }
}

/**
 * Reads a jsonpath expression. Errors have the original's words and
 * positions, as far as it has the error: ours are the limits of length
 * (10 000 characters) and nesting (100).
 */
export const parseExpression = (
  source: string,
): { expression: Expression } | { error: string } => {
  if (source.length > MAX_LENGTH)
    return { error: `expression longer than ${MAX_LENGTH} characters` }
  const parser = new Parser(source)
  try {
    return { expression: parser.parse() }
  } catch (err) {
    if (!(err instanceof ParseError)) throw err
    return {
      error: `parsing error: ${parser.scanner.where()} ${err.message}`,
    }
  }
}
