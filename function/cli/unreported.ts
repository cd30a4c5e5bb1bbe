import type { Reporter } from '../reporter.ts'

/** Whom nothing is sent to: a run that is planned, and not carried out. */
export const unreported: Reporter = {
  send: async () => ({ state: 'refused', reason: 'nothing is sent' }),
  arrived: async () => false,
  open: async () => undefined,
}
