import t from 'tap'

import { matchEvent } from '../../config/match.ts'
import { parseConfig } from '../../config/parse.ts'
import type { JobConfig } from '../../config/model.ts'
import { corpus } from './corpus.ts'
import { eventNamed } from './events.ts'

const texts = new Map(
  corpus<{ name: string; text: string }>('configs.json').map(
    ({ name, text }) => [name, text],
  ),
)

const configNamed = (name: string): JobConfig => {
  const parsed = parseConfig(texts.get(name) ?? '')
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config
}

/** 0.1.2 took the same events as 0.1.0, which the corpus lists. */
const accepted = (release: string): string[] =>
  corpus<{ event: string; want: Record<string, { accepted: boolean }> }>(
    'event_views.json',
  )
    .filter(
      ({ want }) => want[release === '0.1.2' ? '0.1.0' : release]?.accepted,
    )
    .map(({ event }) => event)

const matched = (config: JobConfig, event: string): number[] =>
  matchEvent(config, eventNamed(event))
    .filter((action) => action.matched)
    .map((action) => action.index)

interface Row {
  name: string
  release: string
  config: string
  want: Record<string, number[]>
}

/** Difference: all actions that match run, 0.1.x ran the first only. */
const asRun = (release: string, indices: number[]): number[] =>
  release.startsWith('0.1.') ? indices.slice(0, 1) : indices

let more = 0

for (const { name, release, config, want } of corpus<Row>('matches.json')) {
  t.test(name, (t) => {
    const parsed = configNamed(config)
    const got: Record<string, number[]> = {}
    for (const event of accepted(release)) {
      const indices = matched(parsed, event)
      const run = asRun(release, indices)
      if (run.length > 0) got[event] = run
      if (run.length < indices.length) more += 1
    }
    t.strictSame(got, want)
    t.end()
  })
}

t.test('difference: for some, 0.1.x ran fewer actions', (t) => {
  t.ok(more > 0)
  t.end()
})

interface DifferenceRow {
  name: string
  config: string
  want: Record<string, Record<string, number[]>>
}

for (const { name, config, want } of corpus<DifferenceRow>(
  'matches_0.3.0_differences.json',
)) {
  t.test(`${name}: as 0.2.5, not as 0.3.0`, (t) => {
    const parsed = configNamed(config)
    for (const [event, indices] of Object.entries(want)) {
      t.strictSame(matched(parsed, event), indices['0.2.5'], event)
    }
    t.end()
  })
}

t.test('jsonpath_match: an entry whose name matches already', (t) => {
  for (const { name, property, match, event, want } of corpus<{
    name: string
    property: string
    match: string
    event: string
    want: boolean
  }>('tables/jsonpath_match.json')) {
    const config: JobConfig = {
      actions: [
        {
          name: '',
          silent: false,
          events: [{ name: '', syntax: 're2', jsonpath: { property, match } }],
          tasks: [],
        },
      ],
    }
    t.equal(matched(config, event).length === 1, want, name)
  }
  t.end()
})
