/**
 * What it costs to read hostile texts, as lines of name and milliseconds. A
 * process of its own: counting what is covered costs twenty times as much.
 */
import { parseConfig } from '../../config/parse.ts'

const MIB = 1024 * 1024

const bomb = (): string => {
  const levels = Array.from(
    { length: 12 },
    (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(10)}]\n`,
  )
  return `a0: &a0 [x]\n${levels.join('')}actions: *a12\n`
}

const taskBomb = (): string =>
  `actions:\n- &a\n  tasks: [${'{name: x},'.repeat(300)}]\n${'- *a\n'.repeat(5000)}`

const mergeBomb = (): string => {
  const levels = Array.from(
    { length: 30 },
    (_, i) => `x${i + 1}: &a${i + 1}\n  <<: [*a${i}, *a${i}, *a${i}]\n`,
  )
  return `x: &a0 {name: a}\n${levels.join('')}<<: *a30\n`
}

const task = 'actions:\n- tasks:\n  - '

const hostile: [name: string, text: string][] = [
  ['an alias bomb', bomb()],
  ['an alias bomb of tasks', taskBomb()],
  ['a merge bomb', mergeBomb()],
  ['deep lists', '['.repeat(MIB)],
  ['deep maps', '{a: '.repeat(MIB / 4)],
  ['deep dashes', '- '.repeat(MIB / 2)],
  ['a huge list', `actions: [${'a,'.repeat(MIB / 2 - 10)}]`],
  ['a huge map', 'a: b\n'.repeat(MIB / 5)],
  [
    'many unknown keys',
    Array.from({ length: 19000 }, (_, i) => `k${i}: b\n`).join(''),
  ],
  ['blank lines', '\n'.repeat(MIB)],
  ['documents', '---\n'.repeat(MIB / 4)],
  ['a long line', 'a'.repeat(MIB)],
  ['a long number', `${task}ttl: ${'9'.repeat(MIB - 100)}`],
  ['quotes', "'".repeat(MIB)],
  ['an open quote', `a: "${'\\"'.repeat(MIB / 2 - 10)}`],
  ['brackets below their keys', '- a: [\nb\n]\n'.repeat(6_000)],
  [
    'long lines to repair',
    `a: [\n${`${'b:'.repeat(MIB / 20_000)},\n`.repeat(9_800)}]`,
  ],
  ['escapes to repair', `a: "${"\\'".repeat(MIB / 2 - 10)}"`],
  ['blanks to repair', `a: [-,${' \t'.repeat(MIB / 2 - 10)}]`],
  ['tags to repair', `a: [-, ${'[!<'.repeat(90)}${'!<'.repeat(MIB / 2 - 200)}`],
  ['an open quote to repair', `a: [-, "${'\\x'.repeat(MIB / 2 - 10)}`],
  ['anchors', '&a '.repeat(MIB / 3)],
  ['lone quotes in cmd', `${task}cmd: a${`"'`.repeat(MIB / 3)}`],
  ['backslashes in cmd', `${task}cmd: a${'\\'.repeat(MIB - 100)}`],
  ['long words in cmd', `${task}cmd: ${'a'.repeat(MIB - 100)}`],
  ['control characters', '\u0000'.repeat(MIB)],
  ['more than is read', 'a'.repeat(3 * MIB)],
]

/** Milliseconds of the processor, not of a clock: other work does not count. */
const cost = (work: () => unknown): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

for (const [name, text] of hostile) {
  const best = Math.min(...[1, 2, 3].map(() => cost(() => parseConfig(text))))
  console.log(`${name}\t${best.toFixed(0)}`)
}
