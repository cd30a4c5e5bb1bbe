import { encodings } from './encodings.ts'

/** Stands where something secret stood. */
export const REDACTED = '[redacted]'

/** Shorter values are common words: hiding them would hide everything. */
const SHORTEST = 4

/** Quoted (in JSON within JSON: the quotes too), to its end or the line's; or a word. */
const VALUE =
  /(?!\[redacted\])(?:"(?:\\.|[^"\\\n]){1,2000}"?|(?<q>\\{1,3})"(?:(?!(?<!\\)\k<q>")[^\n]){1,2000}(?:\k<q>")?|'[^'\n]{1,2000}'?|[^\s"',;&]{1,2000})/
    .source

/**
 * What looks like a credential, whoever's it is; in `keep` what tells the
 * reader what it was. Each takes time that is linear in the text.
 */
const PATTERNS: RegExp[] = [
  // Private keys; one without an end hides what follows.
  /(?<keep>-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)[^]*?(?=-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
  // JSON Web Tokens, those of service accounts too.
  /(?<![\w-])eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g,
  /(?<keep>\bauthorization\b["'\\]{0,4}[ \t]{0,3}[:=][ \t]{0,3}["'\\]{0,4}(?:[a-z]{1,20}[ \t]{1,3})?)[^\s"',;]{3,4000}/gi,
  /(?<keep>\bbearer[ \t]{1,3})[\w.~+/=-]{12,4000}/gi,
  // AWS, GitHub, GitLab, Slack, Google, npm, Stripe.
  /(?<![A-Z0-9])(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}(?![A-Z0-9])/g,
  /(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{22,255})/g,
  /(?<![\w-])(?:glpat-[\w-]{20,100}|xox[abeoprs]-[\w-]{10,250}|AIza[\w-]{35}|npm_[A-Za-z0-9]{36}|[rs]k_live_[A-Za-z0-9]{20,100})/g,
  // Passwords in URLs.
  /(?<keep>\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/@:"']{0,200}:)[^\s/@"']{1,500}(?=@)/gi,
  // A line of `env`: no punctuation ends the value.
  /(?<keep>^(?:export )?[A-Z0-9_]{0,60}(?:PASS(?:WORD|WD|PHRASE)|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?)(?:_KEY|_VALUE)?\d{0,3}=)(?!\[redacted\]|["'\\])\S{1,4000}/gim,
  // `password=`, `"token": "…"`, `--api-key …`
  new RegExp(
    String.raw`(?<keep>(?:pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)(?:[_-]?(?:access[_-]?)?(?:key|value))?\d{0,3}["'\\]{0,4}[ \t]{0,3}(?:=>|[:=])[ \t]{0,3})${VALUE}`,
    'gi',
  ),
  new RegExp(
    String.raw`(?<keep>(?<![\w-])--?(?:\w{1,20}-)?(?:password|passwd|secret|token|api-?key)[ \t]{1,3})${VALUE}`,
    'gi',
  ),
  /(?<keep>"auth"[ \t]{0,3}:[ \t]{0,3}")[\w+/=-]{4,4000}(?=")/g,
]

/**
 * A text without what looks like a credential: tokens, keys, passwords. What
 * looks like nothing of that kind stays.
 */
export const redactPatterns = (text: string): string =>
  PATTERNS.reduce(
    (redacted, pattern) =>
      redacted.replace(pattern, (...match: unknown[]) => {
        const { keep = '' } = (match.at(-1) ?? {}) as { keep?: string }
        return typeof match.at(-1) === 'object' ? keep + REDACTED : REDACTED
      }),
    headless(text),
  )

/** The end of a private key whose beginning is not in the text. */
const headless = (text: string): string => {
  const end =
    /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/.exec(text)?.index ??
    -1
  if (
    end < 0 ||
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/.test(text.slice(0, end))
  )
    return text
  let from = end
  while (from > 0 && /[A-Za-z0-9+/=\s\\]/.test(text[from - 1]!)) from -= 1
  return text.slice(0, from).endsWith(REDACTED)
    ? text
    : `${text.slice(0, from)}${REDACTED}\n${text.slice(end)}`
}

/**
 * A text without these values, in whatever usual encoding they stand there,
 * also broken over lines. Values of less than 4 characters stay.
 */
export const redactValues = (
  text: string,
  values: readonly (string | Uint8Array)[],
): string => {
  const needles = values
    .flatMap(encodings)
    .filter((encoded) => encoded.text.trim().length >= SHORTEST)
  if (needles.length === 0) return text
  const { compact, places } = withoutBreaks(text)
  const lower = compact.replace(/[A-Z]+/g, (upper) => upper.toLowerCase())
  const hidden: [from: number, to: number][] = []
  for (const { text: needle, anyCase } of needles) {
    const hay = anyCase ? lower : compact
    for (
      let at = hay.indexOf(needle);
      at >= 0;
      at = hay.indexOf(needle, at + needle.length)
    )
      hidden.push([places(at), places(at + needle.length - 1) + 1])
  }
  return cutOut(text, hidden)
}

/** The text in one line, and where each of its characters stood. */
const withoutBreaks = (
  text: string,
): { compact: string; places: (at: number) => number } => {
  if (!/[\r\n]/.test(text)) return { compact: text, places: (at) => at }
  const places = new Uint32Array(text.length)
  let length = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 10 || code === 13) continue
    places[length] = at
    length += 1
  }
  return {
    compact: text.replace(/[\r\n]+/g, ''),
    places: (at) => places[at]!,
  }
}

const cutOut = (text: string, hidden: [number, number][]): string => {
  hidden.sort(([a], [b]) => a - b)
  let shown = ''
  let done = 0
  for (const [from, to] of hidden) {
    if (to <= done) continue
    if (from >= done) shown += text.slice(done, from) + REDACTED
    done = to
  }
  return shown + text.slice(done)
}
