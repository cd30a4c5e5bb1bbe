import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A program of that name which writes down how it is called, and then does
 * what a shell script says; `$1` is the engine's command.
 */
export const fakeEngine = (folder: string, name: string, script: string) => {
  const calls = join(folder, `${name}.calls`)
  const file = join(folder, name)
  writeFileSync(calls, '')
  writeFileSync(file, `#!/bin/sh\necho "$*" >> '${calls}'\n${script}\n`)
  chmodSync(file, 0o755)
  return {
    calls: () => readFileSync(calls, 'utf8').split('\n').filter(Boolean),
  }
}

/** Only the fakes, and what their scripts need. */
export const pathOf = (folder: string): string => `${folder}:/usr/bin:/bin`
