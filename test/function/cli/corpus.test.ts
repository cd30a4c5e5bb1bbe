import t from 'tap'
import { begun, corpus } from '../corpus.ts'
import { commandLine, folder } from './command-line.ts'

/** `jobs.test.ts` compares the Jobs themselves; this, what `render` lists. */
interface Row {
  name: string
  release: string
  config: string
  event: string
  settings: string
  want: {
    matched: number[]
    started?: string[]
    tasks?: {
      actionIndex: number
      taskIndex: number
      job?: { spec: { ttlSecondsAfterFinished?: number } }
    }[]
  }
}

interface Rendered {
  actions: { index: number }[]
  objects: {
    metadata: { labels: Record<string, string> }
    spec: { ttlSecondsAfterFinished: number }
  }[]
  errors: { action: number; task: number }[]
}

const texts = new Map(
  corpus<{ name: string; text: string }>('configs').map((row) => [
    row.name,
    row.text,
  ]),
)
const events = new Map(
  corpus<{ name: string; event: object }>('events').map((row) => [
    row.name,
    row.event,
  ]),
)

/** Rows of 0.2.5 whose settings are the ones of an installation. */
const rows = corpus<Row>('jobs').filter(
  ({ release, settings }) => release === '0.2.5' && settings === 'default',
)

/** Secrets are referred to and not read, so a missing one is no error yet. */
const withoutSecret = new Set(
  rows
    .filter(({ want }) => JSON.stringify(want).includes('secrets \\"'))
    .map(({ name }) => name),
)

const render = async (row: Row): Promise<Rendered> => {
  const files = folder({
    'config.yaml': texts.get(row.config)!,
    'event.json': JSON.stringify(events.get(row.event)),
  })
  try {
    const { out } = await commandLine([
      'render',
      '--config',
      files.path('config.yaml'),
      '--event',
      files.path('event.json'),
    ])
    return JSON.parse(out) as Rendered
  } finally {
    files.remove()
  }
}

const place = (action: number | string, task: number | string): string =>
  `${action}-${task}`

t.ok(rows.length > 100)
for (const row of rows.filter(({ name }) => !withoutSecret.has(name)))
  t.test(row.name, async (t) => {
    const { actions, objects, errors } = await render(row)
    const { matched, tasks = [] } = row.want
    t.same(
      actions.map(({ index }) => index),
      begun(row.want, matched),
    )
    if (tasks.length === 0) return
    t.same(
      objects.map(({ metadata: { labels }, spec }) => [
        place(
          labels['keptn.sh/jes-action-index']!,
          labels['keptn.sh/jes-task-index']!,
        ),
        spec.ttlSecondsAfterFinished,
      ]),
      tasks.flatMap(({ actionIndex, taskIndex, job }) =>
        job
          ? [[place(actionIndex, taskIndex), job.spec.ttlSecondsAfterFinished]]
          : [],
      ),
    )
    t.same(
      errors.map(({ action, task }) => place(action, task)),
      tasks.flatMap(({ actionIndex, taskIndex, job }) =>
        job ? [] : [place(actionIndex, taskIndex)],
      ),
    )
  })
