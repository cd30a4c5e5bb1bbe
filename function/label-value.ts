/**
 * A text as the value of a Kubernetes label, by the original's rule: each run
 * of other characters becomes one `_`, then it is cut to 63, then `-`, `_`
 * and `.` are taken off both ends. May leave nothing.
 */
export const labelValue = (text: string): string =>
  text
    .replace(/[^-a-zA-Z0-9_.]+/g, '_')
    .slice(0, 63)
    .replace(/^[-_.]+|[-_.]+$/g, '')
