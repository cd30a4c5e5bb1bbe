import { isObject, text } from '../json.ts'
import type { HttpAnswer } from './http.ts'

/** The key of a paged answer's next page; `undefined` after the last. */
export const nextPageOf = (
  body: Record<string, unknown>,
): string | undefined => {
  const key = text(body['nextPageKey'])
  return key === '' || key === '0' ? undefined : key
}

/** The JSON object in an answer's body, if it is one. */
export const objectOf = (
  answer: HttpAnswer,
): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(answer.body.toString())
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * The text of an error of Keptn's own, `{"code": …, "message": "…"}`; `''`
 * when the answer is none, so that it came from something in between.
 */
export const messageOf = (answer: HttpAnswer): string => {
  const body = objectOf(answer)
  if (body?.['code'] === undefined) return ''
  const { message } = body
  return typeof message === 'string' ? message : ''
}
