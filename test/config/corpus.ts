import { readFileSync } from 'node:fs'

/** Rows of a file of the differential corpus, by its path below `corpus`. */
export const corpus = <Row>(path: string): Row[] =>
  JSON.parse(
    readFileSync(new URL(`../corpus/${path}`, import.meta.url), 'utf8'),
  ) as Row[]
