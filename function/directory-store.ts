import { promises as files } from 'node:fs'
import { join, sep } from 'node:path'
import type { ResourceStore, Scope } from './resource-store.ts'
import { StoreError } from './resource-store.ts'

/**
 * Resources in a directory, such as a mounted ConfigMap; commits mean
 * nothing here. `<dir>/<project>/<stage>/<service>` holds those of a service,
 * the folders above those of stage and project. When `dir` has no folder for
 * the project, or when it is `oneService`'s, `dir` itself holds the resources
 * of every service.
 *
 * No link leads out of `dir`. Names that start with `..` are a volume mount's
 * own and not listed.
 */
export const directoryStore = (
  dir: string,
  { oneService = false } = {},
): ResourceStore => {
  /** The folder of a scope's resources, `undefined` if there is none. */
  const folderOf = async (scope: Scope): Promise<string | undefined> => {
    const hasProjects =
      !oneService &&
      isName(scope.project) &&
      (await isFolder(join(dir, scope.project)))
    if (!hasProjects) return scope.service === undefined ? undefined : dir
    const names = [scope.project, scope.stage, scope.service].filter(
      (name) => name !== undefined,
    )
    return names.every(isName) ? join(dir, ...names) : undefined
  }

  /** The real path, if it exists and is in `dir`. */
  const inside = async (path: string): Promise<string | undefined> => {
    const [root, real] = await Promise.all([
      files.realpath(dir),
      files.realpath(path),
    ])
    return real === root || real.startsWith(root + sep) ? real : undefined
  }

  const walk = async (
    folder: string,
    prefix: string,
    above: string[],
  ): Promise<string[]> => {
    const real = await unlessMissing(inside(folder))
    if (real === undefined || above.includes(real)) return []
    const uris: string[] = []
    for (const name of (await files.readdir(real)).sort()) {
      if (name.startsWith('..')) continue
      const path = join(folder, name)
      const target = await unlessMissing(inside(path))
      const kind = target === undefined ? undefined : await files.stat(target)
      if (kind?.isFile()) uris.push(prefix + name)
      if (kind?.isDirectory())
        uris.push(...(await walk(path, `${prefix}${name}/`, [...above, real])))
    }
    return uris
  }

  return {
    get: async (scope, uri) => {
      const parts = uri.replace(/^\//, '').split('/')
      if (!parts.every(isName)) return undefined
      return orStoreError(async () => {
        const folder = await folderOf(scope)
        if (folder === undefined) return undefined
        const file = await unlessMissing(inside(join(folder, ...parts)))
        if (file === undefined) return undefined
        // It was there: a mount that is being updated has it in a moment.
        return still(async () =>
          (await files.stat(file)).isFile() ? files.readFile(file) : undefined,
        )
      })
    },
    list: async (scope) => {
      const uris = await orStoreError(async () => {
        const folder = await folderOf(scope)
        return folder === undefined ? [] : walk(folder, '', [])
      })
      return uris ?? []
    },
  }
}

/** A single path segment that stays where it is. */
const isName = (name: string): boolean =>
  name !== '' && !name.startsWith('..') && name !== '.' && !/[/\\\0]/.test(name)

const isFolder = async (path: string): Promise<boolean> =>
  (await unlessMissing(files.stat(path)))?.isDirectory() ?? false

const MISSING = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']

const isMissing = (error: unknown): boolean =>
  MISSING.includes((error as NodeJS.ErrnoException).code ?? '')

/** `undefined` when the path does not exist. */
const unlessMissing = async <T>(found: Promise<T>): Promise<T | undefined> => {
  try {
    return await found
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Rejects for good hope of a repeat when what was there has vanished. */
const still = async <T>(read: () => Promise<T>): Promise<T> => {
  try {
    return await read()
  } catch (error) {
    if (isMissing(error))
      throw new StoreError(`it vanished: ${(error as Error).message}`, true)
    throw error
  }
}

/** Of a list, what vanishes under the reader is missing. */
const orStoreError = async <T>(
  read: () => Promise<T>,
): Promise<T | undefined> => {
  try {
    return await unlessMissing(read())
  } catch (error) {
    throw new StoreError(`cannot read ${(error as Error).message}`, true, error)
  }
}
