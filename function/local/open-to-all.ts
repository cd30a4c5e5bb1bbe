import { chmodSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Lets every user write what is below a directory, as the group of a pod
 * (`fsGroup`) lets its containers.
 */
export const openToAll = (path: string): void => {
  const stat = lstatSync(path)
  if (stat.isSymbolicLink()) return
  if (!stat.isDirectory()) return chmodSync(path, stat.mode | 0o666)
  chmodSync(path, 0o777)
  for (const name of readdirSync(path)) openToAll(join(path, name))
}
