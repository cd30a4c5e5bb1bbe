import { readFileSync } from 'node:fs'

/** The rows of one file of the differential corpus. */
export const corpus = <T>(name: string): T[] =>
  JSON.parse(
    readFileSync(new URL(`../corpus/${name}.json`, import.meta.url), 'utf8'),
  ) as T[]

/** What ran of what matched: nothing of an event that could not be answered. */
export const begun = (
  { started, tasks = [] }: { started?: string[]; tasks?: unknown[] },
  matched: number[],
): number[] => (tasks.length > 0 || started?.length !== 0 ? matched : [])
