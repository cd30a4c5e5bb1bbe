export interface InTurn {
  /** Runs `work` now, or when its turn comes; resolves with its result. */
  <T>(work: () => Promise<T>): Promise<T>
  /** How many wait for their turn. */
  waiting(): number
}

/** Lets `count` works run at once; the others wait, first come, first served. */
export const atMost = (count: number): InTurn => {
  const waiting: (() => void)[] = []
  let free = count
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
  return Object.assign(inTurn, { waiting: () => waiting.length })
}
