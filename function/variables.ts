import { settingsTable } from './settings-table.ts'
import type { SettingName, SettingRow } from './settings-table.ts'

/** One mistake in the settings: where, what stands there, what should. */
export interface SettingsMistake {
  variable: string
  value: string | undefined
  expected: string
}

/** All that is wrong with the settings, in one message. */
export class SettingsError extends Error {
  readonly mistakes: readonly SettingsMistake[]
  constructor(mistakes: readonly SettingsMistake[]) {
    const lines = mistakes.map(
      ({ variable, value, expected }) =>
        `  ${variable}${value === undefined ? '' : `=${JSON.stringify(value)}`}: ${expected}`,
    )
    super(`the settings cannot be used:\n${lines.join('\n')}`)
    this.name = 'SettingsError'
    this.mistakes = mistakes
  }
}

/** Values whose text must not reach a log. */
const SECRET: readonly string[] = ['KEPTN_API_TOKEN', 'OAUTH_CLIENT_SECRET']

const TRUE = ['1', 't', 'true']
const FALSE = ['0', 'f', 'false']

/**
 * Typed reading of the variables of `settingsTable`. A value that cannot be
 * used adds to `mistakes` and reads as the default, so that reading goes on.
 */
export class Variables {
  readonly mistakes: SettingsMistake[] = []
  readonly #env: NodeJS.ProcessEnv

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env
  }

  /** The variable that decides, and its value; `undefined` when unset. */
  given(name: SettingName): { variable: string; value: string } | undefined {
    const row: SettingRow = settingsTable[name]
    for (const variable of [name, ...(row.aliases ?? [])]) {
      const value = this.#env[variable]
      if (value || (value === '' && row.emptyCounts)) return { variable, value }
    }
    return undefined
  }

  mistake(name: SettingName, expected: string): void {
    const { variable, value } = this.given(name) ?? {
      variable: name,
      value: undefined,
    }
    const shown = SECRET.includes(name) ? undefined : value
    this.mistakes.push({ variable, value: shown, expected })
  }

  optional(name: SettingName): string | undefined {
    const row: SettingRow = settingsTable[name]
    return this.given(name)?.value ?? row.default
  }

  text(name: SettingName): string {
    return this.optional(name) ?? ''
  }

  /** Runs `parse`; what it throws is a mistake, and the default is read. */
  parsed<T>(name: SettingName, parse: (text: string) => T): T | undefined {
    const text = this.optional(name)
    if (text === undefined) return undefined
    try {
      return parse(text)
    } catch (error) {
      this.mistake(name, (error as Error).message)
      const row: SettingRow = settingsTable[name]
      return row.default === undefined ? undefined : parse(row.default)
    }
  }

  integer(name: SettingName, min: number, max = 2 ** 31 - 1): number {
    const parse = (text: string) => {
      const value = Number(text)
      if (/^\d+$/.test(text) && value >= min && value <= max) return value
      throw new Error(`expected a whole number from ${min} to ${max}`)
    }
    return this.parsed(name, parse) ?? min
  }

  boolean(name: SettingName): boolean {
    const parse = (text: string) => {
      if (TRUE.includes(text.toLowerCase())) return true
      if (FALSE.includes(text.toLowerCase())) return false
      throw new Error('expected `true` or `false`')
    }
    return this.parsed(name, parse) ?? false
  }

  /** An absolute http or https URL, without a trailing slash. */
  url(name: SettingName): string | undefined {
    return this.parsed(name, (text) => {
      const url = URL.parse(text)
      if (!url || !/^https?:$/.test(url.protocol) || !url.hostname)
        throw new Error('expected a URL that starts with http:// or https://')
      return text.replace(/\/+$/, '')
    })
  }

  /** Comma separated; blanks around an entry and empty entries mean nothing. */
  list(name: SettingName): string[] {
    return this.text(name)
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
  }
}
