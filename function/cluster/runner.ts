import type { ConfigMap, Pod } from './cluster.ts'

export type Container = NonNullable<Pod['spec']>['containers'][number]

/** One container to run, with everything that the kubelet would resolve. */
export interface ContainerRun {
  pod: Pod
  container: Container
  /** It is an init container. */
  init: boolean
  /** Resolved: `valueFrom`, `envFrom` and `$(VAR)` are done. */
  env: Record<string, string>
  /** `container.command`, `$(VAR)` expanded; absent: the image's. */
  command?: string[]
  /** `container.args`, `$(VAR)` expanded; absent: the image's. */
  args?: string[]
  /** A ConfigMap of the pod's namespace, for its volumes. */
  configMap(name: string): ConfigMap | undefined
  /** Data of a Secret of the pod's namespace, for its volumes. */
  secret(name: string): Record<string, string> | undefined
  /** Appends to the container's log. */
  log(chunk: string): void
  /** To be called when the process runs. */
  started(): void
  /** Aborts when the pod is deleted: stop, within its grace period. */
  signal: AbortSignal
}

export interface ContainerEnd {
  exitCode: number
  /** `Completed` or `Error` by the exit code, unless told (`OOMKilled`). */
  reason?: string
  message?: string
}

/**
 * Runs containers for the in-memory cluster: processes, podman, a test's
 * function. `emptyDir` volumes are its own business, one per pod uid.
 */
export interface ContainerRunner {
  /** Resolves when the container ended; rejects with `CannotStart`. */
  run(run: ContainerRun): Promise<ContainerEnd>
  /** The pod is gone: its volumes can be removed. */
  removed?(pod: Pod): void
}

/** The container waits with this reason: `ErrImagePull`, for one. */
export class CannotStart extends Error {
  readonly reason: string
  constructor(reason: string, message: string) {
    super(message)
    this.name = 'CannotStart'
    this.reason = reason
  }
}
