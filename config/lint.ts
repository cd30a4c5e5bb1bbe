import { toJobConfig } from './canonical.ts'
import type { ConfigFile } from './canonical.ts'
import { doubtsAboutAction } from './lint-action.ts'
import { doubtsAboutTask } from './lint-task.ts'
import type { Doubt } from './lint-task.ts'
import type { Problem } from './problem.ts'
import { readConfig } from './read.ts'
import type { ReadConfig } from './read.ts'

/**
 * Judges a `job/config.yaml` more strictly than running it does. `problems`
 * are what makes the file unusable; `warnings` are what is allowed but hardly
 * meant, or will be an error when an event comes. Never throws.
 */
export const lintConfig = (
  text: string | Uint8Array,
): { problems: Problem[]; warnings: Problem[] } => {
  const read = readConfig(text)
  if ('problems' in read) return { problems: read.problems, warnings: [] }
  const doubts = doubtsAbout(read)
  const warnings = [...read.warnings, ...place(doubts, read.lines)]
  return {
    problems: [],
    warnings: warnings.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)),
  }
}

const doubtsAbout = ({ dialect, file }: ReadConfig): Doubt[] => {
  const { actions } = toJobConfig(dialect, file)
  const doubts = actions.flatMap((action, index) => [
    ...doubtsAboutAction(action).map(under(['actions', index])),
    ...action.tasks.flatMap((task, place) =>
      doubtsAboutTask(task, cmdOf(file, index, place)).map(
        under(['actions', index, 'tasks', place]),
      ),
    ),
  ])
  const names = actions.map(({ name }) => name)
  return [
    ...(actions.length === 0 ? [noActions] : []),
    ...repeated(names, 'action').map(under(['actions'])),
    ...actions.flatMap(({ tasks }, index) =>
      repeated(
        tasks.map(({ name }) => name),
        'task',
      ).map(under(['actions', index, 'tasks'])),
    ),
    ...doubts,
  ]
}

const noActions: Doubt = {
  code: 'no-actions',
  message: 'the file has no actions: nothing will ever run',
  at: ['actions'],
}

/** How a task's command was written: a text is split, a list is not. */
const cmdOf = (
  { actions }: ConfigFile,
  action: number,
  task: number,
): string | string[] | undefined => actions?.[action]?.tasks?.[task]?.cmd

const under =
  (prefix: Doubt['at']) =>
  (doubt: Doubt): Doubt => ({ ...doubt, at: [...prefix, ...doubt.at] })

const repeated = (names: string[], kind: string): Doubt[] =>
  names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          {
            code: 'same-name',
            message: `another ${kind} before it has the name ${JSON.stringify(name)}; reports and labels cannot tell them apart`,
            at: [index, 'name'],
          },
        ],
  )

const place = (
  doubts: Doubt[],
  lines: ReadonlyMap<string, number>,
): Problem[] =>
  doubts.map(({ at, ...doubt }) => {
    const line = lineOf(at, lines)
    const path = at
      .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
      .join('')
      .slice(1)
    return { ...doubt, ...(line === undefined ? {} : { line }), path }
  })

/** The line of the key, or of the nearest thing around it that has one. */
const lineOf = (
  at: Doubt['at'],
  lines: ReadonlyMap<string, number>,
): number | undefined => {
  for (let end = at.length; end >= 0; end -= 1) {
    const pointer = at.slice(0, end).map((part) => `/${part}`)
    const line = lines.get(pointer.join(''))
    if (line !== undefined) return line
  }
  return undefined
}
