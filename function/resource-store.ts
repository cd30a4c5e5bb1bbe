/** Where resources are looked for: service, else stage, else project level. */
export interface Scope {
  project: string
  stage?: string
  service?: string
}

/**
 * The port to the place where `job/config.yaml` and the tasks' files are.
 * Rejects with `StoreError` and nothing else.
 */
export interface ResourceStore {
  /**
   * The bytes of one resource, `undefined` when it does not exist there.
   * `commit`: pinned to that git commit.
   */
  get(
    scope: Scope,
    uri: string,
    commit?: string,
  ): Promise<Uint8Array | undefined>

  /** URIs (without a leading `/`) of all resources of exactly that level. */
  list(scope: Scope): Promise<string[]>
}

/** `retry`: it may work later (away, 429, 5xx); else it never will. */
export class StoreError extends Error {
  readonly retry: boolean
  constructor(message: string, retry: boolean, cause?: unknown) {
    super(message, { cause })
    this.name = 'StoreError'
    this.retry = retry
  }
}

/** A resource is there, and larger than anything that can be read. */
export class TooLargeStoreError extends StoreError {
  constructor(message: string, cause?: unknown) {
    super(message, false, cause)
  }
}
