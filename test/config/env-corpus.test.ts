import t from 'tap'

import { resolveEnv } from '../../config/env.ts'
import type { EnvVar, ResolvedEnv } from '../../config/env.ts'
import type { JobEvent } from '../../config/event.ts'
import { jsonpath } from '../../config/jsonpath.ts'
import type { EnvEntry } from '../../config/model.ts'
import { eventView } from '../../config/view.ts'
import { corpus } from './corpus.ts'
import { eventNamed, eventWith } from './events.ts'

const resolve = (
  env: EnvEntry[],
  event: JobEvent,
): ResolvedEnv | { error: string } => {
  const resolved = resolveEnv(
    { name: 't', files: [], image: 'alpine', env },
    event,
  )
  return 'error' in resolved ? { error: resolved.error.message } : resolved
}

/** Difference: numbers print plainly. */
const isLargeOrSmall = (value: unknown): boolean =>
  typeof value === 'number' &&
  value !== 0 &&
  (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-4)

for (const { name, value, as, event, want } of corpus<{
  name: string
  value: string
  as: string
  event: string
  want: { text: string } | { error: string }
}>('tables/env_from_event.json')) {
  t.test(`${name}: ${value} as ${as}`, (t) => {
    const subject = eventNamed(event)
    const entry = { name: 'X', value, as, valueFrom: 'event' }
    const resolved = resolve([entry], subject)
    const found = jsonpath(eventView(subject), value)
    if ('error' in resolved || 'error' in want) {
      t.strictSame(resolved, want)
    } else if (as === '' && 'value' in found && isLargeOrSmall(found.value)) {
      t.not(resolved.env[0]?.value, want.text)
      t.equal(resolved.env[0]?.value, String(found.value))
    } else {
      t.equal(resolved.env[0]?.value, want.text)
    }
    t.end()
  })
}

interface OriginalVar {
  name: string
  value?: string
  valueFrom?: unknown
}

const withValues = (vars: OriginalVar[]): EnvVar[] =>
  vars.map(({ name, value = '' }) => ({ name, value }))

/** Difference: names of labels are made valid. */
const valid = (vars: EnvVar[]): EnvVar[] =>
  vars.map(({ name, value }) => ({
    name: name.replace(/[^A-Za-z0-9._-]/gu, '_'),
    value,
  }))

for (const { name, env, want } of corpus<{
  name: string
  env: EnvEntry
  want: { env: OriginalVar[] } | { error: string }
}>('tables/env_entries.json')) {
  t.test(`${name}: ${env.valueFrom}`, (t) => {
    const event = eventNamed('made-rich')
    const resolved = resolve([env], event)
    if (env.valueFrom === 'secret') {
      // Difference: by reference, as a whole, and not looked up.
      t.match(resolved, { envFrom: [{ secretRef: { name: env.name } }] })
      const own = 'env' in want ? want.env : []
      t.notOk(own.some(({ valueFrom }) => valueFrom === undefined))
    } else if ('error' in want) {
      // Difference: the message says what can be used.
      t.strictSame(resolved, {
        error: `${want.error}: use event, secret or string`,
      })
    } else {
      t.match(resolved, { env: withValues(want.env), envFrom: [] })
    }
    t.end()
  })
}

for (const { name, env, event, want } of corpus<{
  name: string
  env: EnvEntry[]
  event: string
  want: { env: OriginalVar[] }
}>('tables/env_full.json')) {
  t.test(`${name}: the whole env with ${event}`, (t) => {
    t.strictSame(resolve(env, eventNamed(event)), {
      env: valid(withValues(want.env)),
      envFrom: [],
    })
    t.end()
  })
}

let renamed = 0

for (const { name, labels, want } of corpus<{
  name: string
  labels: Record<string, string> | null
  want: OriginalVar[]
}>('tables/labels_env.json')) {
  t.test(`${name}: ${JSON.stringify(labels)}`, (t) => {
    const resolved = resolve([], eventWith({ labels }))
    const original = withValues(want)
    if (JSON.stringify(valid(original)) !== JSON.stringify(original))
      renamed += 1
    t.match(resolved, { env: Array })
    t.strictSame('env' in resolved && resolved.env.slice(3), valid(original))
    t.end()
  })
}

t.test('difference: some names of labels were not valid', (t) => {
  t.ok(renamed > 0)
  t.end()
})
