import { spawn } from 'node:child_process'
import { StringDecoder } from 'node:string_decoder'

export interface ChildOptions {
  command: string
  args: string[]
  env: Record<string, string>
  cwd?: string
  /** What it prints, on both streams. */
  log(chunk: string): void
  started(): void
  /** Ends the process and all that it started: TERM, and KILL after `grace`. */
  signal: AbortSignal
  /** Milliseconds. */
  grace: number
}

/** How a child ended; `error`: it could not be started. */
export type ChildEnd =
  | { exitCode: number; signal?: NodeJS.Signals }
  | { error: NodeJS.ErrnoException }

/** What a killed process tells its shell: 128 and the number. */
const SIGNALS: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGABRT: 6,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
}

/**
 * Runs a child in a process group of its own and streams what it prints.
 * Never rejects. It is over when the child itself ended: what it leaves
 * behind in its group is killed, as a container's end would do.
 */
export const runChild = (options: ChildOptions): Promise<ChildEnd> =>
  new Promise((resolve) => {
    const { command, args, env, cwd, signal } = options
    if (signal.aborted) return resolve({ exitCode: 137, signal: 'SIGKILL' })
    const child = spawn(command, args, {
      env,
      ...(cwd !== undefined && { cwd }),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) {
      const decoder = new StringDecoder('utf8')
      stream.on('data', (chunk: Buffer) => {
        const text = decoder.write(chunk)
        if (text) options.log(text)
      })
      stream.on('end', () => {
        const rest = decoder.end()
        if (rest) options.log(rest)
      })
    }
    const kill = (name: NodeJS.Signals) => killGroup(child.pid, name)
    let timer: NodeJS.Timeout | undefined
    const stop = () => {
      kill('SIGTERM')
      timer = setTimeout(() => kill('SIGKILL'), options.grace)
    }
    signal.addEventListener('abort', stop, { once: true })
    // A group that outlives this process would be nobody's.
    const atExit = () => kill('SIGKILL')
    process.once('exit', atExit)
    const done = (end: ChildEnd) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      process.removeListener('exit', atExit)
      resolve(end)
    }
    child.once('spawn', options.started)
    child.once('error', (error) => done({ error }))
    child.once('exit', () => {
      kill('SIGKILL')
      // Who left the group and kept the pipes would keep `close` from coming.
      setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
      }, 500).unref()
    })
    child.once('close', (code, name) =>
      done(
        name === null
          ? { exitCode: code ?? 1 }
          : { exitCode: 128 + (SIGNALS[name] ?? 0), signal: name },
      ),
    )
  })

const killGroup = (pid: number | undefined, name: NodeJS.Signals): void => {
  if (pid === undefined) return
  try {
    process.kill(-pid, name)
  } catch (error) {
    // ESRCH: nothing is left of it; EPERM: only what changed its user is.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}
