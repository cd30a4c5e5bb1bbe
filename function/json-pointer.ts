/** The path of a field in a JSON Patch (RFC 6901). */
export const pointer = (...keys: string[]): string =>
  keys
    .map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')

export const labelPath = (label: string): string =>
  pointer('metadata', 'labels', label)

export const annotationPath = (annotation: string): string =>
  pointer('metadata', 'annotations', annotation)
