import t from 'tap'
import { until } from './cluster.ts'
import { answers, PROJECT, STAGE, trigger } from './keptn.ts'
import {
  configFor,
  installOnKnative,
  knativeMissing,
  post,
  type OnKnative,
} from './knative.ts'

const missing = await knativeMissing()
if (missing) t.bailout(missing)

/** In equal parts: matching, without an action that matches, filtered out. */
const EVENTS = 100

/** An event that no Trigger lets through, though an action is there for it. */
const filteredOut = async (
  { keptn, broker }: OnKnative,
  service: string,
  type: string,
): Promise<boolean> => {
  const scope = { project: PROJECT, stage: STAGE, service }
  const gitcommitid = keptn.resources.set(scope, {
    'job/config.yaml': configFor(type, 'true'),
  })
  const event = {
    specversion: '1.0',
    id: service,
    source: 'e2e',
    type,
    shkeptncontext: service,
    gitcommitid,
    data: scope,
  }
  return until(
    'the Broker takes it',
    60,
    async () => (await post(broker, event)) === 202,
  )
}

for (const { folder, tasks, others } of [
  {
    folder: 'knative',
    tasks: ['test', 'deployment', 'evaluation', 'release', 'action'],
    others: [
      'sh.keptn.event.no-trigger.triggered',
      'sh.keptn.event.deployment.started',
      `sh.keptn.event.${STAGE}.delivery.triggered`,
    ],
  },
  {
    folder: 'knative/overlays/all-task-events',
    tasks: ['deployment', 'no-trigger', 'my-own-task'],
    others: [
      'sh.keptn.event.deployment.started',
      'sh.keptn.event.deployment.triggered.not',
      `sh.keptn.event.${STAGE}.delivery.triggered`,
    ],
  },
])
  t.test(`${folder}: matching and others in one burst`, async (t) => {
    const installed = await installOnKnative(t, { folder })
    const { keptn, jobs, atZero } = installed
    await until('the function is at zero', 90, atZero)
    const begin = performance.now()
    const play = (n: number, event: (task: string) => string) => {
      const task = tasks[n % tasks.length]!
      const config = configFor(event(task), 'echo done')
      return trigger(keptn, { service: `burst-${n}`, task, config })
    }
    const [matching, unmatched, filtered]: [
      ReturnType<typeof play>[],
      ReturnType<typeof play>[],
      Promise<boolean>[],
    ] = [[], [], []]
    for (let n = 0; n < EVENTS; n += 1)
      if (n % 3 === 0)
        matching.push(play(n, (task) => `sh.keptn.event.${task}.triggered`))
      else if (n % 3 === 1) unmatched.push(play(n, () => 'sh.another.event'))
      else {
        const type = others[n % others.length]!
        filtered.push(filteredOut(installed, `filtered-${n}`, type))
      }
    await Promise.all(filtered)
    const runs = await Promise.all(matching)
    const ends = await Promise.all(
      runs.map(({ context }) => keptn.ended(context, 300_000)),
    )
    t.comment(
      `${EVENTS} events, ${runs.length} runs: ${Math.round(performance.now() - begin)} ms`,
    )
    await until('the function is at zero', 120, atZero)
    t.same(new Set(ends.map(({ state }) => state)), new Set(['finished']))
    const kinds = (triggered: string) =>
      answers(keptn, triggered)
        .map(({ event: { type } }) => type.split('.').at(-1))
        .join()
    t.same(
      runs.map(({ triggered }) => kinds(triggered)),
      runs.map(() => 'started,finished'),
      'each matching event: exactly one .started, then exactly one .finished',
    )
    const silent = await Promise.all(unmatched)
    t.same(
      new Set(silent.map(({ triggered }) => kinds(triggered))),
      new Set(['']),
    )
    t.same(
      keptn.requests.filter(({ path }) => path.includes('filtered-')),
      [],
      'what no Trigger lets through did not reach the function',
    )
    const heads = await jobs('job-executor.keptn.sh/role=head')
    t.equal(heads.length, runs.length, 'as many runs as matching events')
    const answered = keptn.history().filter(({ from }) => from !== 'keptn')
    t.equal(answered.length, 2 * runs.length, 'and nothing else was said')
  })
