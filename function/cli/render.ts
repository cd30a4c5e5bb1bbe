import { systemClock } from '../clock.ts'
import type { ConfigMap, Job } from '../cluster/cluster.ts'
import { isClusterError } from '../cluster/cluster.ts'
import { MemoryCluster } from '../cluster/memory.ts'
import { lookupConfig } from '../config-lookup.ts'
import { resolveFiles } from '../files.ts'
import { noLog } from '../log.ts'
import { runId } from '../names.ts'
import { type JudgedTask, planRun } from '../plan-run.ts'
import { receive } from '../receive.ts'
import { taskTtl } from '../render.ts'
import type { ResourceStore } from '../resource-store.ts'
import type { Settings } from '../settings.ts'
import type { Command } from './cli.ts'
import { CliError } from './cli-error.ts'
import { checkFolder } from './check-folder.ts'
import { harmlessJson } from '../harmless.ts'
import { type Inputs, INPUT_HELP, INPUT_OPTIONS, readInputs } from './inputs.ts'
import type { ExitCode } from './io.ts'
import { LOCAL_IMAGE, localSettings } from './local-settings.ts'
import { filesFolder, localStore } from './local-store.ts'
import { parseOptions } from './options.ts'
import { printError } from './print-error.ts'
import { unreported } from './unreported.ts'

export const render: Command = {
  summary: 'prints the Jobs that an event would run, as JSON',
  help: `Usage: job-executor render --config FILE --event FILE [OPTIONS]

Prints as JSON what would be created on a cluster for the event:
"actions", those that match; "objects", the Jobs of their tasks in order, with
the time to live that they get in the end; "errors", the tasks that cannot
run, and why; "warnings", if any.

Options:
${INPUT_HELP}
      --files DIR          the folder with the service's files; a file that is
                           not there is an error (without it: the folder that
                           has job/config.yaml in it, and it is a warning)
      --run                adds the run's own Job ("head") and the ConfigMaps
                           with files ("bundles")
  -h, --help               this text

Settings of an installation (JOB_NAMESPACE, ALLOWED_IMAGE_LIST,
DEFAULT_RESOURCE_LIMITS_CPU, …) are taken from the environment; tasks may name
any namespace unless JOB_NAMESPACES is set.

Exit codes: 0 rendered, 1 there are errors, 2 a wrong command line.`,
  run: async (args, io) => {
    const { values } = parseOptions(args, {
      ...INPUT_OPTIONS,
      files: { type: 'string' },
      run: { type: 'boolean', default: false },
    })
    try {
      const inputs = await readInputs(values)
      const rendered = await renderRun(inputs, localSettings(io.env), values)
      io.out(harmlessJson(rendered.output, 2))
      return rendered.exitCode
    } catch (error) {
      printError(error, 'json', io)
      return 1
    }
  },
}

interface Warning {
  action?: number
  task?: number
  code: string
  message: string
}

const renderRun = async (
  inputs: Inputs,
  settings: Settings,
  options: { files?: string | undefined; run: boolean },
): Promise<{ output: object; exitCode: ExitCode }> => {
  const { event, config, configBytes, configFile } = inputs
  if (options.files !== undefined) await checkFolder(options.files)
  const folder = options.files ?? filesFolder(configFile)
  const store = localStore(configBytes, folder)
  const found = await lookupConfig(store, event)
  const warnings: Warning[] = []
  const planned = await planRun(
    {
      settings,
      image: imageOf(settings),
      files: filesOf(inputs, settings, store, options.files, warnings),
      accept: async () => undefined,
    },
    runId(settings.instance, event),
    event,
    { config, configHash: found?.hash ?? '' },
  )
  if (planned.plan.failure) throw new CliError(configFile, planned.plan.failure)
  const objects = planned.tasks.flatMap((task) => jobOf(task, settings))
  const errors = planned.tasks.flatMap((task) =>
    'error' in task.result
      ? [
          {
            action: task.actionIndex,
            task: task.taskIndex,
            ...task.result.error,
          },
        ]
      : [],
  )
  warnings.push(...(await refusals(planned.tasks)))
  return {
    output: {
      actions: planned.plan.actions.map(({ index, name, silent }) => ({
        index,
        name,
        silent,
      })),
      objects,
      errors,
      ...(warnings.length > 0 && { warnings }),
      ...(options.run && (await runObjects(inputs, settings, store))),
    },
    exitCode: errors.length > 0 ? 1 : 0,
  }
}

const imageOf = (settings: Settings) => async (): Promise<string> =>
  settings.image ?? LOCAL_IMAGE

/** The Job as it is in the end, when its run is settled. */
const jobOf = ({ task, result }: JudgedTask, settings: Settings): Job[] => {
  if ('error' in result) return []
  const { job } = result
  const { template, ...spec } = job.spec!
  return [
    {
      ...job,
      spec: {
        ...spec,
        ttlSecondsAfterFinished: taskTtl(task, settings),
        template,
      },
    },
  ]
}

/**
 * The files of tasks. Who names no folder may not have them here: one that is
 * not found is then rendered as an empty file, with a warning.
 */
const filesOf = (
  { event }: Inputs,
  settings: Settings,
  store: ResourceStore,
  folder: string | undefined,
  warnings: Warning[],
) => {
  const { limits } = settings
  return async (entries: string[]) => {
    const resolved = await resolveFiles(store, event, entries, {
      ...limits,
      totalBytes: limits.filesBytes,
    })
    if (
      folder !== undefined ||
      !('error' in resolved) ||
      resolved.error.code !== 'file-not-found'
    )
      return resolved
    warnings.push(resolved.error)
    return {
      files: entries.map((entry) => ({
        path: entry.replace(/^\/|\/$/g, ''),
        content: new Uint8Array(),
      })),
    }
  }
}

/** What the API server's own rules (not a cluster's policies) would refuse. */
const refusals = async (tasks: JudgedTask[]): Promise<Warning[]> => {
  const cluster = new MemoryCluster({ clock: systemClock })
  const warnings: Warning[] = []
  for (const { actionIndex, taskIndex, result } of tasks) {
    if ('error' in result) continue
    try {
      await cluster.create('Job', result.job, { dryRun: true })
    } catch (error) {
      if (!isClusterError(error)) throw error
      warnings.push({
        action: actionIndex,
        task: taskIndex,
        code: 'refused',
        message: `a cluster would not accept the job: ${error.message}`,
      })
    }
  }
  return warnings
}

/** What is created before the first task: by the code that does it. */
const runObjects = async (
  { event }: Inputs,
  settings: Settings,
  store: ResourceStore,
): Promise<{ head: Job | null; bundles: ConfigMap[] }> => {
  const cluster = new MemoryCluster({ clock: systemClock })
  let head: Job | null = null
  const bundles: ConfigMap[] = []
  cluster.fault = ({ verb, kind, object, dryRun }, phase) => {
    if (verb !== 'create' || dryRun || phase !== 'before') return
    if (kind === 'Job') head = object as Job
    if (kind === 'ConfigMap') bundles.push(object as ConfigMap)
  }
  try {
    await receive(
      {
        cluster,
        store,
        reporter: unreported,
        clock: systemClock,
        log: noLog,
        settings,
        replica: 'render',
        image: imageOf(settings),
      },
      event,
    )
  } finally {
    cluster.close()
  }
  return { head, bundles }
}
