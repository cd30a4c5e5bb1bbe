import { readFileSync } from 'node:fs'
import { readSettings, type Settings } from '../settings.ts'

/** Where a cluster's function reads from and reports to: not of use here. */
const ELSEWHERE = /^(KEPTN_API_|OAUTH_|K_SINK$|K_CE_OVERRIDES$|RESOURCES_DIR$)/

/**
 * The settings of an installation, from the environment, as a command on a
 * laptop takes them: all defaults apply, tasks may name any namespace unless
 * `JOB_NAMESPACES` is set, and no place to read from is needed. Throws
 * `SettingsError`.
 */
export const localSettings = (
  env: Readonly<Record<string, string | undefined>>,
  overrides: Record<string, string> = {},
): Settings =>
  readSettings(
    {
      JOB_NAMESPACES: '*',
      ...Object.fromEntries(
        Object.entries(env).filter(([name]) => !ELSEWHERE.test(name)),
      ),
      ...overrides,
    },
    { read: readFile },
    { configs: 'given' },
  )

const readFile = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** The function's own image where nothing tells it: a name to show. */
export const LOCAL_IMAGE = 'job-executor-function'
