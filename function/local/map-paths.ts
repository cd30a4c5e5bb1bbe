import type { Mount } from './pod-volumes.ts'

/**
 * Rewrites the paths of mounts in a text to where they are on this machine:
 * wherever one begins a path (`/keptn/x`, `--file=/keptn`, `a:/keptn/b`), and
 * not in the middle of one (`/srv/keptn`, `/keptn-old`, `http://host/keptn`).
 */
export const mapPaths = (
  text: string,
  mounts: Pick<Mount, 'mountPath' | 'hostPath'>[],
): string => {
  const byLength = mounts.toSorted(
    (a, b) => b.mountPath.length - a.mountPath.length,
  )
  const paths = byLength.map(({ mountPath }) => escape(mountPath))
  if (paths.length === 0) return text
  return text.replace(
    new RegExp(`(?<![\\w./-])(?:${paths.join('|')})(?![\\w.-])`, 'g'),
    (path) =>
      byLength.find(({ mountPath }) => mountPath === path)?.hostPath ?? path,
  )
}

const escape = (text: string): string =>
  text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
