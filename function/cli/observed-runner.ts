import {
  CannotStart,
  type ContainerRun,
  type ContainerRunner,
} from '../cluster/runner.ts'
import { ORIGINAL } from '../labels.ts'
import { type Place, placeName } from '../names.ts'
import type { Observer, Seen } from './observer.ts'

/** A runner that tells of everything that its containers do. */
export const observedRunner = (
  runner: ContainerRunner,
  observe: Observer,
  taskName: (place: Place) => string,
): ContainerRunner => ({
  run: async (run) => {
    const seen = seenOf(run, taskName)
    const lines = lineSplitter((line) =>
      observe({ kind: 'log', ...seen, line }),
    )
    const began = performance.now()
    try {
      const end = await runner.run({
        ...run,
        log: (chunk) => {
          run.log(chunk)
          lines.write(chunk)
        },
        started: () => {
          run.started()
          const command = [...(run.command ?? []), ...(run.args ?? [])]
          observe({ kind: 'started', ...seen, command })
        },
      })
      lines.end()
      observe({
        kind: 'ended',
        ...seen,
        exitCode: end.exitCode,
        seconds: (performance.now() - began) / 1000,
        stopped: run.signal.aborted,
        ...(end.message !== undefined && { message: end.message }),
      })
      return end
    } catch (error) {
      if (error instanceof CannotStart)
        observe({
          kind: 'waiting',
          ...seen,
          reason: error.reason,
          message: error.message,
        })
      throw error
    }
  },
  removed: (pod) => runner.removed?.(pod),
})

const seenOf = (
  { pod, container }: ContainerRun,
  taskName: (place: Place) => string,
): Seen => {
  const labels = pod.metadata?.labels ?? {}
  const place = {
    action: Number(labels[ORIGINAL.actionIndex]),
    task: Number(labels[ORIGINAL.taskIndex]),
  }
  return {
    place: placeName(place),
    task: taskName(place),
    container: container.name,
  }
}

/** A line that never ends is told in pieces. */
const LONGEST_LINE = 64 * 1024

const lineSplitter = (line: (text: string) => void) => {
  let rest = ''
  return {
    write: (chunk: string): void => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const each of lines) line(each)
      if (rest.length < LONGEST_LINE) return
      line(rest)
      rest = ''
    },
    end: (): void => {
      if (rest) line(rest)
      rest = ''
    },
  }
}
