import { settingsTable, type SettingRow } from './settings-table.ts'

/** The settings as a Markdown table, as the README has it. */
export const settingsMarkdown = (): string =>
  [
    '| variable | default | meaning |',
    '|---|---|---|',
    ...Object.entries<SettingRow>(settingsTable).map(
      ([name, row]) =>
        `| ${[name, ...(row.aliases ?? [])].map((each) => `\`${each}\``).join(', ')} | ${row.default ? `\`${row.default.replaceAll('|', '\\|')}\`` : ''} | ${row.meaning.replaceAll('|', '\\|')} |`,
    ),
  ].join('\n')

if (import.meta.main) process.stdout.write(`${settingsMarkdown()}\n`)
