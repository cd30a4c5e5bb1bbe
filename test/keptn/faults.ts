/** Something that goes wrong with the next requests that match. */
export interface Fault {
  method?: string
  /** Part of the request's path. */
  path?: string
  /** Part of the request's body. */
  body?: string
  /** How many requests; default 1. */
  times?: number
  /** Milliseconds before the request takes effect. */
  delayMs?: number
  /** Milliseconds between its effect and the answer. */
  answerMs?: number
  /** Whether the request takes effect at all; default true. */
  effect?: boolean
  /** Instead of the real answer: a reset of the connection, or this. */
  answer?: 'reset' | { status: number; body?: string }
}

export type Faults = ReturnType<typeof faults>

/** The faults that are still to come, oldest first. */
export const faults = () => {
  const pending: { fault: Fault; left: number }[] = []
  return {
    add: (fault: Fault): void => {
      pending.push({ fault, left: fault.times ?? 1 })
    },
    clear: (): void => {
      pending.length = 0
    },
    take: (request: {
      method: string
      path: string
      body: string
    }): Fault | undefined => {
      const at = pending.findIndex(
        ({ fault }) =>
          (fault.method === undefined || fault.method === request.method) &&
          request.path.includes(fault.path ?? '') &&
          request.body.includes(fault.body ?? ''),
      )
      const found = pending[at]
      if (!found) return undefined
      found.left -= 1
      if (found.left <= 0) pending.splice(at, 1)
      return found.fault
    },
  }
}
