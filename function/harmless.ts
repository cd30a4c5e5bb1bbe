import { stripVTControlCharacters } from 'node:util'

const visible = (control: string): string => {
  const code = control.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : `\\u${code.toString(16).padStart(4, '0')}`
}

/** C0 but tab and newline, DEL, C1, and what turns the writing direction. */
const CONTROL =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/**
 * Text of an event or of a log as it may go to a terminal: escape sequences
 * are dropped, other control characters are shown instead of obeyed.
 */
export const harmless = (text: string): string =>
  stripVTControlCharacters(text.replaceAll('\r\n', '\n')).replace(
    CONTROL,
    visible,
  )

/** JSON whose text is harmless too; it parses to the same value. */
export const harmlessJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
