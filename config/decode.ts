import type { Problem } from './problem.ts'
import { scalarText, scalarValue } from './scalar.ts'
import type { YamlMap, YamlNode, YamlScalar } from './yaml.ts'

/** The part of JSON Schema by which a YAML tree is given its types. */
export interface SchemaNode {
  $ref?: string
  type?: string | string[]
  items?: SchemaNode
  properties?: Record<string, SchemaNode>
  additionalProperties?: boolean | SchemaNode
}

/** A decoded value and where each part of it stands in the file. */
export interface Decoded {
  value: unknown
  /** 1-based line by JSON Pointer (`/actions/0/name`). */
  lines: Map<string, number>
  problems: Problem[]
  warnings: Problem[]
}

interface Context {
  definitions: Record<string, SchemaNode>
  lines: Map<string, number>
  problems: Problem[]
  warnings: Problem[]
  /** Names of the aliases that are being followed. */
  following: Set<YamlNode>
  /** Values that came out of aliases so far. */
  aliased: number
  /** Unknown keys so far. */
  unknown: number
}

interface Place {
  pointer: string
  schema: SchemaNode
  /** What stood here before: a map merges into it. */
  before?: unknown
}

/** What aliases may expand to: far more than any file that people write. */
const MAX_ALIASED = 20_000

/** Nobody reads more of them. */
const MAX_UNKNOWN = 100

/**
 * Gives a YAML tree the types that a schema wants: a scalar becomes text where
 * text is wanted and its YAML 1.1 value elsewhere, so that a validator sees
 * what the original's decoder saw. `null` means *not given*. Keys that the
 * schema does not know are kept (as `true`) where it forbids them, for the
 * validator to refuse; where it allows them they are dropped with a warning.
 */
export const decode = (
  root: YamlNode,
  schema: SchemaNode,
  definitions: Record<string, SchemaNode>,
): Decoded => {
  const context: Context = {
    definitions,
    lines: new Map(),
    problems: [],
    warnings: [],
    following: new Set(),
    aliased: 0,
    unknown: 0,
  }
  const value = decodeNode(context, root, { pointer: '', schema })
  const { lines, problems, warnings } = context
  return { value, lines, problems, warnings }
}

const decodeNode = (
  context: Context,
  node: YamlNode,
  place: Place,
): unknown => {
  const schema = resolve(context, place.schema)
  if (context.following.size > 0 && !spend(context, node, place)) return null
  if (node.line > 0) context.lines.set(place.pointer, node.line)
  switch (node.kind) {
    case 'alias':
      return followAlias(context, node.target, node, { ...place, schema })
    case 'scalar':
      return decodeScalar(context, node, { ...place, schema })
    case 'list':
      if (schema.items === undefined) return []
      return node.items.map((item, index) =>
        decodeItem(context, item, {
          pointer: `${place.pointer}/${index}`,
          schema: schema.items ?? {},
        }),
      )
    case 'map':
      if (!accepts(schema, 'object')) return {}
      return decodeMap(context, node, { ...place, schema })
  }
}

/** An empty item of a list counts: as an empty text or an empty map. */
const decodeItem = (
  context: Context,
  node: YamlNode,
  place: Place,
): unknown => {
  const value = decodeNode(context, node, place)
  if (value !== null) return value
  return accepts(resolve(context, place.schema), 'object') ? {} : ''
}

const resolve = (context: Context, schema: SchemaNode): SchemaNode => {
  if (schema.$ref === undefined) return schema
  return context.definitions[schema.$ref.replace('#/definitions/', '')] ?? {}
}

const accepts = (schema: SchemaNode, type: string): boolean =>
  [schema.type].flat().includes(type)

const spend = (context: Context, node: YamlNode, place: Place): boolean => {
  context.aliased += 1
  if (context.aliased <= MAX_ALIASED) return true
  if (context.aliased === MAX_ALIASED + 1) {
    report(context, node, place, {
      code: 'yaml-alias',
      message: `the aliases of the file expand to more than ${MAX_ALIASED} values; write out what is needed`,
    })
  }
  return false
}

const followAlias = (
  context: Context,
  target: YamlNode,
  alias: YamlNode & { kind: 'alias' },
  place: Place,
): unknown => {
  if (context.following.has(target)) {
    return report(context, alias, place, {
      code: 'yaml-alias',
      message: `\`*${alias.name}\` stands inside of what it refers to`,
    })
  }
  context.following.add(target)
  const value = decodeNode(context, target, place)
  context.following.delete(target)
  context.lines.set(place.pointer, alias.line)
  return value
}

const decodeScalar = (
  context: Context,
  node: YamlScalar,
  place: Place,
): unknown => {
  try {
    const value = scalarValue(node)
    if (value === null) return null
    if (accepts(place.schema, 'string')) return scalarText(node)
    if (typeof value === 'number' && accepts(place.schema, 'integer')) {
      return truncated(context, node, place, value)
    }
    return value
  } catch (err) {
    return report(context, node, place, {
      code: 'yaml-tag',
      message: err instanceof Error ? err.message : String(err),
    })
  }
}

/** The original cuts `10.5` to 10 where it wants a whole number. */
const truncated = (
  context: Context,
  node: YamlScalar,
  place: Place,
  value: number,
): number => {
  const whole = Math.trunc(value)
  if (whole !== value && Number.isFinite(value)) {
    context.warnings.push({
      code: 'fraction',
      message: `${node.text} is cut to ${whole}; write a whole number`,
      line: node.line,
      path: toPath(place.pointer),
    })
  }
  return whole + 0
}

const decodeMap = (
  context: Context,
  node: YamlMap,
  place: Place,
): Record<string, unknown> => {
  const value = isRecord(place.before)
    ? place.before
    : (Object.create(null) as Record<string, unknown>)
  const seen = new Set<string>()
  for (const entry of node.entries) {
    if (isMergeKey(entry.key)) {
      merge(context, entry.value, { ...place, before: value })
      continue
    }
    const key = keyText(context, entry.key, place)
    if (key !== undefined) setKey({ context, entry, key, place, value, seen })
  }
  return value
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isMergeKey = (key: YamlNode): boolean =>
  key.kind === 'scalar' &&
  key.text === '<<' &&
  (key.tag === '' ? key.plain : key.tag === 'tag:yaml.org,2002:merge')

/** A key written later wins over a merged one, and the other way round. */
const merge = (context: Context, node: YamlNode, place: Place): void => {
  const sources = node.kind === 'list' ? node.items.toReversed() : [node]
  for (const source of sources) {
    const target = source.kind === 'alias' ? source.target : source
    if (target.kind === 'map') decodeNode(context, source, place)
    else {
      report(context, source, place, {
        code: 'yaml-merge',
        message: '`<<` takes a map, an alias of a map, or a list of these',
      })
    }
  }
}

const keyText = (
  context: Context,
  node: YamlNode,
  place: Place,
): string | undefined => {
  const key = node.kind === 'alias' ? node.target : node
  try {
    if (key.kind === 'scalar') return scalarText(key)
  } catch {
    // Told below: such a key is no text.
  }
  report(context, node, place, {
    code: 'type',
    message: 'a key must be text',
  })
  return undefined
}

interface Setting {
  context: Context
  entry: { key: YamlNode; value: YamlNode }
  key: string
  place: Place
  value: Record<string, unknown>
  seen: Set<string>
}

const setKey = (setting: Setting): void => {
  const { context, entry, key, place, value } = setting
  const { properties, additionalProperties } = place.schema
  const pointer = `${place.pointer}/${escapeKey(key)}`
  const known =
    properties !== undefined && Object.hasOwn(properties, key)
      ? properties[key]
      : undefined
  const extra =
    typeof additionalProperties === 'object' ? additionalProperties : undefined
  const schema = known ?? extra
  if (schema === undefined) {
    context.lines.set(pointer, entry.key.line)
    unknownKey(setting, pointer)
    return
  }
  if (isDuplicate(setting, pointer, known === undefined)) return
  context.lines.set(pointer, entry.key.line)
  const decoded = decodeNode(context, entry.value, {
    pointer,
    schema,
    ...(known === undefined ? {} : { before: value[key] }),
  })
  if (decoded !== null) value[key] = decoded
  else if (known === undefined) value[key] = ''
  else delete value[key]
}

const unknownKey = (setting: Setting, pointer: string): void => {
  const { context, entry, key, place, value } = setting
  context.unknown += 1
  if (context.unknown > MAX_UNKNOWN) return
  if (place.schema.additionalProperties === false) {
    value[key] = true
    return
  }
  context.warnings.push({
    code: 'unknown-key',
    message: `the key \`${key}\` is not known here and is ignored`,
    line: entry.key.line,
    path: toPath(pointer),
  })
}

/**
 * In a free map even a merged key may not be written again. Where unknown
 * keys are allowed the original did not look: the last one wins.
 */
const isDuplicate = (
  setting: Setting,
  pointer: string,
  free: boolean,
): boolean => {
  const { context, entry, key, place, value, seen } = setting
  const duplicate = seen.has(key) || (free && Object.hasOwn(value, key))
  seen.add(key)
  if (!duplicate) return false
  const lenient = place.schema.additionalProperties === undefined
  const problem = {
    code: 'duplicate-key',
    message: lenient
      ? `the key \`${key}\` is given twice; the last one is used`
      : `the key \`${key}\` is given twice; remove one of them`,
    line: entry.key.line,
    path: toPath(pointer),
  }
  if (lenient) context.warnings.push(problem)
  else context.problems.push(problem)
  return !lenient
}

const report = (
  context: Context,
  node: YamlNode,
  place: Place,
  problem: Problem,
): null => {
  context.problems.push({
    ...problem,
    line: node.line,
    path: toPath(place.pointer),
  })
  return null
}

/** JSON Pointer's escapes (RFC 6901). */
const escapeKey = (key: string): string =>
  key.replaceAll('~', '~0').replaceAll('/', '~1')

/** `/actions/0/tasks/1/cmd` becomes `actions[0].tasks[1].cmd`. */
export const toPath = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '')
