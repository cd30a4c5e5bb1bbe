import { matchEvent } from '../../config/match.ts'
import { parseConfig } from '../../config/parse.ts'
import type { JobEvent } from '../../config/event.ts'
import { compare, type Figure } from './sample.ts'
import type { World } from './world.ts'

const ACTIONS = 1000

const action = (index: number): string => `
  - name: Action ${index}
    events:
      - name: sh.keptn.event.deployment.triggered
        jsonpath: { property: $.data.deployment.strategy, match: s${index} }
    tasks:
      - { name: Task, image: busybox, cmd: [sh] }`

/** An event against a large file; the baseline is reading that file. */
export const matchingFigures = (world: World, rounds: number): Figure[] => {
  const actions = Array.from({ length: ACTIONS }, (_, index) => action(index))
  const text = `apiVersion: v2\nactions:${actions.join('')}\n`
  const event = JSON.parse(world.event()) as JobEvent
  const [matching, reading]: [number[], number[]] = [[], []]
  for (let round = -3; round < rounds; round += 1) {
    const begin = performance.now()
    const parsed = parseConfig(text)
    const read = performance.now()
    if ('problems' in parsed) throw new Error(parsed.problems[0]?.message)
    matchEvent(parsed.config, event)
    if (round < 0) continue
    matching.push(performance.now() - read)
    reading.push(read - begin)
  }
  const name = `matching an event against ${ACTIONS} actions, to reading them`
  return [
    compare(
      { id: 'matching', name, unit: 'ms', target: 0.5 },
      matching,
      reading,
    ),
  ]
}
