import { execFile } from 'node:child_process'

/** A program that runs containers. */
export const ENGINES = ['podman', 'docker'] as const
export type Engine = (typeof ENGINES)[number]

/** A question that only works with the engine behind the client. */
const PROBES: Record<Engine, string[]> = {
  podman: ['info', '--format', '{{.Host.Arch}}'],
  docker: ['version', '--format', '{{.Server.Version}}'],
}

/** A daemon that is about to start may take its time. Milliseconds. */
const PROBE_TIMEOUT = 5_000

type Env = Readonly<Record<string, string | undefined>>

/** Whether an engine is there and works: a client alone does not count. */
export const engineWorks = (engine: Engine, env: Env): Promise<boolean> =>
  new Promise((resolve) => {
    execFile(
      engine,
      PROBES[engine],
      { env, timeout: PROBE_TIMEOUT },
      (error, stdout) => resolve(!error && stdout.trim() !== ''),
    )
  })

/** The first engine that works, if any. */
export const findEngine = async (env: Env): Promise<Engine | undefined> => {
  for (const engine of ENGINES)
    if (await engineWorks(engine, env)) return engine
  return undefined
}
