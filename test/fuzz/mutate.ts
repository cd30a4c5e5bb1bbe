import fc from 'fast-check'

/** What has a meaning somewhere: in YAML, JSON, globs, paths, terminals. */
const TOKENS = [
  ...['\0', '\x1b[31m', '\x1b]0;t\x07', '\x9b2J', '\r\n', '\n', '\t', '\u202e'],
  ...['\ud800', '\udfff', '\ufeff', '\u2028', '\u{1f600}', 'İ', 'ß', 'é', '٣'],
  ...['../', '/', '//', './', '..', '.', '~', '\\', '%2e%2e/', '$(', '$$', ')'],
  ...['&a ', '*a', '<<: *a', '!!js/function ', '!!binary ', '!<tag:x> ', '? '],
  ...['- ', ': ', '|\n', '>-\n  ', '---\n', '...\n', '%YAML 1.2\n', '# ', '@'],
  ...['{', '}', '[', ']', ',', '"', "'", '`', ':', '{}', '[]', 'null', 'true'],
  ...['0', '-1', '1e999', '0x1F', '.inf', '9007199254740993', '-0', '1_000'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length'],
  ...['$', '$.', '$..', '..*', '[*]', '[?(@.a==1)]', '[0:9:0]', "['a']", '@'],
  ...[
    '*',
    '**',
    '?',
    '{a,b}',
    '{1..9}',
    '{1..99999}',
    '!(a)',
    '+(a|b)',
    '[!a]',
  ],
  ...['(a+)+$', '(?:a|a)*', 'a{1000}', '.*.*.*', '\\p{L}', '(?<n>', '[^]', '|'],
  ...[
    'apiVersion: v2\n',
    'valueFrom: event\n',
    'jsonpath:\n',
    'data',
    'labels',
  ],
]

type Mutation =
  | { do: 'delete'; at: number; length: number }
  | { do: 'insert'; at: number; text: string }
  | { do: 'repeat'; at: number; length: number; times: number }
  | { do: 'swap'; at: number; length: number; to: number }
  | { do: 'splice'; at: number; from: number; length: number; other: number }

const place = fc.nat(1_000_000)
const length = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 4_000 }) },
)
const times = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: 1, max: 8 }) },
  { weight: 3, arbitrary: fc.integer({ min: 9, max: 500 }) },
  { weight: 1, arbitrary: fc.integer({ min: 501, max: 20_000 }) },
)

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ do: fc.constant('delete' as const), at: place, length }),
  fc.record({
    do: fc.constant('insert' as const),
    at: place,
    text: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...TOKENS) },
      {
        weight: 1,
        arbitrary: fc.string({ unit: 'binary', maxLength: 12 }),
      },
    ),
  }),
  fc.record({ do: fc.constant('repeat' as const), at: place, length, times }),
  fc.record({
    do: fc.constant('swap' as const),
    at: place,
    length,
    to: place,
  }),
  fc.record({
    do: fc.constant('splice' as const),
    at: place,
    from: place,
    length,
    other: place,
  }),
)

const apply =
  (texts: readonly string[], limit: number) =>
  (text: string, mutation: Mutation): string => {
    const at = mutation.at % (text.length + 1)
    const before = text.slice(0, at)
    const after = text.slice(at)
    switch (mutation.do) {
      case 'delete':
        return before + after.slice(mutation.length)
      case 'insert':
        return before + mutation.text + after
      case 'repeat': {
        const part = after.slice(0, mutation.length)
        const room = Math.floor((limit - text.length) / (part.length || 1))
        const times = Math.max(0, Math.min(mutation.times, room))
        return before + part.repeat(times) + after
      }
      case 'swap': {
        const part = after.slice(0, mutation.length)
        const rest = before + after.slice(mutation.length)
        const to = mutation.to % (rest.length + 1)
        return rest.slice(0, to) + part + rest.slice(to)
      }
      case 'splice': {
        const other = texts[mutation.other % texts.length] ?? ''
        const from = mutation.from % (other.length + 1)
        return before + other.slice(from, from + mutation.length) + after
      }
    }
  }

/**
 * One of the texts after some mutations; shrinks to fewer and smaller ones.
 * `limit`: longest result, in UTF-16 code units.
 */
export const mutated = (
  texts: readonly string[],
  { limit = 100_000, most = 12 }: { limit?: number; most?: number } = {},
): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...texts),
      fc.array(mutation, { maxLength: most, size: 'max' }),
    )
    .map(([text, mutations]) =>
      mutations.reduce(apply(texts, limit), text.slice(0, limit)),
    )

/** A short text out of what has a meaning somewhere, and of anything else. */
export const nasty = (maxLength = 12): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom(...TOKENS) },
        { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
        {
          weight: 1,
          arbitrary: fc.string({ unit: 'binary', maxLength: 4 }),
        },
      ),
      { maxLength },
    )
    .map((parts) => parts.join(''))
