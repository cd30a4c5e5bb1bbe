import { hash } from 'node:crypto'
import type { Scope } from '../../function/resource-store.ts'

type Content = string | Uint8Array
/** Path from the repository's root -> bytes. */
type Tree = Map<string, Buffer>

interface Commit {
  id: string
  tree: Tree
}
interface Branch {
  /** Newest last; what Keptn's clone has. */
  commits: Commit[]
  /** Pushed behind Keptn's back, not yet pulled. */
  upstream: Commit[]
}
type Project = Map<string, Branch>

/** An answer of the resource service, `Error` in its own words. */
export type Resource =
  { content: Buffer; version: string } | { status: number; message: string }

export type ResourcePage =
  | { uris: string[]; nextPageKey: string; total: number; version: string }
  | { status: number; message: string }

export type KeptnResources = ReturnType<typeof keptnResources>

const MASTER = ''

/**
 * Keptn's resource service on git: a branch for each stage (and one for the
 * project), a directory for each service, a commit for each change.
 */
export const keptnResources = () => {
  const projects = new Map<string, Project>()
  let count = 0

  const commitOf = (branch: Branch, change: (tree: Tree) => void): Commit => {
    const last = branch.upstream.at(-1) ?? branch.commits.at(-1)
    const tree: Tree = new Map(last?.tree)
    change(tree)
    count += 1
    const id = hash('sha1', `commit ${count}`)
    return { id, tree }
  }

  const branchOf = (scope: Scope): Branch => {
    const project = projects.get(scope.project) ?? (new Map() as Project)
    projects.set(scope.project, project)
    for (const name of [MASTER, scope.stage ?? MASTER])
      if (!project.has(name)) {
        const branch: Branch = { commits: [], upstream: [] }
        project.set(name, branch)
        branch.commits.push(
          commitOf(branch, (tree) => tree.set('metadata.yaml', metadata)),
        )
      }
    return project.get(scope.stage ?? MASTER) as Branch
  }

  const change =
    (scope: Scope, files: Record<string, Content | null>) => (tree: Tree) => {
      if (scope.service !== undefined)
        tree.set(`${scope.service}/metadata.yaml`, metadata)
      for (const [uri, content] of Object.entries(files)) {
        const path = prefixOf(scope) + uri.replace(/^\//, '')
        if (content === null) tree.delete(path)
        else tree.set(path, Buffer.from(content))
      }
    }

  const pull = (branch: Branch) =>
    branch.commits.push(...branch.upstream.splice(0))

  /** The branch, after the checks that come before any resource. */
  const find = (scope: Scope) => {
    const project = projects.get(scope.project)
    if (!project)
      return notFound('Could not find credentials for upstream repository')
    const branch = project.get(scope.stage ?? MASTER)
    if (!branch) return notFound('Stage not found')
    const head = branch.commits.at(-1)
    const known =
      scope.service === undefined ||
      [...branch.commits, ...branch.upstream].some(({ tree }) =>
        isDirectory(tree, scope.service ?? ''),
      )
    if (!head || !known) return notFound('Service not found')
    return { project, branch }
  }

  return {
    /** Changes files through Keptn (`null` removes); returns the commit. */
    set: (scope: Scope, files: Record<string, Content | null>): string => {
      const branch = branchOf(scope)
      pull(branch)
      const commit = commitOf(branch, change(scope, files))
      branch.commits.push(commit)
      return commit.id
    },

    /** The same upstream, so that Keptn knows it only after its next pull. */
    push: (scope: Scope, files: Record<string, Content | null>): string => {
      const branch = branchOf(scope)
      const commit = commitOf(branch, change(scope, files))
      branch.upstream.push(commit)
      return commit.id
    },

    /** Newest commit of a branch, as Keptn puts it into its events. */
    head: (scope: Scope): string | undefined => {
      const branch = projects.get(scope.project)?.get(scope.stage ?? MASTER)
      if (branch) pull(branch)
      return branch?.commits.at(-1)?.id
    },

    get: (scope: Scope, uri: string, commit = ''): Resource => {
      if (/\.\.|~/.test(uri))
        return { status: 400, message: 'invalid resource uri' }
      const found = find(scope)
      if ('status' in found) return found
      const { project, branch } = found
      // Some of Keptn's components write no commit as two quotes.
      if (commit === '' || commit === '""') {
        pull(branch)
        const head = branch.commits.at(-1) as Commit
        const path = `${prefixOf(scope)}${uri}`.replace(/\/+/g, '/')
        const clean = path.replace(/^\//, '')
        const content = head.tree.get(clean)
        if (content) return { content, version: head.id }
        return isDirectory(head.tree, clean)
          ? internal
          : notFound('Resource not found')
      }
      const at = [...project.values()]
        .flatMap(({ commits }) => commits)
        .find(({ id }) => id === commit)
      if (!at) return internal
      const content = at.tree.get(prefixOf(scope) + uri)
      if (!content) return notFound('Resource not found')
      return { content, version: commit }
    },

    /** URIs with a leading `/`, always of the head. */
    list: (scope: Scope, pageSize: number, offset: number): ResourcePage => {
      const found = find(scope)
      if ('status' in found) return found
      pull(found.branch)
      const head = found.branch.commits.at(-1) as Commit
      const prefix = prefixOf(scope)
      const all = [...head.tree.keys()]
        .filter((path) => path.startsWith(prefix))
        .map((path) => `/${path.slice(prefix.length)}`)
        .filter((uri) => !/\.git|\.keptn-stages/.test(uri))
        .sort()
      const end = offset + pageSize
      return {
        uris: all.slice(offset, end),
        nextPageKey: end < all.length ? String(end) : '0',
        total: all.length,
        version: head.id,
      }
    },
  }
}

const metadata = Buffer.from('isUsingDirectoryStructure: false\n')

const prefixOf = (scope: Scope): string =>
  scope.service === undefined ? '' : `${scope.service}/`

const isDirectory = (tree: Tree, path: string): boolean =>
  [...tree.keys()].some((file) => file.startsWith(`${path}/`))

const notFound = (message: string) => ({ status: 404, message })
const internal = { status: 500, message: 'Internal server error' }
