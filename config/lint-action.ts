import { parseExpression } from './jsonpath-parser.ts'
import type { Doubt } from './lint-task.ts'
import type { Action, EventEntry } from './model.ts'
import { readPattern } from './pattern.ts'

/** What is hardly meant in an action's events, or that it has none. */
export const doubtsAboutAction = ({ events, tasks }: Action): Doubt[] => [
  ...(events.length > 0
    ? []
    : [
        {
          code: 'no-events',
          message: 'the action has no events: it never runs',
          at: ['events'],
        },
      ]),
  ...(tasks.length > 0
    ? []
    : [
        {
          code: 'no-tasks',
          message:
            'the action has no tasks: it succeeds without doing anything',
          at: ['tasks'],
        },
      ]),
  ...events.flatMap((entry, index) =>
    [...doubtsAboutName(entry), ...doubtsAboutJsonpath(entry)].map(
      ({ at, ...doubt }) => ({ ...doubt, at: ['events', index, ...at] }),
    ),
  ),
]

const doubtsAboutName = (entry: EventEntry): Doubt[] => {
  const matcher = readPattern(entry)
  const said = nameDoubt(entry, matcher)
  return said === undefined ? [] : [{ ...said, at: ['name'] }]
}

const nameDoubt = (
  { name, syntax }: EventEntry,
  matcher: ReturnType<typeof readPattern>,
): Omit<Doubt, 'at'> | undefined => {
  if (typeof matcher !== 'function') {
    return {
      code: 'pattern',
      message: `\`${name}\` never matches: ${matcher.error}`,
    }
  }
  if (syntax === 'glob') return undefined
  if (name === '') {
    return { code: 'unanchored', message: 'an empty name matches every event' }
  }
  if (isAnchored(name) || WHOLE_TYPE.test(name)) return undefined
  const wider = WIDER.find((type) => matcher(type))
  if (wider === undefined) return undefined
  return {
    code: 'unanchored',
    message: `the pattern is searched for anywhere in the type, and \`.*\` goes over dots: it also matches ${wider}; write ^ and $ around it, and [^.]+ for one part`,
  }
}

const isAnchored = (pattern: string): boolean =>
  pattern.startsWith('^') && pattern.endsWith('$')

/** A whole type without any operator: nothing else will ever match it. */
const WHOLE_TYPE = /^sh\.keptn\.event(\.[\w-]+)+\.\w+$/

/** Types that exist, which a pattern for one task's event seldom means. */
const WIDER: readonly string[] = ['triggered', 'started', 'finished'].flatMap(
  (kind) =>
    ['test', 'deployment', 'action', 'evaluation', 'delivery'].flatMap(
      (task) => [
        `sh.keptn.event.dev.${task}.${kind}`,
        `sh.keptn.event.my-${task}.${kind}`,
      ],
    ),
)

const doubtsAboutJsonpath = ({ jsonpath }: EventEntry): Doubt[] => {
  if (jsonpath === undefined) return []
  const parsed = parseExpression(jsonpath.property)
  return 'error' in parsed
    ? [
        {
          code: 'jsonpath',
          message: `\`${jsonpath.property}\` never matches: ${parsed.error}`,
          at: ['jsonpath', 'property'],
        },
      ]
    : []
}
