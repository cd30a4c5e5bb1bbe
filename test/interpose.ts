/** One call of a port, as a fault sees it. */
export interface PortCall {
  port: string
  method: string
  args: unknown[]
}

/**
 * Called before and after the effect of every asynchronous call of a port.
 * What it throws the caller gets, what it returns in its place (`instead`),
 * and while it waits the caller waits.
 */
export type OnCall = (
  call: PortCall,
  phase: 'before' | 'after',
) => Promise<void | { instead: unknown }>

/** A port between whose calls and their effects `onCall` stands. */
export const interpose = <T extends object>(
  port: string,
  target: T,
  methods: readonly (keyof T & string)[],
  onCall: OnCall,
): T =>
  new Proxy(target, {
    get: (object, name) => {
      const value = Reflect.get(object, name) as unknown
      if (typeof value !== 'function') return value
      const method = value.bind(object) as (...args: unknown[]) => unknown
      if (!methods.includes(name as keyof T & string)) return method
      return async (...args: unknown[]) => {
        const call = { port, method: String(name), args }
        const before = await onCall(call, 'before')
        if (before) return before.instead
        const result = await Promise.allSettled([method(...args)])
        const after = await onCall(call, 'after')
        if (after) return after.instead
        const [outcome] = result
        if (outcome.status === 'rejected') throw outcome.reason
        return outcome.value
      }
    },
  })
