/** So many texts of at most that length are kept. */
const MOST = 1_000
const LONGEST = 300

/**
 * A function of a text that keeps what it gave: most are the same again and
 * again. What it throws is not kept.
 */
export const remembered = <T>(
  of: (text: string) => T,
): ((text: string) => T) => {
  const known = new Map<string, { result: T }>()
  return (text) => {
    const before = known.get(text)
    if (before) return before.result
    const result = of(text)
    if (text.length > LONGEST) return result
    if (known.size === MOST) known.clear()
    known.set(text, { result })
    return result
  }
}
