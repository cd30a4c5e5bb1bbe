import { basename, dirname, resolve } from 'node:path'
import { CONFIG_URI } from '../config-lookup.ts'
import { directoryStore } from '../directory-store.ts'
import type { ResourceStore } from '../resource-store.ts'

/**
 * The folder with a service's resources when none is named: the one that has
 * `job/config.yaml` in it, else the config's own.
 */
export const filesFolder = (configFile: string): string => {
  if (configFile === '-') return resolve('.')
  const folder = dirname(resolve(configFile))
  return basename(folder) === 'job' ? dirname(folder) : folder
}

/** The resources in a folder, with the given config as `job/config.yaml`. */
export const localStore = (
  config: Uint8Array,
  folder: string,
): ResourceStore => {
  const files = directoryStore(folder, { oneService: true })
  return {
    get: async (scope, uri, commit) =>
      uri === CONFIG_URI ? config : files.get(scope, uri, commit),
    list: (scope) => files.list(scope),
  }
}
