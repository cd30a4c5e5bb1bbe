/** What was read once and is the same for ever, as far as there is room. */
export interface BoundedCache<T> {
  get(key: string): T | undefined
  set(key: string, value: T, bytes: number): void
}

/** What an entry takes beside its key and its value, about. */
const ENTRY_BYTES = 100

/** Drops what was used least recently when it holds more than `maxBytes`. */
export const boundedCache = <T>(maxBytes: number): BoundedCache<T> => {
  const entries = new Map<string, { value: T; bytes: number }>()
  let held = 0
  return {
    get: (key) => {
      const entry = entries.get(key)
      if (!entry) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    set: (key, value, size) => {
      const bytes = key.length + ENTRY_BYTES + size
      if (entries.has(key) || bytes > maxBytes) return
      entries.set(key, { value, bytes })
      held += bytes
      for (const [oldest, old] of entries) {
        if (held <= maxBytes) break
        entries.delete(oldest)
        held -= old.bytes
      }
    },
  }
}
