import { isUtf8 } from 'node:buffer'

/** How a value may stand in a text. */
export interface Encoded {
  text: string
  /** Letters of either case; `text` is in lower case. */
  anyCase?: true
}

/** A shorter piece of an encoded value is found in what has no secret. */
const SHORTEST_PIECE = 6
/** A part of a value that is as telling as the whole. */
const SHORTEST_PART = 8

/**
 * A value in the encodings that programs print: as it is, quoted, escaped for
 * JSON, URLs, shells and XML, in hexadecimal, and in base64, once and twice,
 * wherever it begins in what was encoded. Line breaks are left out. Long
 * values are looked for line by line, too.
 */
export const encodings = (value: string | Uint8Array): Encoded[] => {
  const found = new Map<string, Encoded>()
  const add = (text: string, anyCase?: true) => {
    const bare = (anyCase ? text.toLowerCase() : text).replace(/[\r\n]+/g, '')
    if (bare !== '')
      found.set(`${anyCase ?? ''}${bare}`, {
        text: bare,
        ...(anyCase && { anyCase }),
      })
  }
  const addBytes = (bytes: Buffer) => {
    for (const hex of hexadecimal(bytes)) add(hex, true)
    for (const piece of base64(bytes)) {
      add(piece)
      for (const again of base64(Buffer.from(piece))) add(again)
    }
  }
  const bytes = Buffer.from(value as Uint8Array)
  addBytes(bytes)
  if (!isUtf8(bytes)) return [...found.values()]
  for (const text of parts(bytes.toString())) {
    for (const plain of texts(text)) add(plain)
    for (const escaped of percent(text)) add(escaped, true)
    for (const escaped of numeric(text)) add(escaped, true)
    addBytes(Buffer.from(text))
  }
  return [...found.values()]
}

/** A value, and what in it is as telling: lines, what is assigned in them. */
const parts = (value: string): string[] => {
  const lines = value.split(/[\r\n]+/).map((line) => line.trim())
  const assigned = lines.map((line) =>
    line.replace(/^[\w. "-]{1,80}[=:]\s*/, ''),
  )
  const bare = [...lines, ...assigned].map((text) =>
    text.replace(/^["']|["',;]+$/g, ''),
  )
  const telling = [...lines, ...assigned, ...bare, ...leaves(value)].filter(
    (text) => text.length >= SHORTEST_PART,
  )
  return [...new Set([value, value.trim(), ...telling])]
}

/** The strings in a value that is JSON, as that of a registry's login. */
const leaves = (value: string): string[] => {
  if (!/^\s*[{[]/.test(value)) return []
  const found: string[] = []
  try {
    JSON.parse(value, (_key, leaf: unknown) => {
      if (typeof leaf === 'string') found.push(leaf)
      return leaf
    })
  } catch {
    // It only looks like JSON.
  }
  return found
}

const texts = (value: string): string[] => {
  const json = JSON.stringify(value).slice(1, -1)
  return [
    value,
    value.toUpperCase(),
    value.toLowerCase(),
    json,
    // A string of JSON in a string of JSON.
    JSON.stringify(json).slice(1, -1),
    json.replaceAll('/', '\\/'),
    // Python's and others', and for a shell.
    value.replaceAll('\\', '\\\\').replaceAll("'", "\\'"),
    value.replaceAll("'", `'\\''`),
    value.replaceAll("'", `'"'"'`),
    value.replaceAll("'", "''"),
    value.replace(/[^\w@%+=:,./-]/g, '\\$&'),
    xml(value, '&apos;'),
    xml(value, '&#39;'),
    xml(value, '&#x27;'),
    [...value].reverse().join(''),
  ]
}

const xml = (value: string, apostrophe: string): string =>
  value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", apostrophe)

const percent = (value: string): string[] => {
  const bytes = [...Buffer.from(value)]
  const escaped = (plain: RegExp, blank = '%20') =>
    bytes
      .map((byte) => {
        const char = String.fromCharCode(byte)
        if (char === ' ') return blank
        return byte < 0x80 && plain.test(char) ? char : `%${hex(byte)}`
      })
      .join('')
  return [
    escaped(/[\w.~-]/),
    escaped(/[\w.~-]/, '+'),
    // encodeURIComponent, encodeURI, and user info.
    escaped(/[\w.~!*'()-]/),
    escaped(/[\w.~!*'();/?:@&=+$,#-]/),
    escaped(/[\w.~!*'();&=+$,-]/),
    bytes.map((byte) => `%${hex(byte)}`).join(''),
  ]
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')

/** `\\u003c` for some, for what is not ASCII, or for all characters. */
const numeric = (value: string): string[] => {
  const json = JSON.stringify(value).slice(1, -1)
  const unicode = (char: string) =>
    `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  return [
    json.replace(/[<>&\u2028\u2029]/g, unicode),
    json.replace(/[\u007f-\uffff]/g, unicode),
    json.replace(/[<>&'\u007f-\uffff]/g, unicode),
    value.replace(/[^]/g, unicode),
  ]
}

const hexadecimal = (bytes: Buffer): string[] => {
  const pairs = [...bytes].map(hex)
  return [
    ...['', ':', ' ', '-', '\\x', ', 0x', ' 0x'].map((by) => pairs.join(by)),
    [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  ].filter((text) => text.length >= SHORTEST_PIECE)
}

/**
 * What is the same wherever the bytes begin and whatever stands around them:
 * base64 writes three bytes with four characters.
 */
const base64 = (bytes: Buffer): string[] =>
  [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const from = Math.ceil((before * 8) / 6)
    const to = Math.floor(((before + bytes.length) * 8) / 6)
    const piece = text.slice(from, to)
    return piece.length < SHORTEST_PIECE
      ? []
      : [piece, piece.replaceAll('+', '-').replaceAll('/', '_')]
  })
