import type { Report } from '../reporter.ts'

/** A task's container as who looks on needs to know it. */
export interface Seen {
  /** `A-T`, 1-based, as it ends the name of its Job. */
  place: string
  /** Its name in the config. */
  task: string
  container: string
}

/** What happens in a local run, as it happens. */
export type Happening =
  | { kind: 'note'; message: string }
  | ({ kind: 'started'; command: string[] } & Seen)
  | ({ kind: 'log'; line: string } & Seen)
  | ({ kind: 'waiting'; reason: string; message: string } & Seen)
  | ({
      kind: 'ended'
      exitCode: number
      seconds: number
      /** The run or the time limit ended it. */
      stopped: boolean
      message?: string
    } & Seen)
  | { kind: 'report'; report: Report }
  | {
      kind: 'result'
      result: 'pass' | 'fail'
      tasks: { place: string; name: string; state: string; reason?: string }[]
      reason?: string
    }

export type Observer = (happening: Happening) => void
