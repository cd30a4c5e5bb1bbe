import type { Test } from 'tap'
import type { Sending } from '../keptn/deliveries.ts'
import type { HistoryEntry, Sequence } from '../keptn/engine.ts'
import { startStandIn, type StandIn } from '../keptn/stand-in.ts'
import { HOST, until } from './cluster.ts'

export const PROJECT = 'sockshop'
export const STAGE = 'dev'
export const TOKEN = 'e2e-token'

/** Starts the Keptn stand-in where pods reach it. */
export const startKeptn = (): Promise<StandIn> =>
  startStandIn({ host: HOST, token: TOKEN })

/** One task of a sequence, as it went. */
export interface Played {
  context: string
  sequence: Sequence
  /** Id of the task's `.triggered`. */
  triggered: string
  finished: Record<string, unknown>
}

export interface Play {
  /** One for each case: sequences of one service wait for each other. */
  service: string
  config: string
  files?: Record<string, string>
  /** Name of Keptn's task. */
  task: string
  data?: Record<string, unknown>
}

/** The task's `.triggered`, once Keptn has published it. */
export const trigger = async (
  keptn: StandIn,
  { service, config, files, task, data }: Play,
): Promise<{ context: string; triggered: string }> => {
  const scope = { project: PROJECT, stage: STAGE, service }
  const gitcommitid = keptn.resources.set(scope, {
    'job/config.yaml': config,
    ...files,
  })
  const { context } = keptn.startSequence({
    ...scope,
    gitcommitid,
    tasks: [task],
    ...(data && { data }),
  })
  const { event } = await until(`${task}.triggered`, 15, async () =>
    keptn
      .history()
      .find(
        ({ event: { type, shkeptncontext } }) =>
          shkeptncontext === context &&
          type === `sh.keptn.event.${task}.triggered`,
      ),
  )
  return { context, triggered: event.id }
}

/** Runs a sequence of one task to its end. */
export const play = async (
  keptn: StandIn,
  args: Play,
  seconds = 90,
): Promise<Played> => {
  const { context, triggered } = await trigger(keptn, args)
  const sequence = await keptn.ended(context, seconds * 1000)
  const finished = answers(keptn, triggered).find(({ event: { type } }) =>
    type.endsWith('.finished'),
  )
  return { context, triggered, sequence, finished: finished?.event.data ?? {} }
}

/** What came from outside Keptn for a task's `.triggered`. */
export const answers = (keptn: StandIn, triggered: string): HistoryEntry[] =>
  keptn
    .history()
    .filter(
      ({ from, event }) => from !== 'keptn' && event.triggeredid === triggered,
    )

/** How each delivery of an event was answered. */
export const deliveriesOf = async (
  keptn: StandIn,
  triggered: string,
): Promise<Sending[]> => {
  const answer = await fetch(`${keptn.origin}/_test/deliveries`)
  const sent = (await answer.json()) as Sending[]
  return sent.filter(({ id }) => id === triggered)
}

/** Exactly one `.started`, exactly one `.finished`, in this order. */
export const answeredOnce = (t: Test, keptn: StandIn, triggered: string) =>
  t.same(
    answers(keptn, triggered).map(({ event: { type } }) =>
      type.split('.').at(-1),
    ),
    ['started', 'finished'],
    'exactly one .started, then exactly one .finished',
  )
