import { stat } from 'node:fs/promises'
import { CliError } from './cli-error.ts'

/** Throws `CliError` unless it is a folder. */
export const checkFolder = async (folder: string): Promise<void> => {
  const is = await stat(folder).catch(() => undefined)
  if (!is?.isDirectory())
    throw new CliError(folder, {
      code: 'files-unreadable',
      message: is ? 'it is no folder' : 'there is no such folder',
    })
}
