import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cli } from '../../../function/cli/cli.ts'
import type { ExitCode } from '../../../function/cli/io.ts'

/** Runs a command line in this process. */
export const commandLine = async (
  args: string[],
  options: {
    env?: Record<string, string>
    signal?: AbortSignal
    /** Called with each line of standard output. */
    seen?: (line: string) => void
  } = {},
): Promise<{ code: ExitCode; out: string; err: string }> => {
  const out: string[] = []
  const err: string[] = []
  const code = await cli(args, {
    out: (line) => {
      out.push(line)
      options.seen?.(line)
    },
    err: (line) => err.push(line),
    paint: (_format, text) => text,
    env: options.env ?? { PATH: process.env.PATH },
    signal: options.signal ?? new AbortController().signal,
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

/** A folder with these files; removed with `remove`. */
export const folder = (
  files: Record<string, string>,
): { path: (name: string) => string; remove: () => void } => {
  const root = mkdtempSync(join(tmpdir(), 'command-line-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text, {
      mode: text.startsWith('#!') ? 0o755 : 0o644,
    })
  }
  return {
    path: (name) => join(root, name),
    remove: () => rmSync(root, { recursive: true }),
  }
}

/** The path of a file of the repository. */
export const repository = (path: string): string =>
  new URL(`../../../${path}`, import.meta.url).pathname
