import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from './world.ts'

/** A server that was started by the bench. */
export interface Server {
  pid: number
  port: number
  /** Milliseconds from its start until it said that it listens. */
  listening: number
  /** When it was started; of `performance.now()`. */
  begun: number
  /** Milliseconds of CPU that all its threads have used. */
  cpu(): number
  /** KiB, now. */
  rss(): number
  output(): string
  /** Waits until its output has `text` `count` times. */
  says(text: string, count: number): Promise<void>
  /** KiB, the most so far. */
  peak(): number
  end(): Promise<void>
}

/**
 * Starts a server that takes `PORT` and says `listening` on its standard
 * output. `cgroup`: a folder of the CPU controller that it is put into.
 */
export const startServer = async (args: {
  node: string
  argv: string[]
  env: Record<string, string>
  cgroup?: string
  /** It says nothing: not waited for. */
  silent?: boolean
}): Promise<Server> => {
  const port = await freePort()
  const begun = performance.now()
  const command = args.cgroup
    ? [
        'sh',
        '-c',
        `echo $$ > ${args.cgroup}/cgroup.procs; exec "$@"`,
        'sh',
        args.node,
        ...args.argv,
      ]
    : [args.node, ...args.argv]
  const child = spawn(command[0]!, command.slice(1), {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...args.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = listenTo(child)
  const ended = (): Error =>
    new Error(
      `${args.argv.join(' ')} ended with ${child.exitCode}: ${output.all()}`,
    )
  const listening = await new Promise<number>((resolve, reject) => {
    if (args.silent) child.once('spawn', () => resolve(NaN))
    const late = setTimeout(() => child.kill('SIGKILL'), 60_000)
    void output.says('listening', 1).then(() => {
      clearTimeout(late)
      resolve(performance.now() - begun)
    })
    child.once('close', () => reject(ended()))
  })
  const pid = child.pid!
  const memory = (field: string): number => {
    if (child.exitCode !== null) throw ended()
    return memoryOf(pid, field)
  }
  return {
    pid,
    port,
    listening,
    begun,
    cpu: () => cpuOf(pid),
    rss: () => memory('VmRSS'),
    peak: () => memory('VmHWM'),
    says: (text, count) =>
      Promise.race([
        output.says(text, count),
        sleep(120_000, undefined, { ref: false }).then(() => {
          const said = output.all().slice(-2000)
          throw new Error(`not said ${count} times: ${text}\n${said}`)
        }),
      ]),
    output: output.all,
    end: () => end(child),
  }
}

/**
 * What a process says. Each line is looked at once, when it comes: looking
 * takes time from who is measured.
 */
const listenTo = (child: ChildProcess) => {
  const lines: string[] = []
  const waiting = new Set<(line: string) => void>()
  for (const stream of [child.stdout!, child.stderr!])
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      for (const hear of waiting) hear(line)
    })
  return {
    all: () => lines.join('\n'),
    /** Resolves when `count` lines have `text`. */
    says: (text: string, count: number): Promise<void> =>
      new Promise((resolve) => {
        let left = count
        const hear = (line: string): void => {
          if (!line.includes(text) || (left -= 1) > 0) return
          waiting.delete(hear)
          resolve()
        }
        waiting.add(hear)
        lines.forEach(hear)
      }),
  }
}

/** Requests go one after the other. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** POSTs a structured CloudEvent; answers the status and the milliseconds. */
export const post = (
  port: number,
  body: string,
  { path = '/' }: { path?: string } = {},
): Promise<{ status: number; ms: number }> =>
  new Promise((resolve, reject) => {
    const begin = performance.now()
    const sent = request(
      {
        ...{ port, path, agent, host: '127.0.0.1', method: 'POST' },
        headers: { 'content-type': 'application/cloudevents+json' },
        timeout: 120_000,
      },
      (answer) => {
        answer.resume().on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            ms: performance.now() - begin,
          }),
        )
      },
    )
    sent.on('timeout', () => sent.destroy(new Error('no answer')))
    sent.on('error', reject)
    sent.end(body)
  })

/** The scheduler's count; not there any more when the process has ended. */
const cpuOf = (pid: number): number => {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`))
    nanoseconds += Number(
      readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(
        ' ',
      )[0],
    )
  return nanoseconds / 1e6
}

const memoryOf = (pid: number, field: string): number =>
  Number(
    new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(
      readFileSync(`/proc/${pid}/status`, 'utf8'),
    )?.[1],
  )

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
