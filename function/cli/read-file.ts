import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { CliError } from './cli-error.ts'

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'it must not be read by this user',
}

/** The bytes of a file (`-`: of standard input); throws `CliError`. */
export const readBytes = async (file: string): Promise<Uint8Array> => {
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    throw new CliError(file, {
      code: 'file-unreadable',
      message: `cannot read the file: ${REASONS[code] ?? code}`,
    })
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** The text of a file, without a byte order mark; throws `CliError`. */
export const readText = async (file: string): Promise<string> => {
  const bytes = await readBytes(file)
  try {
    return decoder.decode(bytes)
  } catch {
    throw new CliError(file, {
      code: 'file-encoding',
      message: 'the file is not UTF-8 text: save it as UTF-8',
    })
  }
}
