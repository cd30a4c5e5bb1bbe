import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

/**
 * The cluster that the end-to-end tests use: the one that `KUBECONFIG` names,
 * else the project's own (`npm run cluster:up`). For another cluster the
 * images must be where it finds them: `E2E_IMAGE` is the function's,
 * `E2E_BUSYBOX_IMAGE` busybox, `E2E_LOCUST_IMAGE` has a `locust` (or what
 * stands for it); `E2E_HOST` is this machine as the cluster's pods see it.
 */
const ROOT = join(import.meta.dirname, '../..')
const RIG =
  process.env['RIG'] ??
  join(
    process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
    'knative-rig',
  )
const OWN = join(RIG, 'run/admin.kubeconfig')

export const foreign =
  process.env['KUBECONFIG'] !== undefined && process.env['KUBECONFIG'] !== OWN
export const KUBECONFIG = foreign ? process.env['KUBECONFIG'] : OWN
const KUBECTL = foreign ? 'kubectl' : join(RIG, 'bin/kubectl')

/** What service accounts asked for, where the cluster is the project's own. */
export const AUDIT_LOG = join(RIG, 'run/audit.log')

/** This machine, as pods see it. */
export const HOST = process.env['E2E_HOST'] ?? '10.200.0.1'
export const BUSYBOX = process.env['E2E_BUSYBOX_IMAGE'] ?? 'rig.local/busybox:1'

/** Why no test can run; `undefined` when a cluster is there. */
export const clusterMissing = (): string | undefined =>
  foreign || existsSync(OWN)
    ? undefined
    : 'no cluster: set KUBECONFIG, or npm run cluster:build && npm run cluster:up'

const execute = promisify(execFile)

/** Standard output of a program; rejects with its standard error. */
export const run = async (
  program: string,
  args: string[],
  input?: string,
): Promise<string> => {
  const child = execute(program, args, {
    cwd: ROOT,
    env: { ...process.env, KUBECONFIG },
    maxBuffer: 64 * 1024 * 1024,
  })
  if (input !== undefined) child.child.stdin?.end(input)
  return (await child).stdout
}

export const kubectl = (...args: string[]): Promise<string> =>
  run(KUBECTL, args)

export const apply = (manifest: string, ...flags: string[]): Promise<string> =>
  patiently(['apply', ...flags, '-f', '-'], manifest)

/** Applies a folder with a kustomization. */
export const applyFolder = (folder: string): Promise<string> =>
  patiently(['apply', '-k', folder])

/** Knative's webhooks judge what is applied, and may be away for a moment. */
const patiently = async (args: string[], input?: string): Promise<string> => {
  for (let left = 10; ; left -= 1)
    try {
      return await run(KUBECTL, args, input)
    } catch (error) {
      if (left === 0 || !/failed calling webhook/.test(String(error)))
        throw error
      await pause(3000)
    }
}

/** One object or list as JSON. */
export const get = async <T>(...args: string[]): Promise<T> =>
  JSON.parse(await kubectl('get', ...args, '-o', 'json')) as T

/** Address of a Service, which the project's own cluster has a route to. */
export const addressOf = async (
  namespace: string,
  service: string,
): Promise<string> => {
  const found = await get<{ spec: { clusterIP: string } }>(
    ...['-n', namespace, 'service', service],
  )
  return found.spec.clusterIP
}

/**
 * Waits until `seen`, asked `every` so many milliseconds, gives a value;
 * rejects after `seconds`, saying `what`.
 */
export const until = async <T>(
  what: string,
  seconds: number,
  seen: () => Promise<T | undefined | false>,
  every = 250,
): Promise<T> => {
  const end = performance.now() + seconds * 1000
  let error: unknown
  while (performance.now() < end) {
    try {
      const value = await seen()
      if (value !== undefined && value !== false) return value
    } catch (caught) {
      error = caught
    }
    await pause(every)
  }
  throw new Error(`not seen within ${seconds} s: ${what}`, { cause: error })
}

/**
 * The function's image, from what is built now: bundles it and loads it into
 * the project's own cluster. The tag is of the content.
 */
export const functionImage = async (): Promise<string> => {
  const given = process.env['E2E_IMAGE']
  if (given) return given
  await run(process.execPath, [
    'function/build/main.ts',
    'server',
    'watch',
    'files',
  ])
  const files = readdirSync(join(ROOT, 'dist')).sort()
  const hash = createHash('sha256')
  const dir = mkdtempSync(join(tmpdir(), 'image-'))
  for (const file of files) {
    hash.update(readFileSync(join(ROOT, 'dist', file)))
    cpSync(join(ROOT, 'dist', file), join(dir, file))
  }
  const name = `job-executor-function:${hash.digest('hex').slice(0, 12)}`
  await load(name, dir, ['node', '/app/server.js'], '/app')
  rmSync(dir, { recursive: true })
  return `rig.local/${name}`
}

/** Stands for `locustio/locust`: says what it was called with and given. */
export const locustImage = async (): Promise<string> => {
  const given = process.env['E2E_LOCUST_IMAGE']
  if (given) return given
  const name = 'locust:e2e'
  const dir = join(import.meta.dirname, 'locust')
  await load(name, dir, ['locust'], '/usr/local/bin')
  return `rig.local/${name}`
}

const load = (name: string, dir: string, entry: string[], path: string) =>
  run(join(ROOT, 'test/cluster/load'), [name, dir, JSON.stringify(entry), path])

/** A program that runs beside the test until it is ended. */
export interface Beside {
  /** First match of `pattern` in its output. */
  match: RegExpMatchArray
  output(): string
  end(): Promise<void>
}

/** Starts a program and waits for `pattern` in its output. */
export const beside = async (
  program: string,
  args: string[],
  pattern: RegExp,
): Promise<Beside> => {
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, KUBECONFIG },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  const match = await until(
    `${program} ${args.join(' ')}: ${pattern}`,
    20,
    () => Promise.resolve(output.match(pattern) ?? undefined),
  ).catch(async (error: unknown) => {
    await end(child)
    throw new Error(`${String(error)}\n${output}`)
  })
  return { match, output: () => output, end: () => end(child) }
}

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill()
  })

/** The API server on a loopback port: also a way to every Service. */
export const apiProxy = async (): Promise<Beside & { url: string }> => {
  const proxy = await beside(
    KUBECTL,
    ['proxy', '--port=0'],
    /127\.0\.0\.1:(\d+)/,
  )
  return { ...proxy, url: `http://127.0.0.1:${proxy.match[1]}` }
}
