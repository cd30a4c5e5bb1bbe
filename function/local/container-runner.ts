import { randomUUID } from 'node:crypto'
import {
  CannotStart,
  type ContainerEnd,
  type ContainerRun,
} from '../cluster/runner.ts'
import { normalizeImage } from '../image.ts'
import { type ChildEnd, runChild } from './child.ts'
import { containerCommand } from './container-command.ts'
import type { Engine } from './engine.ts'
import { isFilesContainer, runFilesContainer } from './files-container.ts'
import { openToAll } from './open-to-all.ts'
import { type Mount, PodVolumes } from './pod-volumes.ts'
import type { LocalRunner } from './process-runner.ts'

export interface ContainerRunnerOptions {
  engine: Engine
  /** The environment of the engine's client. */
  env: Readonly<Record<string, string | undefined>>
  rootless: boolean
  /** Told while an image is pulled. */
  progress(message: string): void
  /** Seconds from TERM to KILL. */
  grace?: number
}

/**
 * Runs containers with podman or docker; `/keptn` and `/tmp` are directories
 * of this machine. An image that is here already is not pulled again.
 */
export const containerRunner = (
  options: ContainerRunnerOptions,
): LocalRunner => {
  const volumes = new PodVolumes()
  return {
    run: async (run) => {
      const mounts = volumes.mounts(run)
      if (!isFilesContainer(run)) return runContainer(run, mounts, options)
      const end = runFilesContainer(run, mounts)
      for (const { hostPath, readOnly } of mounts)
        if (!readOnly) openToAll(hostPath)
      return end
    },
    removed: (pod) => volumes.remove(pod),
    close: () => volumes.close(),
  }
}

const runContainer = async (
  run: ContainerRun,
  mounts: Mount[],
  options: ContainerRunnerOptions,
): Promise<ContainerEnd> => {
  const { engine, rootless, grace = 10 } = options
  const client = clientOf(options)
  await ensureImage(run, client, options)
  const name = `job-executor-${randomUUID()}`
  // The client's end is not the container's: that is stopped by its name.
  const stop = () => void client(['stop', `--time=${grace}`, name])
  run.signal.addEventListener('abort', stop, { once: true })
  try {
    const end = await runChild({
      command: engine,
      args: containerCommand({ engine, rootless, name, run, mounts }),
      env: textOnly(options.env),
      log: run.log,
      started: run.started,
      signal: run.signal,
      grace: (grace + 5) * 1000,
    })
    return 'error' in end ? engineGone(engine, end.error) : ended(end)
  } finally {
    run.signal.removeEventListener('abort', stop)
    if (run.signal.aborted) await client(['rm', '--force', name])
  }
}

type Client = (
  args: string[],
  signal?: AbortSignal,
) => Promise<{ ok: boolean; output: string }>

const clientOf =
  ({ engine, env }: ContainerRunnerOptions): Client =>
  async (args, signal = new AbortController().signal) => {
    let output = ''
    const end = await runChild({
      command: engine,
      args,
      env: textOnly(env),
      log: (chunk) => (output += chunk),
      started: () => {},
      signal,
      grace: 1_000,
    })
    return { ok: 'exitCode' in end && end.exitCode === 0, output }
  }

const ensureImage = async (
  { container, signal }: ContainerRun,
  client: Client,
  { progress }: ContainerRunnerOptions,
): Promise<void> => {
  const image = normalizeImage(container.image ?? '')
  if ((await client(['image', 'inspect', image])).ok) return
  if (container.imagePullPolicy === 'Never')
    throw new CannotStart(
      'ErrImageNeverPull',
      `image ${image} is not on this machine, and imagePullPolicy is Never`,
    )
  progress(`pulling image ${image}`)
  const pulled = await client(['pull', image], signal)
  if (!pulled.ok)
    // As the kubelet says when it has tried a few times.
    throw new CannotStart(
      'ImagePullBackOff',
      `image ${image} cannot be pulled: ${lastLine(pulled.output)}`,
    )
}

const lastLine = (text: string): string =>
  text.trimEnd().split('\n').at(-1) ?? ''

const textOnly = (
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )

const engineGone = (engine: Engine, error: Error): ContainerEnd => ({
  exitCode: 128,
  reason: 'StartError',
  message: `${engine} cannot be started: ${error.message}`,
})

/** podman and docker end with 125 when it was they that failed. */
const ended = (end: Exclude<ChildEnd, { error: unknown }>): ContainerEnd => ({
  exitCode: end.exitCode,
  ...(end.exitCode === 125 && {
    message: 'the container could not be created; its log tells why',
  }),
})
