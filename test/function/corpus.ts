import { readFileSync } from 'node:fs'

/** The rows of one file of the differential corpus. */
export const corpus = <T>(name: string): T[] =>
  JSON.parse(
    readFileSync(new URL(`../corpus/${name}.json`, import.meta.url), 'utf8'),
  ) as T[]
