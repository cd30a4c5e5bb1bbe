import type { ContainerRun } from '../cluster/runner.ts'
import { normalizeImage } from '../image.ts'
import type { Engine } from './engine.ts'
import type { Mount } from './pod-volumes.ts'

export interface ContainerCommandArgs {
  engine: Engine
  /** The engine runs without root: podman maps users then. */
  rootless: boolean
  /** Of the container, for this engine. */
  name: string
  run: Pick<ContainerRun, 'container' | 'pod' | 'env' | 'command' | 'args'>
  mounts: Mount[]
}

/**
 * The arguments by which podman or docker runs a container as nearly as it
 * can like a pod would: command, environment, volumes, user, and what keeps
 * it from more. Processor limits, host names and probes are left out.
 */
export const containerCommand = ({
  engine,
  rootless,
  name,
  run,
  mounts,
}: ContainerCommandArgs): string[] => {
  const { container, env } = run
  const [entrypoint, ...rest] = run.command ?? []
  return [
    'run',
    '--rm',
    `--name=${name}`,
    '--pull=never',
    ...userOf(engine, rootless, run),
    ...securityOf(run),
    ...memoryOf(run),
    ...mounts.map(
      ({ mountPath, hostPath, readOnly }) =>
        `--volume=${hostPath}:${mountPath}:${readOnly ? 'ro,z' : 'z'}`,
    ),
    ...Object.entries(env).map(([key, value]) => `--env=${key}=${value}`),
    ...(container.workingDir ? [`--workdir=${container.workingDir}`] : []),
    ...(entrypoint === undefined ? [] : [`--entrypoint=${entrypoint}`]),
    normalizeImage(container.image ?? ''),
    ...rest,
    ...(run.args ?? []),
  ]
}

type Run = ContainerCommandArgs['run']

/** What the container says, else what its pod says. */
const security = <K extends 'runAsUser' | 'runAsGroup'>(
  { container, pod }: Run,
  key: K,
): number | undefined =>
  container.securityContext?.[key] ?? pod.spec?.securityContext?.[key]

const userOf = (engine: Engine, rootless: boolean, run: Run): string[] => {
  const user = security(run, 'runAsUser')
  if (user === undefined) return []
  const group = security(run, 'runAsGroup') ?? 0
  return [
    `--user=${user}:${group}`,
    // What the container writes belongs to who started it, then.
    ...(engine === 'podman' && rootless
      ? [`--userns=keep-id:uid=${user},gid=${group}`]
      : []),
  ]
}

const securityOf = ({ container }: Run): string[] => {
  const context = container.securityContext ?? {}
  return [
    ...(context.privileged ? ['--privileged'] : []),
    ...(context.allowPrivilegeEscalation === false
      ? ['--security-opt=no-new-privileges']
      : []),
    ...(context.readOnlyRootFilesystem ? ['--read-only'] : []),
    ...(context.capabilities?.drop ?? []).map(
      (each) => `--cap-drop=${each.toUpperCase()}`,
    ),
    ...(context.capabilities?.add ?? []).map((each) => `--cap-add=${each}`),
  ]
}

const memoryOf = ({ container }: Run): string[] => {
  const bytes = memoryBytes(container.resources?.limits?.['memory'] ?? '')
  return bytes === undefined ? [] : [`--memory=${bytes}b`]
}

const UNITS: Record<string, number> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}

/** Whole bytes of a canonical quantity; none of what is beyond a machine. */
const memoryBytes = (quantity: string): number | undefined => {
  const [, digits, unit] = /^(\d+)([A-Za-z]*)$/.exec(quantity) ?? []
  const factor = UNITS[unit ?? '?']
  return factor === undefined ? undefined : Number(digits) * factor
}
