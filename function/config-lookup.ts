import { createHash } from 'node:crypto'
import type { JobEvent } from '../config/event.ts'
import type { ResourceStore, Scope } from './resource-store.ts'
import { commitOf, scopeOf } from './scope.ts'

export const CONFIG_URI = 'job/config.yaml'

export interface FoundConfig {
  text: Uint8Array
  level: 'service' | 'stage' | 'project'
  /** SHA3-224 of the text in hex, as the original labelled its Jobs. */
  hash: string
}

/**
 * The configuration for an event: of its service, else of its stage, else of
 * its project; `undefined` when none of them has one. Only *not found* (or an
 * empty file) falls through, every other failure is the store's `StoreError`.
 *
 * Service and stage are read at the event's commit. The project is not: the
 * commit is one of the stage's branch, where the project's file is another.
 */
export const lookupConfig = async (
  store: ResourceStore,
  event: JobEvent,
): Promise<FoundConfig | undefined> => {
  const { project, stage, service } = scopeOf(event)
  const commit = commitOf(event)
  const levels: [FoundConfig['level'], Scope, string | undefined][] = [
    ['service', { project, stage, service }, commit],
    ['stage', { project, stage }, commit],
    ['project', { project }, undefined],
  ]
  for (const [level, scope, pinned] of levels) {
    const text = await store.get(scope, CONFIG_URI, pinned)
    if (text?.length) return { text, level, hash: hashOf(text) }
  }
  return undefined
}

const hashOf = (text: Uint8Array): string =>
  createHash('sha3-224').update(text).digest('hex')
