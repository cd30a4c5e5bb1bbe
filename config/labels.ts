import { isObject, jsonText, plainNumber } from './text.ts'

const labelText = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (value === null) return ''
  if (typeof value === 'number') return plainNumber(value)
  return jsonText(value)
}

/**
 * The labels of an event's data as text. Keptn knows only strings; a number
 * or a boolean is kept as its text (the original dropped the whole event),
 * null is `""`. Anything but an object has no labels.
 */
export const eventLabels = (
  data: Record<string, unknown> | undefined,
): Record<string, string> => {
  const labels = data?.['labels']
  return isObject(labels)
    ? Object.fromEntries(
        Object.entries(labels).map(([key, value]) => [key, labelText(value)]),
      )
    : {}
}
