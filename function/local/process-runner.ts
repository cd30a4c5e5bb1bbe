import { statSync } from 'node:fs'
import { delimiter } from 'node:path'
import {
  CannotStart,
  type ContainerEnd,
  type ContainerRun,
  type ContainerRunner,
} from '../cluster/runner.ts'
import { type ChildEnd, runChild } from './child.ts'
import { isFilesContainer, runFilesContainer } from './files-container.ts'
import { mapPaths } from './map-paths.ts'
import { type Mount, PodVolumes } from './pod-volumes.ts'

export interface ProcessRunnerOptions {
  /** Folders where commands are looked for before those of `searchPath`. */
  path: string[]
  /** `PATH` of this machine. */
  searchPath: string
  /** Milliseconds from TERM to KILL. */
  grace?: number
}

/** A runner that has something to clean up in the end. */
export interface LocalRunner extends ContainerRunner {
  close(): void
}

/**
 * Runs the commands of containers as processes of this machine, without
 * their images: what they call must be installed here, and nothing keeps
 * them from this machine's files. `/keptn` is a temporary directory per pod:
 * the path is rewritten in the command, its arguments, the environment and
 * the working directory, but not in files.
 *
 * The environment is the container's, with `PATH` of this machine (unless
 * set), `HOME` at `/keptn` and `TMPDIR` at the pod's `/tmp`.
 */
export const processRunner = (options: ProcessRunnerOptions): LocalRunner => {
  const volumes = new PodVolumes()
  return {
    run: async (run) => {
      const mounts = volumes.mounts(run)
      return isFilesContainer(run)
        ? runFilesContainer(run, mounts)
        : runProcess(run, mounts, options)
    },
    removed: (pod) => volumes.remove(pod),
    close: () => volumes.close(),
  }
}

const runProcess = async (
  run: ContainerRun,
  mounts: Mount[],
  options: ProcessRunnerOptions,
): Promise<ContainerEnd> => {
  const process = processOf(run, mounts, options)
  const end = await runChild({
    ...process,
    log: run.log,
    started: run.started,
    signal: run.signal,
    grace: options.grace ?? 5_000,
  })
  return 'error' in end ? startError(process.command, end.error) : ended(end)
}

/** The process that stands for a container. Throws `CannotStart`. */
export const processOf = (
  run: ContainerRun,
  mounts: Mount[],
  { path, searchPath }: Pick<ProcessRunnerOptions, 'path' | 'searchPath'>,
): {
  command: string
  args: string[]
  env: Record<string, string>
  cwd: string
} => {
  const [command, ...args] = run.command ?? []
  if (!command)
    throw new CannotStart(
      'CreateContainerError',
      'the task has no cmd, and what its image runs by itself is not known ' +
        'without the image: add cmd, or use podman or docker',
    )
  // The machine's own /tmp serves as well.
  const mapped = mounts.filter(({ mountPath }) => mountPath !== '/tmp')
  const map = (text: string) => mapPaths(text, mapped)
  const home = hostPath(mounts, '/keptn')
  const tmp = hostPath(mounts, '/tmp')
  const cwd = map(run.container.workingDir ?? home ?? '.')
  if (!isFolder(cwd))
    throw new CannotStart(
      'CreateContainerError',
      `workingDir ${JSON.stringify(run.container.workingDir)} is not there: ` +
        'a process on this machine sees only its own folders and /keptn',
    )
  return {
    command: map(command),
    args: args.concat(run.args ?? []).map(map),
    env: {
      PATH: [...path, searchPath].join(delimiter),
      ...(home !== undefined && { HOME: home }),
      ...(tmp !== undefined && { TMPDIR: tmp }),
      ...Object.fromEntries(
        Object.entries(run.env).map(([name, value]) => [name, map(value)]),
      ),
    },
    cwd,
  }
}

const hostPath = (mounts: Mount[], path: string): string | undefined =>
  mounts.find(({ mountPath }) => mountPath === path)?.hostPath

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** As the container runtime tells of a command that is not in the image. */
const startError = (
  command: string,
  { code, message }: NodeJS.ErrnoException,
): ContainerEnd => ({
  exitCode: 128,
  reason: 'StartError',
  message:
    code === 'ENOENT'
      ? `${command} is not installed on this machine (it runs as a process, ` +
        'without its image): install it, or use podman or docker'
      : `${command} cannot be started: ${message}`,
})

const ended = (end: Exclude<ChildEnd, { error: unknown }>): ContainerEnd => ({
  exitCode: end.exitCode,
  ...(end.signal && { message: `ended by ${end.signal}` }),
})
