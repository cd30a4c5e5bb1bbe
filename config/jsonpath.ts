import { JSONPath } from 'jsonpath-plus'

import { EventTime } from './event-time.ts'
import { parseFloat } from './go-literal.ts'
import { parseExpression } from './jsonpath-parser.ts'
import type { Expression, Step } from './jsonpath-parser.ts'
import { goNumber, goText, goType, isObject } from './text.ts'

export type Found = { value: unknown } | { error: string }

/**
 * How much work is left: a unit is about one value looked at. One budget can
 * serve many expressions.
 */
export interface Budget {
  left: number
}

/** Enough for every event that Keptn can carry, done within a second. */
const STEPS = 1_500_000
/** Values (the deeper the more) and characters that a result may have. */
const WEIGHT = 4_000_000
const DEPTH = 100

export const newBudget = (): Budget => ({ left: STEPS })

class TooMuch extends Error {}

const TOO_DEEP = 'the data is nested too deeply'

interface Scope {
  root: unknown
  /** What `@` stands for. */
  current: unknown
  budget: Budget
}

const spend = (budget: Budget, units: number): void => {
  budget.left -= units
  if (budget.left < 0)
    throw new TooMuch('the expression takes too many steps on this event')
}

/**
 * Evaluates a jsonpath expression of a config on the view of an event, as
 * the original does (PaesslerAG/jsonpath 0.1.1): a plain path gives its
 * value, a path with `..`, `*`, `[a,b]`, `[m:n]` or `[?()]` an array. What is
 * missing is an error. Nothing is ever run as script, and no expression can
 * take longer than its budget: that is an error, too.
 */
export const jsonpath = (
  view: Record<string, unknown>,
  expression: string,
  budget: Budget = newBudget(),
): Found => {
  const parsed = parseExpression(expression)
  if ('error' in parsed) return parsed
  try {
    const scope: Scope = { root: view, current: null, budget }
    const found = evaluate(parsed.expression, scope)
    if ('value' in found) weigh(found.value, budget)
    return found
  } catch (err) {
    if (err instanceof TooMuch) return { error: err.message }
    // The stack is what limits the depth of the data.
    if (err instanceof RangeError) return { error: TOO_DEEP }
    throw err
  }
}

/**
 * A few small arrays that refer to each other can be endless as text, and
 * what is deep is indented: the text that can be made of a result is limited
 * here, for one expression and for all that share the budget.
 */
const weigh = (value: unknown, budget: Budget): void => {
  let weight = 0
  const add = (item: unknown, depth: number): void => {
    if (depth > DEPTH) throw new TooMuch(TOO_DEEP)
    weight += depth + (typeof item === 'string' ? item.length : 0)
    if (weight > WEIGHT) throw new TooMuch('the result is too large')
    if (Array.isArray(item)) item.forEach((below) => add(below, depth + 1))
    else if (isObject(item)) {
      for (const key of Object.keys(item)) {
        weight += key.length
        add(item[key], depth + 1)
      }
    }
  }
  add(value, 1)
  spend(budget, weight / 8)
}

const evaluate = (expression: Expression, scope: Scope): Found => {
  spend(scope.budget, 1)
  switch (expression.kind) {
    case 'constant':
      return { value: expression.value }
    case 'negative':
      return negative(evaluate(expression.of, scope))
    case 'equal': {
      const left = evaluate(expression.left, scope)
      if ('error' in left) return left
      const right = evaluate(expression.right, scope)
      if ('error' in right) return right
      const same = equal(left.value, right.value, scope)
      return { value: same !== expression.negated }
    }
    case 'variable':
      return variable(expression.keys, scope)
    case 'call': {
      const callee = evaluate(expression.of, scope)
      return 'error' in callee
        ? { error: `could not call function: ${callee.error}` }
        : {
            error: `could not call '${expression.name}' type ${goType(callee.value)}`,
          }
    }
    case 'path':
      return path(expression.from, expression.steps, scope)
  }
}

const negative = (of: Found): Found => {
  if ('error' in of) return of
  const number = toNumber(of.value)
  return number === undefined
    ? {
        error: `unexpected ${goText(of.value, goNumber)}(${goType(of.value)}) expected number`,
      }
    : { value: -number }
}

const toNumber = (value: unknown): number | undefined => {
  if (typeof value === 'number') return value
  return typeof value === 'string' ? parseFloat(value) : undefined
}

const toBoolean = (value: unknown): boolean | undefined => {
  if (value === null || value === undefined) return false
  if (typeof value === 'boolean') return value
  if (value === 'false' || value === 'FALSE') return false
  if (value === 'true' || value === 'TRUE') return true
  const number = toNumber(value)
  return number === undefined ? undefined : number !== 0
}

const equal = (a: unknown, b: unknown, scope: Scope): boolean => {
  spend(scope.budget, 1)
  if (Array.isArray(a))
    return (
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, i) => equal(item, b[i], scope))
    )
  if (a instanceof EventTime)
    return b instanceof EventTime && String(a) === String(b)
  if (!isObject(a)) return a === b
  const keys = Object.keys(a)
  return (
    isObject(b) &&
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key], scope))
  )
}

type Key = { key: string } | { error: string }

/** A key's text: what Go prints for its value. */
const textKey = (expression: Expression, scope: Scope): Key => {
  const found = evaluate(expression, scope)
  if ('error' in found) return found
  if (typeof found.value === 'string') return { key: found.value }
  weigh(found.value, scope.budget)
  const key = goText(found.value, goNumber)
  spend(scope.budget, key.length)
  return { key }
}

type Index = { index: number } | { error: string }

const index = (expression: Expression, scope: Scope): Index => {
  const found = evaluate(expression, scope)
  if ('error' in found) return found
  const number = toNumber(found.value)
  if (number !== undefined) return { index: toInt(number) }
  weigh(found.value, scope.budget)
  const text = goText(found.value, goNumber)
  spend(scope.budget, text.length)
  return { error: `expected number but got ${text} (${goType(found.value)})` }
}

/** Go's conversion; what does not fit becomes the smallest integer. */
const toInt = (number: number): number =>
  Math.abs(number) < 2 ** 63 ? Math.trunc(number) + 0 : -(2 ** 63)

const variable = (expressions: Expression[], scope: Scope): Found => {
  const keys: string[] = []
  for (const expression of expressions) {
    const key = textKey(expression, scope)
    if ('error' in key) return key
    keys.push(key.key)
  }
  let value: unknown = scope.root
  for (const [i, key] of keys.entries()) {
    if (isObject(value)) {
      value = Object.hasOwn(value, key) ? value[key] : null
    } else if (Array.isArray(value)) {
      // As in the original: what is no index is passed over.
      if (/^\+?\d+$/.test(key) && Number(key) < value.length)
        value = value[Number(key)]
    } else {
      return { error: `unknown parameter ${keys.slice(0, i + 1).join('.')}` }
    }
  }
  return { value }
}

const AMBIGUOUS: ReadonlySet<Step['kind']> = new Set([
  'children',
  'descendants',
  'union',
  'filter',
  'slice',
])

const path = (from: 'root' | 'current', steps: Step[], scope: Scope): Found => {
  const start = from === 'root' ? scope.root : scope.current
  if (!steps.some((step) => AMBIGUOUS.has(step.kind)))
    return follow(steps, start, scope)
  const matches: unknown[] = []
  visit(steps, 0, start, scope, (match) => matches.push(match))
  return { value: matches }
}

/** A path that leads to one value or to an error. */
const follow = (steps: Step[], start: unknown, scope: Scope): Found => {
  let found: Found = { value: start }
  for (const step of steps) {
    if ('error' in found) return found
    found = plainStep(step, found.value, scope)
  }
  return found
}

const plainStep = (step: Step, value: unknown, scope: Scope): Found => {
  const inner = { ...scope, current: value }
  if (step.kind === 'child') return child(value, step.key, inner)
  if (step.kind === 'script') return evaluate(step.of, inner)
  throw new TypeError(`${step.kind} is no plain step`)
}

/**
 * Calls `match` for every value at the end of the steps from `at` on; errors
 * lead nowhere.
 */
const visit = (
  steps: Step[],
  at: number,
  value: unknown,
  scope: Scope,
  match: (value: unknown) => void,
): void => {
  const step = steps[at]
  if (!step) return match(value)
  spend(scope.budget, 1)
  const next = (found: unknown) => visit(steps, at + 1, found, scope, match)
  const inner = { ...scope, current: value }
  switch (step.kind) {
    case 'children':
      return children(value, scope, next)
    case 'descendants':
      return descendants(value, scope, next)
    case 'filter':
      return children(value, scope, (item) => {
        const found = evaluate(step.of, { ...scope, current: item })
        if ('value' in found && toBoolean(found.value)) next(item)
      })
    case 'union':
      for (const key of step.keys) {
        const found = child(value, key, inner)
        if ('value' in found) next(found.value)
      }
      return
    case 'slice':
      return slice(value, step, inner, next)
    default: {
      const found = plainStep(step, value, scope)
      if ('value' in found) next(found.value)
    }
  }
}

const child = (value: unknown, key: Expression, scope: Scope): Found => {
  if (Array.isArray(value)) {
    const at = index(key, scope)
    if ('error' in at)
      return { error: `could not select value, invalid key: ${at.error}` }
    return at.index >= 0 && at.index < value.length
      ? { value: value[at.index] }
      : { error: `index ${at.index} out of bounds` }
  }
  if (!isObject(value))
    return {
      error: `unsupported value type ${goType(value)} for select, expected map[string]interface{} or []interface{}`,
    }
  const name = textKey(key, scope)
  if ('error' in name)
    return { error: `could not select value, invalid key: ${name.error}` }
  return Object.hasOwn(value, name.key)
    ? { value: value[name.key] }
    : { error: `unknown key ${name.key}` }
}

const children = (
  value: unknown,
  scope: Scope,
  next: (value: unknown) => void,
): void => {
  if (!Array.isArray(value) && !isObject(value)) return
  const items: unknown[] = Object.values(value)
  spend(scope.budget, items.length)
  items.forEach(next)
}

/**
 * The value itself and all below it, parents first: jsonpath-plus walks, and
 * hands every object and array on the way to the type test `@node()`, which
 * stops it when the budget is spent. Scalars come after their parent.
 */
const descendants = (
  value: unknown,
  scope: Scope,
  next: (value: unknown) => void,
): void => {
  if (isScalar(value)) return next(value)
  const node = (item: unknown, path: unknown[]): boolean => {
    // It copies the path at every step: what is deep costs more.
    spend(scope.budget, Math.ceil(path.length / 16))
    if (isScalar(item)) return false
    next(item)
    children(item, scope, (below) => {
      if (isScalar(below)) next(below)
    })
    return false
  }
  JSONPath({
    path: '$..@node()',
    json: value,
    eval: false,
    customTypes: { node },
  })
}

const isScalar = (value: unknown): boolean =>
  !Array.isArray(value) && !isObject(value)

const slice = (
  value: unknown,
  step: Extract<Step, { kind: 'slice' }>,
  scope: Scope,
  next: (value: unknown) => void,
): void => {
  if (!Array.isArray(value)) return
  const bounds = [step.from, step.to, step.step].map((of) => index(of, scope))
  const [from = NaN, to = NaN, by = NaN] = bounds.map((bound) =>
    'index' in bound ? bound.index : NaN,
  )
  if (Number.isNaN(from + to + by) || from > to) return
  const [low, high] = [within(from, value.length), within(to, value.length)]
  const stride = by || 1
  spend(scope.budget, Math.max(0, high - low))
  if (stride > 0) for (let i = low; i < high; i += stride) next(value[i])
  else for (let i = high - 1; i >= low; i += stride) next(value[i])
}

const within = (at: number, length: number): number =>
  at < 0 ? Math.max(0, at + length) : Math.min(at, length)
