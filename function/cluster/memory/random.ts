/** Numbers from 0 up to 1; the same seed, the same numbers (mulberry32). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const drawn = (
  random: () => number,
  characters: string,
  length: number,
): string => {
  let text = ''
  while (text.length < length)
    text += characters[Math.floor(random() * characters.length)]
  return text
}

/** At most 8 digits. */
const hex = (random: () => number, digits: number): string =>
  Math.floor(random() * 16 ** digits)
    .toString(16)
    .padStart(digits, '0')

/** A version 4 UUID. */
export const uuid = (random: () => number): string =>
  [
    hex(random, 8),
    hex(random, 4),
    `4${hex(random, 3)}`,
    `${drawn(random, '89ab', 1)}${hex(random, 3)}`,
    `${hex(random, 4)}${hex(random, 8)}`,
  ].join('-')

const SUFFIX = 'bcdfghjklmnpqrstvwxz2456789'

/** What `generateName` appends: five characters that spell no word. */
export const nameSuffix = (random: () => number): string =>
  drawn(random, SUFFIX, 5)
