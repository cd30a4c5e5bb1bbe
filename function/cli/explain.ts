import type { JobEvent } from '../../config/event.ts'
import { type ActionMatch, matchEvent, runs } from '../../config/match.ts'
import type { EventEntry } from '../../config/model.ts'
import type { Command } from './cli.ts'
import { harmless, harmlessJson } from '../harmless.ts'
import { INPUT_HELP, INPUT_OPTIONS, readInputs } from './inputs.ts'
import type { Io } from './io.ts'
import { oneOf, parseOptions } from './options.ts'
import { printError } from './print-error.ts'

export const explain: Command = {
  summary: 'tells which actions an event would run, and why not the others',
  help: `Usage: job-executor explain --config FILE --event FILE [-o json]

Tells for every action and every entry of its events whether it matches the
event, and if not, why, with the value that was found.

Options:
${INPUT_HELP}
  -o, --output text|json   how to print (text)
  -h, --help               this text

Exit codes: 0 explained (whether anything matches or not), 1 a file cannot be
used, 2 a wrong command line.`,
  run: async (args, io) => {
    const { values } = parseOptions(args, {
      ...INPUT_OPTIONS,
      output: { type: 'string', short: 'o', default: 'text' },
    })
    const output = oneOf(values.output, ['text', 'json'], '--output')
    try {
      const { config, event } = await readInputs(values)
      const matches = matchEvent(config, event)
      if (output === 'json') io.out(harmlessJson(toJson(event, matches), 2))
      else print(event, matches, io)
      return 0
    } catch (error) {
      printError(error, output, io)
      return 1
    }
  },
}

const toJson = ({ type, source, id }: JobEvent, matches: ActionMatch[]) => ({
  event: { type, source, id },
  actions: matches.map(({ index, action, matched, unasked, entries }) => ({
    index,
    name: action.name,
    silent: action.silent,
    matched,
    ...(unasked && { unasked }),
    entries: entries.map((entry) => ({
      ...entry,
      ...action.events[entry.index],
    })),
  })),
})

const print = (event: JobEvent, matches: ActionMatch[], io: Io): void => {
  io.out(harmless(`Event ${event.type} (${event.id} from ${event.source})`))
  for (const match of matches) {
    const { index, action, unasked, entries } = match
    const verdict = runs(match)
      ? io.paint('green', 'runs')
      : io.paint('red', 'does not run')
    const silent = action.silent ? ' (silent: not reported)' : ''
    io.out('')
    io.out(
      `actions[${index}] ${harmless(JSON.stringify(action.name))} ${verdict}${silent}`,
    )
    if (unasked !== undefined) io.out(`  ${harmless(unasked)}`)
    if (entries.length === 0)
      io.out('  it has no events, so it never runs: add one')
    for (const entry of entries) {
      const written = action.events[entry.index]
      io.out(
        `  events[${entry.index}] ${written ? harmless(entryText(written)) : ''}`,
      )
      io.out(
        entry.matched
          ? `    ${io.paint('green', 'matches')}`
          : `    ${io.paint('red', 'does not match')}: ${harmless(entry.reason ?? '')}`,
      )
      if (entry.found !== undefined)
        io.out(`    found: ${harmless(JSON.stringify(entry.found))}`)
    }
  }
  if (matches.length === 0) io.out('The file has no actions.')
}

const entryText = ({ name, jsonpath }: EventEntry): string =>
  jsonpath
    ? `${name} with ${jsonpath.property} = ${JSON.stringify(jsonpath.match)}`
    : name
