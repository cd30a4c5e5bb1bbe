import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const NAME = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/

/**
 * Secrets from a folder: `NAME/KEY` is a file with the value of a key, as
 * Kubernetes mounts them. The same in every namespace.
 */
export const secretsFolder =
  (folder: string) =>
  (_namespace: string, name: string): Record<string, string> | undefined => {
    if (!NAME.test(name)) return undefined
    const secret = join(folder, name)
    if (!statSync(secret, { throwIfNoEntry: false })?.isDirectory())
      return undefined
    const keys = readdirSync(secret).filter(
      (key) => !key.startsWith('.') && statSync(join(secret, key)).isFile(),
    )
    return Object.fromEntries(
      keys.map((key) => [key, readFileSync(join(secret, key), 'utf8')]),
    )
  }
