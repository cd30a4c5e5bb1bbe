/**
 * Keeps Kubernetes from expanding `text` in an environment variable: what the
 * container sees is exactly `text`, whatever variables exist.
 *
 * Kubernetes reads from left to right: `$$` is `$`, `$(NAME)` is a variable,
 * any other `$` is itself, also one in front of a `(` that is never closed.
 * Only what would be read otherwise is doubled, and what some releases break:
 * until 1.34.3 the kubelet took one byte for what follows, so that `$é` was not
 * UTF-8 any more, and the container could not be created.
 * https://github.com/kubernetes/kubernetes/issues/136323
 */
export const escapeExpansion = (text: string): string => {
  const lastClosed = text.lastIndexOf(')')
  return text.replace(/\$(?=[$(]|[^\0-\x7f])/g, (dollar, at: number) =>
    text[at + 1] !== '(' || at < lastClosed ? '$$' : dollar,
  )
}
