import type { JobEvent } from '../config/event.ts'
import type { Scope } from './resource-store.ts'
import { isObject } from './json.ts'

/** The service that an event is about; a part that it does not name is `''`. */
export const scopeOf = (event: JobEvent): Required<Scope> => {
  const data: unknown = event.data
  const part = (name: string): string => {
    const value = isObject(data) ? data[name] : undefined
    return typeof value === 'string' ? value : ''
  }
  return {
    project: part('project'),
    stage: part('stage'),
    service: part('service'),
  }
}

/**
 * The git commit that an event is pinned to, if any. Keptn's components write
 * none as `""`, some of them with the quotes.
 */
export const commitOf = (event: JobEvent): string | undefined => {
  const commit = event['gitcommitid']
  return typeof commit === 'string' && !/^"*$/.test(commit) ? commit : undefined
}
