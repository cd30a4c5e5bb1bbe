export interface InTurn {
  /** Runs `work` now, or when its turn comes; resolves with its result. */
  <T>(work: () => Promise<T>): Promise<T>
  /** How many wait for their turn. */
  waiting(): number
  /** Resolves when nobody waits. */
  calm(): Promise<void>
}

/** Lets `count` works run at once; the others wait, first come, first served. */
export const atMost = (count: number): InTurn => {
  const waiting: (() => void)[] = []
  let free = count
  let calm: PromiseWithResolvers<void> | undefined
  const next = (): void => {
    const begin = waiting.shift()
    if (!begin) free += 1
    else {
      if (waiting.length === 0) calm?.resolve()
      begin()
    }
  }
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1
    else {
      if (waiting.length === 0) calm = Promise.withResolvers()
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    try {
      return await work()
    } finally {
      next()
    }
  }
  return Object.assign(inTurn, {
    waiting: () => waiting.length,
    calm: async () => calm?.promise,
  })
}
