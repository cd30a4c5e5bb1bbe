import type { JobEvent } from '../config/event.ts'
import type { ResourceStore } from './resource-store.ts'
import { StoreError } from './resource-store.ts'
import { commitOf, scopeOf } from './scope.ts'

/** A file for a task, at `path` below its `/keptn`. */
export interface TaskFile {
  path: string
  content: Uint8Array
}

export interface FileLimits {
  files: number
  /** Bytes of one file. */
  fileBytes: number
  /** Bytes of all files of a task. */
  totalBytes: number
}

export interface FilesError {
  /**
   * `file-name`, `file-not-found`, `file-conflict`, `file-limit` or
   * `file-unreadable`.
   */
  code: string
  message: string
}

export type ResolvedFiles = { files: TaskFile[] } | { error: FilesError }

/**
 * The files that a task's `files` names, read from the event's service at the
 * event's commit. An entry is a file, else a directory of which everything is
 * taken; a file that two entries name is taken once. Directories are listed at
 * the head of the branch: what was added after the commit is left out.
 *
 * A failure that may pass rejects with `StoreError`; one that the team has to
 * mend is told as `error`.
 */
export const resolveFiles = async (
  store: ResourceStore,
  event: JobEvent,
  entries: string[],
  limits: FileLimits,
): Promise<ResolvedFiles> => {
  try {
    const source = sourceOf(store, event)
    const found = new Map<string, Uint8Array>()
    let bytes = 0
    const add = ({ path, content }: TaskFile) => {
      if (found.has(path)) return
      found.set(path, content)
      bytes += content.length
      checkLimits(path, content.length, found.size, bytes, limits)
    }
    for (const entry of entries)
      for await (const file of filesOf(source, entry, limits)) add(file)
    checkConflicts([...found.keys()])
    const files = [...found].map(([path, content]) => ({ path, content }))
    return { files }
  } catch (error) {
    if (error instanceof BadFiles)
      return { error: { code: error.code, message: error.message } }
    if (error instanceof StoreError && !error.retry)
      return { error: { code: 'file-unreadable', message: error.message } }
    throw error
  }
}

class BadFiles extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

interface Source {
  get(path: string): Promise<Uint8Array | undefined>
  list(): Promise<string[]>
}

const sourceOf = (store: ResourceStore, event: JobEvent): Source => {
  const scope = scopeOf(event)
  const commit = commitOf(event)
  let listed: Promise<string[]> | undefined
  return {
    get: (path) => store.get(scope, path, commit),
    list: () => (listed ??= store.list(scope)),
  }
}

/** Reads at a time: Keptn's resource service answers some five a second. */
const READS = 4

async function* filesOf(
  source: Source,
  entry: string,
  limits: FileLimits,
): AsyncGenerator<TaskFile> {
  const name = entry.replace(/^\//, '').replace(/\/$/, '')
  checkName(entry, name)
  const content = entry.endsWith('/') ? undefined : await readFile(source, name)
  if (content !== undefined) {
    yield { path: name, content }
    return
  }

  const members = await membersOf(source, name)
  if (members.length > limits.files) throw tooMany(entry, limits)
  let taken = 0
  for (let at = 0; at < members.length; at += READS) {
    const some = members.slice(at, at + READS)
    const contents = await Promise.all(some.map((path) => source.get(path)))
    for (const [i, path] of some.entries()) {
      const content = contents[i]
      if (content === undefined) continue
      taken += 1
      yield { path, content }
    }
  }
  if (taken === 0)
    throw new BadFiles(
      'file-not-found',
      `files: ${JSON.stringify(entry)} is neither a file nor a directory of this service; add it to its resources, or correct the entry`,
    )
}

/**
 * Keptn answers the read of a directory without a commit with a 500, which is
 * told from a failure by the list.
 */
const readFile = async (
  source: Source,
  name: string,
): Promise<Uint8Array | undefined> => {
  try {
    return await source.get(name)
  } catch (error) {
    if (!(error instanceof StoreError) || !error.retry) throw error
    const isDirectory = await isListed(source, name).catch(() => false)
    if (isDirectory) return undefined
    throw error
  }
}

const isListed = async (
  source: Source,
  directory: string,
): Promise<boolean> => {
  const uris = await source.list()
  return (
    !uris.includes(directory) &&
    uris.some((uri) => uri.startsWith(`${directory}/`))
  )
}

const membersOf = async (source: Source, name: string): Promise<string[]> => {
  const uris = await source.list()
  const members = uris.filter((uri) => uri.startsWith(`${name}/`))
  for (const uri of members) checkName(uri, uri)
  return members.sort()
}

/** Only what stays below the directory it is put into. */
const checkName = (entry: string, name: string): void => {
  const bad = name
    .split('/')
    .some((part) => part === '' || part === '.' || part === '..')
  if (bad || name.includes('\0'))
    throw new BadFiles(
      'file-name',
      `files: ${JSON.stringify(entry)} must be a path below the service's resources, without empty parts, \`.\` or \`..\``,
    )
}

const checkLimits = (
  path: string,
  fileBytes: number,
  files: number,
  bytes: number,
  limits: FileLimits,
): void => {
  if (files > limits.files) throw tooMany(path, limits)
  if (fileBytes > limits.fileBytes)
    throw new BadFiles(
      'file-limit',
      `files: ${JSON.stringify(path)} has ${fileBytes} bytes, more than the ${limits.fileBytes} a file may have (LIMIT_FILE_BYTES)`,
    )
  if (bytes > limits.totalBytes)
    throw new BadFiles(
      'file-limit',
      `files: with ${JSON.stringify(path)} the task's files have more than the ${limits.totalBytes} bytes they may have together (LIMIT_FILES_BYTES)`,
    )
}

const tooMany = (path: string, limits: FileLimits): BadFiles =>
  new BadFiles(
    'file-limit',
    `files: with ${JSON.stringify(path)} the task has more than the ${limits.files} files it may have (LIMIT_FILES)`,
  )

/** One path cannot be a file and the directory of another. */
const checkConflicts = (paths: string[]): void => {
  const all = new Set(paths)
  for (const path of paths)
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1))
      if (all.has(path.slice(0, at)))
        throw new BadFiles(
          'file-conflict',
          `files: ${JSON.stringify(path.slice(0, at))} is a file and the directory of ${JSON.stringify(path)}`,
        )
}
