/** Runs `work` now, or when its turn comes; resolves with its result. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** Lets `count` works run at once; the others wait, first come, first served. */
export const atMost = (count: number): InTurn => {
  const waiting: (() => void)[] = []
  let free = count
  return async (work) => {
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
}
