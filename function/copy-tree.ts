import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { join, sep } from 'node:path'

/**
 * Copies everything below the directory `from` into the directory `to`,
 * following symbolic links: a volume of ConfigMaps is a tree of links into
 * `..data`. Names that begin with `..` are the volume's own and are left out.
 * Directories get mode 0755, files 0644, or 0755 if the owner may execute
 * them, whatever the umask. Copying again over an earlier copy is fine.
 * @returns how many files were copied
 * @throws Error when a link leads out of `from` or back to where it is, when
 *   something is neither file nor directory, or a link stands in the way.
 */
export const copyTree = (from: string, to: string): number => {
  const root = realpathSync(from)

  const copyDirectory = (
    real: string,
    target: string,
    above: string[],
  ): number => {
    const entries = readdirSync(real).filter((name) => !name.startsWith('..'))
    makeDirectory(target)
    return entries.reduce(
      (copied, name) =>
        copied + copyEntry(join(real, name), join(target, name), above),
      0,
    )
  }

  const copyEntry = (
    source: string,
    target: string,
    above: string[],
  ): number => {
    const real = realpathSync(source)
    if (!real.startsWith(root + sep))
      throw new Error(`${source} leads out of ${from}: to ${real}`)
    const stat = statSync(real)
    if (stat.isDirectory()) {
      if (above.includes(real))
        throw new Error(`${source} leads back to ${real}`)
      return copyDirectory(real, target, [...above, real])
    }
    if (!stat.isFile())
      throw new Error(`${source} is neither a file nor a directory`)
    refuseLink(target)
    copyFileSync(real, target)
    chmodSync(target, stat.mode & 0o100 ? 0o755 : 0o644)
    return 1
  }

  return copyDirectory(root, to, [root])
}

const makeDirectory = (path: string) => {
  refuseLink(path)
  if (lstatSync(path, { throwIfNoEntry: false })) return
  mkdirSync(path)
  chmodSync(path, 0o755)
}

const refuseLink = (path: string) => {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new Error(`${path} is a symbolic link: not written through`)
}
