import { isObject } from '../../function/json.ts'

/** An event as Keptn's components publish it. */
export interface KeptnEvent {
  specversion: string
  id: string
  source: string
  type: string
  time: string
  shkeptncontext: string
  triggeredid?: string
  gitcommitid?: string
  data: Record<string, unknown>
  [attribute: string]: unknown
}

/** `sh.keptn.event.TASK.KIND`: exactly five parts. */
export const taskOf = (
  type: string,
): { task: string; kind: string } | undefined => {
  const [, task, kind] = /^sh\.keptn\.event\.([^.]+)\.([^.]+)$/.exec(type) ?? []
  return task && kind ? { task, kind } : undefined
}

/** `sh.keptn.event.STAGE.SEQUENCE.KIND`: exactly six parts. */
export const sequenceOf = (
  type: string,
): { stage: string; sequence: string; kind: string } | undefined => {
  const [, stage, sequence, kind] =
    /^sh\.keptn\.event\.([^.]+)\.([^.]+)\.([^.]+)$/.exec(type) ?? []
  return stage && sequence && kind ? { stage, sequence, kind } : undefined
}

/** Objects key by key, `b` over `a`; everything else is replaced. */
export const merge = (
  a: Record<string, unknown>,
  b: Record<string, unknown>,
): Record<string, unknown> => {
  const merged = { ...a }
  for (const [key, value] of Object.entries(b)) {
    const old = merged[key]
    merged[key] = isObject(old) && isObject(value) ? merge(old, value) : value
  }
  return merged
}
