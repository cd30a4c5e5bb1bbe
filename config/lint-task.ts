import { splitCommand } from './command.ts'
import { parseExpression } from './jsonpath-parser.ts'
import type { EnvEntry, Resources, Task } from './model.ts'
import type { Problem } from './problem.ts'
import { isShell, shellScripts } from './shell.ts'

/** Something hardly meant, and where: keys and places from the root. */
export interface Doubt extends Pick<Problem, 'code' | 'message'> {
  at: (string | number)[]
}

type Check = (task: Task, cmd: string | string[] | undefined) => Doubt[]

/**
 * What is hardly meant in a task, or will be an error when it is run. `cmd` is
 * the command as it is written.
 */
export const doubtsAboutTask: Check = (task, cmd) =>
  CHECKS.flatMap((check) => check(task, cmd))

const doubt = (code: string, message: string, ...at: Doubt['at']): Doubt => ({
  code,
  message,
  at,
})

const image: Check = (task) =>
  task.image === ''
    ? [doubt('image', 'the task has no image: it cannot start', 'image')]
    : []

const pullPolicy: Check = ({ imagePullPolicy }) =>
  imagePullPolicy === undefined ||
  ['Always', 'IfNotPresent', 'Never'].includes(imagePullPolicy)
    ? []
    : [
        doubt(
          'image-pull-policy',
          `\`${imagePullPolicy}\` is no policy; use Always, IfNotPresent or Never`,
          'imagePullPolicy',
        ),
      ]

const command: Check = (task, cmd) => {
  if (typeof cmd === 'string') return commandText(cmd, task)
  const { command, env, args } = task
  const [program] = command ?? []
  const doubts =
    program !== undefined && /\s/.test(program)
      ? [
          doubt(
            'blank-in-command',
            `\`${program}\` is taken as the name of one program; write one list item for each word`,
            'cmd',
            0,
          ),
        ]
      : []
  return [...doubts, ...unexpanded([...(command ?? []), ...(args ?? [])], env)]
}

const commandText = (cmd: string, { command = [], env }: Task): Doubt[] => {
  const { words, loneQuote } = splitCommand(cmd)
  const [program] = words
  const operator = words.find((word) => /^(\||\|\||&&?|;|\d?>>?|<)$/.test(word))
  return [
    ...(program === undefined && cmd !== ''
      ? [doubt('empty-command', 'the command has no words', 'cmd')]
      : []),
    ...(loneQuote === undefined
      ? []
      : [
          doubt(
            'lone-quote',
            `the quote ${loneQuote} is not closed, and is taken as it stands`,
            'cmd',
          ),
        ]),
    ...(operator === undefined
      ? []
      : [
          doubt(
            'no-shell',
            `\`${operator}\` is passed to ${program ?? 'the program'} as a word: no shell runs the command; write sh -c '…' if one is meant`,
            'cmd',
          ),
        ]),
    ...unexpanded(command, env),
  ]
}

/** `$NAME` of the task's own variable, where nothing will put it in. */
const unexpanded = (words: string[], env: EnvEntry[]): Doubt[] => {
  if (isShell(words[0] ?? '')) return []
  const scripts = shellScripts(words)
  const declared = new Set(env.map(({ name }) => name))
  const name = words
    .filter((_word, at) => !scripts.has(at))
    .flatMap(variablesIn)
    .find((used) => declared.has(used))
  return name === undefined
    ? []
    : [
        doubt(
          'not-expanded',
          `\`$${name}\` stays as it is: no shell runs the command; write $(${name})`,
          'cmd',
        ),
      ]
}

const variablesIn = (word: string): string[] =>
  [...word.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name)

const SOURCES = ['event', 'secret', 'string']

const envEntries: Check = ({ env }) =>
  env.flatMap((entry, index) =>
    entryDoubts(entry, env.slice(0, index)).map(({ at, ...found }) => ({
      ...found,
      at: ['env', index, ...at],
    })),
  )

const entryDoubts = (entry: EnvEntry, before: EnvEntry[]): Doubt[] => {
  const { name, value, valueFrom, as } = entry
  if (!SOURCES.includes(valueFrom)) {
    const found =
      valueFrom === '' ? 'is missing' : `\`${valueFrom}\` is unknown`
    return [
      doubt(
        'value-from',
        `valueFrom ${found}: the task will fail; use ${SOURCES.join(', ')}`,
        'valueFrom',
      ),
    ]
  }
  return [
    ...(valueFrom === 'event' ? unreadable(value) : []),
    ...(valueFrom === 'secret' || /^[A-Za-z_.-][\w.-]*$/.test(name)
      ? []
      : [doubt('env-name', `\`${name}\` cannot name a variable`, 'name')]),
    ...(valueFrom !== 'secret' &&
    before.some((other) => other.name === name && other.valueFrom !== 'secret')
      ? [doubt('same-name', `\`${name}\` is set above, this one wins`, 'name')]
      : []),
    ...(as === undefined || /^(json|yaml)$/i.test(as)
      ? []
      : [doubt('as', `\`${as}\` is ignored; use json or yaml`, 'as')]),
  ]
}

const unreadable = (value: string): Doubt[] => {
  const path = parseExpression(value)
  return 'error' in path
    ? [
        doubt(
          'jsonpath',
          `\`${value}\` cannot be read, the task will fail: ${path.error}`,
          'value',
        ),
      ]
    : []
}

const timeLimit: Check = ({ maxPollDuration }) =>
  maxPollDuration === undefined || maxPollDuration > 0
    ? []
    : [
        doubt(
          'max-poll-duration',
          `${maxPollDuration} means no time limit; leave it out for 300 seconds`,
          'maxPollDuration',
        ),
      ]

const MIN_TTL = 60

const ttl: Check = ({ ttlSecondsAfterFinished }) =>
  ttlSecondsAfterFinished === undefined || ttlSecondsAfterFinished >= MIN_TTL
    ? []
    : [
        doubt(
          'ttl',
          `${ttlSecondsAfterFinished} is raised to ${MIN_TTL}, so that the logs can be read`,
          'ttlSecondsAfterFinished',
        ),
      ]

const resources: Check = ({ resources }) =>
  (['limits', 'requests'] as const).flatMap((kind) =>
    quantities(resources?.[kind]).map((name) =>
      doubt(
        'quantity',
        `\`${resources?.[kind]?.[name] ?? ''}\` is no quantity: the task will fail; write it like ${name === 'cpu' ? '500m' : '512Mi'}`,
        'resources',
        kind,
        name,
      ),
    ),
  )

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const QUANTITY =
  /^[+-]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/

const quantities = (list: Resources['limits']): ('cpu' | 'memory')[] =>
  (['cpu', 'memory'] as const).filter((name) => {
    const quantity = list?.[name]
    return quantity !== undefined && !QUANTITY.test(quantity)
  })

const seccomp: Check = ({ securityContext }) => {
  const profile = securityContext?.seccompProfile
  return profile === undefined || profile.type !== undefined
    ? []
    : [
        doubt(
          'seccomp-profile',
          'seccompProfile has no type: the task will fail; use RuntimeDefault, Unconfined or Localhost',
          'securityContext',
          'seccompProfile',
        ),
      ]
}

const CHECKS: readonly Check[] = [
  image,
  pullPolicy,
  command,
  envEntries,
  timeLimit,
  ttl,
  resources,
  seccomp,
]
