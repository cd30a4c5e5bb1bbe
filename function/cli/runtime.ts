import { resolve } from 'node:path'
import { containerRunner } from '../local/container-runner.ts'
import { type Engine, engineWorks, findEngine } from '../local/engine.ts'
import { type LocalRunner, processRunner } from '../local/process-runner.ts'
import { CliError } from './cli-error.ts'
import type { Io } from './io.ts'
import type { Observer } from './observer.ts'

export const RUNTIMES = ['auto', 'process', 'podman', 'docker'] as const
export type Runtime = (typeof RUNTIMES)[number]

/** The runner that was asked for, or the best that is there. */
export const makeRunner = async (args: {
  runtime: Runtime
  /** Folders with commands, for processes. */
  path: string[]
  io: Io
  observe: Observer
}): Promise<LocalRunner> => {
  const { runtime, io, observe } = args
  const note = (message: string) => observe({ kind: 'note', message })
  const engine = await engineFor(runtime, io)
  if (engine !== undefined) {
    note(`The tasks run in containers, with ${engine}.`)
    return containerRunner({
      engine,
      env: io.env,
      rootless: process.getuid?.() !== 0,
      progress: note,
    })
  }
  note(
    `The tasks run as processes of this machine${runtime === 'auto' ? ' (there is no podman or docker that works)' : ''}: ` +
      'without their images and without isolation. ' +
      '/keptn is a temporary folder; the path is rewritten in commands and env, not in files.',
  )
  if (args.path.length > 0)
    note(`Commands are looked for in ${args.path.join(', ')} first.`)
  return processRunner({
    path: args.path.map((folder) => resolve(folder)),
    searchPath: io.env['PATH'] ?? '',
  })
}

const engineFor = async (
  runtime: Runtime,
  { env }: Io,
): Promise<Engine | undefined> => {
  if (runtime === 'process') return undefined
  if (runtime === 'auto') return findEngine(env)
  if (await engineWorks(runtime, env)) return runtime
  throw new CliError(runtime, {
    code: 'runtime',
    message: `${runtime} is not installed or does not work: start it, or use another --runtime`,
  })
}
