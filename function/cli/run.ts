import type { JobConfig } from '../../config/model.ts'
import { failedReason } from './failed-reason.ts'
import { jsonLog } from '../log.ts'
import type { Place } from '../names.ts'
import { recordName, stepsOf } from '../plan.ts'
import type { Head } from '../head.ts'
import type { Report, Reporter } from '../reporter.ts'
import type { Settings } from '../settings.ts'
import { StoreError } from '../resource-store.ts'
import { checkFolder } from './check-folder.ts'
import type { Command } from './cli.ts'
import { CliError } from './cli-error.ts'
import { type Inputs, INPUT_HELP, INPUT_OPTIONS, readInputs } from './inputs.ts'
import type { ExitCode, Io } from './io.ts'
import { localClock } from './local-clock.ts'
import { localRun, type LocalRunEnd } from './local-run.ts'
import { LOCAL_IMAGE, localSettings } from './local-settings.ts'
import { filesFolder, localStore } from './local-store.ts'
import { jsonNarrator, textNarrator } from './narrator.ts'
import { observedRunner } from './observed-runner.ts'
import type { Happening, Observer } from './observer.ts'
import { oneOf, parseOptions } from './options.ts'
import { printError } from './print-error.ts'
import { makeRunner, type Runtime, RUNTIMES } from './runtime.ts'
import { secretsFolder } from './secrets-folder.ts'

export const run: Command = {
  summary: 'runs the tasks of an event on this machine, to their end',
  help: `Usage: job-executor run --config FILE --event FILE [OPTIONS]

Does on this machine what the function does on a cluster for the event: plans,
runs the tasks of the matching actions in order, shows their logs, and prints
the .started and .finished that Keptn would get.

Options:
${INPUT_HELP}
      --files DIR          the folder with the service's files (without it:
                           the one that has job/config.yaml in it)
      --secrets DIR        the folder with Secrets: DIR/NAME/KEY is a file
      --runtime auto|podman|docker|process
                           what runs containers (auto: podman or docker if one
                           works, else processes of this machine, without the
                           images; a task needs a cmd then)
      --path DIR           for processes: where commands are looked for first;
                           may be given several times
  -o, --output text|json   how to print (text); json is one object a line
  -v, --verbose            the function's own log on standard error
  -h, --help               this text

Settings of an installation are taken from the environment, as by render.
An interrupt (Ctrl-C) cancels the run.

Exit codes: 0 the result is pass, 1 it is fail, nothing matches, or a file
cannot be used, 2 a wrong command line.`,
  run: async (args, io) => {
    const { values } = parseOptions(args, {
      ...INPUT_OPTIONS,
      files: { type: 'string' },
      secrets: { type: 'string' },
      runtime: { type: 'string', default: 'auto' },
      path: { type: 'string', multiple: true, default: [] },
      output: { type: 'string', short: 'o', default: 'text' },
      verbose: { type: 'boolean', short: 'v', default: false },
    })
    const output = oneOf(values.output, ['text', 'json'], '--output')
    const runtime = oneOf(values.runtime, RUNTIMES, '--runtime')
    const observe = output === 'json' ? jsonNarrator(io) : textNarrator(io)
    try {
      return await runEvent({ ...values, runtime }, io, observe)
    } catch (error) {
      printError(asCliError(error), output, io)
      return 1
    }
  },
}

interface RunOptions {
  config?: string | undefined
  event?: string | undefined
  files?: string | undefined
  secrets?: string | undefined
  runtime: Runtime
  path: string[]
  verbose: boolean
}

const runEvent = async (
  options: RunOptions,
  io: Io,
  observe: Observer,
): Promise<ExitCode> => {
  const inputs = await readInputs(options)
  const { event, configFile, configBytes } = inputs
  const folder = options.files ?? filesFolder(configFile)
  for (const each of [folder, options.secrets, ...options.path])
    if (each !== undefined) await checkFolder(each)
  const settings = runSettings(inputs, io)
  const runner = await makeRunner({ ...options, io, observe })
  const reports: Report[] = []
  try {
    const end = await localRun({
      event,
      settings,
      image: settings.image ?? LOCAL_IMAGE,
      store: localStore(configBytes, folder),
      reporter: printingReporter(observe, reports),
      runner: observedRunner(runner, observe, taskName(inputs.config)),
      secrets: options.secrets
        ? secretsFolder(options.secrets)
        : () => undefined,
      clock: localClock,
      log: options.verbose
        ? jsonLog((line) => io.err(line.trimEnd()), Date.now)
        : () => {},
      signal: io.signal,
    })
    if (!end)
      throw new CliError(configFile, {
        code: 'no-match',
        message: `no action matches ${event.type}, nothing ran; job-executor explain tells why`,
      })
    if (reports.length === 0)
      observe({ kind: 'note', message: unansweredText(end.head) })
    const result = resultOf(end, reports)
    observe(result)
    return result.result === 'pass' ? 0 : 1
  } finally {
    runner.close()
  }
}

/** Reports are made as for Keptn; for other events as for a sink. */
const runSettings = ({ event, config }: Inputs, io: Io): Settings => {
  const keptn = event.type.startsWith('sh.keptn.')
  return localSettings(io.env, {
    ...(keptn
      ? { KEPTN_API_ENDPOINT: 'http://keptn.invalid', KEPTN_API_TOKEN: 'none' }
      : { K_SINK: 'http://sink.invalid' }),
    // The watch has to know them, so `*` does not do.
    ...(!io.env['JOB_NAMESPACES'] && {
      JOB_NAMESPACES: namespacesOf(config).join(','),
    }),
  })
}

const taskName =
  ({ actions }: JobConfig) =>
  (place: Place): string =>
    actions[place.action]?.tasks[place.task]?.name ?? ''

const namespacesOf = ({ actions }: JobConfig): string[] => {
  const names = actions.flatMap(({ tasks }) =>
    tasks.map(({ namespace }) => namespace ?? ''),
  )
  return [...new Set(names)].filter((name) =>
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name),
  )
}

const printingReporter = (observe: Observer, reports: Report[]): Reporter => ({
  send: async (report) => {
    reports.push(report)
    observe({ kind: 'report', report })
    return { state: 'sent' }
  },
  arrived: async (report) => reports.some(({ id }) => id === report.id),
  open: async () => true,
})

const unansweredText = ({ plan, envelope }: Head): string =>
  plan.actions.length > 0 && plan.actions.every(({ silent }) => silent)
    ? 'Nothing is reported: all actions that ran are silent.'
    : `Nothing is reported for this event: Keptn waits for answers to sh.keptn.event.TASK.triggered with shkeptncontext, project, stage and service; this is ${envelope.type}.`

/** What was reported, else whether all tasks succeeded. */
const resultOf = (
  { head, tasks: records }: LocalRunEnd,
  reports: Report[],
): Happening & { kind: 'result' } => {
  const tasks = stepsOf(head.plan).map((step) => {
    const place = recordName(step)
    return {
      place,
      name: step.task.name,
      state: 'not run',
      ...records[place],
    }
  })
  const finished = reports.find(({ type }) => type.endsWith('.finished'))
  const reason = failedReason(head)
  const passed = finished
    ? finished.data?.['result'] === 'pass'
    : reason === undefined && tasks.every(({ state }) => state === 'succeeded')
  return {
    kind: 'result',
    result: passed ? 'pass' : 'fail',
    tasks,
    ...(reason !== undefined && { reason }),
  }
}

const asCliError = (error: unknown): unknown =>
  error instanceof StoreError
    ? new CliError('files', {
        code: 'files-unreadable',
        message: error.message,
      })
    : error
