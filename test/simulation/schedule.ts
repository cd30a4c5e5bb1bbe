import type { ScopeName } from './scopes.ts'

/** What goes wrong with the call itself, or with the process that makes it. */
export const FAULTS = [
  /** The process dies: the effect took place (after) or not (before). */
  'death',
  /** An answer that says nothing about the effect. */
  'error',
  /** No answer until the caller's own limit. */
  'timeout',
  /** The effect takes place when the caller has given up already. */
  'late',
  /** A precondition did not hold, or the object was there already. */
  'conflict',
  /** The request is on its way for `ms`. */
  'delay',
  /** The process stands still for `ms`, and wakes. */
  'freeze',
] as const
export type Fault = (typeof FAULTS)[number]

/** What happens elsewhere at that moment. */
export const INCIDENTS = [
  /** The job watch's process dies; the kubelet starts it again. */
  'kill-watch',
  /** Somebody deletes the job watch's Job. */
  'delete-watch',
  /** The same in the foreground: it stays until its pod is gone. */
  'replace-watch',
  /** The Job controller writes conditions that do not hold. */
  'false-condition',
  /** Somebody deletes a task's Job, or its pod, or the head of a run. */
  'delete-task',
  'delete-pod',
  'delete-head',
  /** Keptn's user aborts the sequence. */
  'abort',
  /** The Broker delivers an event again. */
  'duplicate',
  /** What comes from now on goes to a new replica. */
  'scale',
  /** A replica of another version takes requests beside those that are there. */
  'upgrade',
  /** All replicas die. */
  'blackout',
  /** The API server closes all watches; with `compact` it forgets, too. */
  'close-watches',
  'compact',
  /** The job watch sees what happens `ms` later. */
  'lag',
  /** The next callback is lost, or comes twice. */
  'lose-ring',
  'double-ring',
  /** Keptn refuses all connections for `ms`. */
  'keptn-away',
  /** The API server refuses all connections for `ms`. */
  'cluster-away',
  /** A quota has no room for a further Job for `ms`. */
  'quota',
  /** An API server that has just begun knows nobody's rights for `ms`. */
  'no-right',
  /** The job watch gets no pod for `ms`. */
  'no-watch-pod',
  /** Somebody, a queue say, holds a task's Job back for `ms`. */
  'hold-back',
  /** An admin edits the label of a head. */
  'relabel-head',
  /** The team commits another config, with another content of its files. */
  'commit',
] as const
export type Incident = (typeof INCIDENTS)[number]

/** One thing that happens at a call of the function or the job watch. */
export interface Disturbance {
  /** Which call of all, from 1. */
  call: number
  phase: 'before' | 'after'
  kind: Fault | Incident
  /** For those that take time. */
  ms?: number
}

/** All that decides what happens: the same schedule, the same run. */
export interface Schedule {
  scope: ScopeName
  disturbances: Disturbance[]
  /**
   * Seed of the calls' latencies, of Keptn's, and of the order of what is due
   * at the same time; absent: calls take no time.
   */
  jitter?: number
  /**
   * Calls wait for their turn, and these are the decisions who goes next
   * where there is one to make: 0 is who has waited longest.
   */
  turns?: number[]
  /** Who changes what the cluster handed out fails: slower by a tenth. */
  immutable?: true
}
