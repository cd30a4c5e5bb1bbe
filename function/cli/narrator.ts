import { FILES_CONTAINER, TASK_CONTAINER } from '../render.ts'
import { harmless, harmlessJson } from '../harmless.ts'
import type { Io } from './io.ts'
import type { Happening, Observer, Seen } from './observer.ts'

/** Tells a run to a program: one JSON object a line. */
export const jsonNarrator =
  (io: Io): Observer =>
  (happening) =>
    io.out(harmlessJson(happening))

/** Tells a run to people. */
export const textNarrator =
  (io: Io): Observer =>
  (happening) => {
    for (const line of linesOf(happening, io)) io.out(line)
  }

const linesOf = (happening: Happening, io: Io): string[] => {
  switch (happening.kind) {
    case 'note':
      return [io.paint('yellow', harmless(happening.message))]
    case 'report':
      return [
        io.paint(
          'cyan',
          `${receiver(happening.report.type)} would get ${harmless(happening.report.type)}:`,
        ),
        harmlessJson(happening.report, 2),
      ]
    case 'log':
      return [
        `${prefix(happening, io)} ${io.paint('dim', '|')} ${harmless(happening.line)}`,
      ]
    case 'started':
      // The files container tells by itself what it did.
      if (happening.container === FILES_CONTAINER) return []
      return [
        `${prefix(happening, io)} started: ${harmless(happening.command.map(quoted).join(' '))}`,
      ]
    case 'waiting':
      return [
        `${prefix(happening, io)} ${io.paint('red', 'cannot start')}: ${harmless(happening.message)} (${harmless(happening.reason)})`,
      ]
    case 'ended':
      if (happening.container === FILES_CONTAINER && happening.exitCode === 0)
        return []
      return [`${prefix(happening, io)} ${endText(happening, io)}`]
    case 'result':
      return resultLines(happening, io)
  }
}

const receiver = (type: string): string =>
  type.startsWith('sh.keptn.') ? 'Keptn' : 'The sink'

const prefix = ({ place, task, container }: Seen, io: Io): string =>
  io.paint(
    'bold',
    `[${place} ${harmless(task)}${container === TASK_CONTAINER ? '' : `, ${harmless(container)}`}]`,
  )

const quoted = (word: string): string =>
  /^[\w@%+=:,./$(){}-]+$/.test(word) ? word : JSON.stringify(word)

const endText = (
  { exitCode, seconds, stopped, message }: Happening & { kind: 'ended' },
  io: Io,
): string => {
  const how = stopped ? 'was stopped' : `ended with exit code ${exitCode}`
  const colour = exitCode === 0 && !stopped ? 'green' : 'red'
  const why = message === undefined ? '' : `: ${harmless(message)}`
  return `${io.paint(colour, how)} after ${seconds.toFixed(1)} s${why}`
}

const resultLines = (
  { result, tasks, reason }: Happening & { kind: 'result' },
  io: Io,
): string[] => [
  ...tasks.map(
    ({ place, name, state, reason }) =>
      `${io.paint('bold', `[${place} ${harmless(name)}]`)} ${io.paint(state === 'succeeded' ? 'green' : 'red', state)}${reason === undefined ? '' : `: ${harmless(reason)}`}`,
  ),
  ...(reason === undefined ? [] : [harmless(reason)]),
  `Result: ${io.paint(result === 'pass' ? 'green' : 'red', result)}`,
]
