import type { Http } from '../../function/keptn/http.ts'
import type { KeptnEngine } from './engine.ts'
import { sequenceOf, taskOf } from './event.ts'
import type { KeptnEvent } from './event.ts'

/** Where and how events leave Keptn, as through its distributor. */
export interface Delivery {
  url: string
  /** How often each event is sent, all at once; default 1. */
  copies?: number
  /** Attempts until it is answered 2xx; default 4. */
  attempts?: number
  /** Milliseconds between attempts; default 500. */
  pauseMs?: number
}

export interface Sending {
  id: string
  type: string
  /** HTTP status, or why there was none. */
  answers: (number | string)[]
}

export type Deliveries = ReturnType<typeof deliveries>

/**
 * POSTs tasks' `.triggered` and sequences' `.finished` in structured mode,
 * with the empty attributes that the distributor adds.
 */
export const deliveries = (engine: KeptnEngine, http: Http) => {
  const stop = new AbortController()
  const log: Sending[] = []
  let target: Delivery | undefined

  const post = async (event: KeptnEvent, to: Delivery, sending: Sending) => {
    const body = JSON.stringify({
      triggeredid: '',
      gitcommitid: '',
      shkeptnspecversion: '',
      ...event,
    })
    for (let attempt = 1; attempt <= (to.attempts ?? 4); attempt += 1) {
      const answer = await http({
        method: 'POST',
        url: to.url,
        headers: { 'content-type': 'application/cloudevents+json' },
        body,
        timeoutMs: 5000,
        signal: stop.signal,
      }).then(
        ({ status }) => status,
        (error: Error) => error.message,
      )
      sending.answers.push(answer)
      if (typeof answer === 'number' && answer >= 200 && answer < 300) return
      if (stop.signal.aborted) return
      await new Promise((resolve) => setTimeout(resolve, to.pauseMs ?? 500))
    }
  }

  const send = (event: KeptnEvent) => {
    const to = target
    if (!to || !isDelivered(event.type)) return
    for (let copy = 0; copy < (to.copies ?? 1); copy += 1) {
      const sending: Sending = { id: event.id, type: event.type, answers: [] }
      log.push(sending)
      void post(event, to, sending)
    }
  }
  engine.subscribe(send)

  return {
    to: (delivery: Delivery | undefined): void => {
      target = delivery
    },
    /** What was sent, and how it was answered. */
    log: (): readonly Sending[] => log,
    close: (): void => {
      target = undefined
      stop.abort()
    },
  }
}

const isDelivered = (type: string): boolean =>
  taskOf(type)?.kind === 'triggered' || sequenceOf(type)?.kind === 'finished'
