import type { Kind } from '../cluster.ts'

/** Names of the kinds in paths and messages. */
export const RESOURCE: Record<
  Kind,
  { apiVersion: string; plural: string; full: string; title: string }
> = {
  Job: {
    apiVersion: 'batch/v1',
    plural: 'jobs',
    full: 'jobs.batch',
    title: 'Job.batch',
  },
  Pod: { apiVersion: 'v1', plural: 'pods', full: 'pods', title: 'Pod' },
  ConfigMap: {
    apiVersion: 'v1',
    plural: 'configmaps',
    full: 'configmaps',
    title: 'ConfigMap',
  },
  Event: { apiVersion: 'v1', plural: 'events', full: 'events', title: 'Event' },
}

/** RFC 3339 in whole seconds, as Kubernetes writes it. */
export const timestamp = (ms: number): string =>
  new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

/** What remains of a value on the wire: no `undefined`, no prototypes. */
export const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/** Stored objects are frozen; who changes one takes a copy. */
export const copy = <T>(value: T): T => structuredClone(value)
