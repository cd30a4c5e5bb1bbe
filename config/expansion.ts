/**
 * Keeps Kubernetes from expanding `text` in an environment variable: what the
 * container sees is exactly `text`, whatever variables exist.
 *
 * Kubernetes reads from left to right: `$$` is `$`, `$(NAME)` is a variable,
 * any other `$` is itself, also one in front of a `(` that is never closed.
 * Only what would be read otherwise is doubled.
 */
export const escapeExpansion = (text: string): string => {
  const lastClosed = text.lastIndexOf(')')
  return text.replace(/\$(?=[$(])/g, (dollar, at: number) =>
    text[at + 1] === '$' || at < lastClosed ? '$$' : dollar,
  )
}
