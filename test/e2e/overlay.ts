import { randomBytes } from 'node:crypto'
import { apply, get, kubectl } from './cluster.ts'
import type { JobView } from './installation.ts'

/** An overlay as it is shipped, with other names of namespaces. */
export interface Overlay {
  /** The function's; `keptn-jes-SUFFIX` of the overlay is `NAMESPACE-SUFFIX`. */
  namespace: string
  /** What was applied. */
  manifest: string
  kubectl(...args: string[]): Promise<string>
  /** Names of the Jobs with a role, in any of its namespaces. */
  jobs(role: string): Promise<string[]>
  remove(): Promise<void>
}

/**
 * Applies an overlay into fresh namespaces: tried by the server first, all at
 * once. `replaced`: what stands in the manifests and should be otherwise.
 */
export const applyOverlay = async (
  name: string,
  replaced: Record<string, string>,
  token?: string,
): Promise<Overlay> => {
  const namespace = `e2e-${randomBytes(4).toString('hex')}`
  let manifest = await kubectl('kustomize', `knative/overlays/${name}`)
  for (const [from, to] of Object.entries(replaced)) {
    if (!manifest.includes(from)) throw new Error(`${name} has no ${from}`)
    manifest = manifest.replaceAll(from, to)
  }
  manifest = manifest.replaceAll('keptn-jes', namespace)
  const documents = manifest.split(/^---\n/m)
  const first = documents.filter((document) =>
    /^kind: (Namespace|ServiceAccount)$/m.test(document),
  )
  // Serving tries the pod, which needs its account to be there.
  await apply(first.join('---\n'))
  if (token !== undefined)
    await kubectl(
      ...['-n', namespace, 'create', 'secret', 'generic'],
      ...[
        'job-executor-service-keptn',
        `--from-literal=KEPTN_API_TOKEN=${token}`,
      ],
    )
  const namespaces = documents.flatMap(
    (document) =>
      /^kind: Namespace$[^]*?^ {2}name: (\S+)$/m.exec(document)?.[1] ?? [],
  )
  await apply(manifest, '--dry-run=server')
  await apply(manifest)
  return {
    namespace,
    manifest,
    kubectl: (...args) => kubectl('-n', namespace, ...args),
    jobs: async (role) => {
      const lists = await Promise.all(
        namespaces.map((each) =>
          get<{ items: JobView[] }>(
            ...['-n', each, 'jobs', '-l', `job-executor.keptn.sh/role=${role}`],
          ),
        ),
      )
      return lists.flatMap(({ items }) =>
        items.map(({ metadata: { name } }) => name),
      )
    },
    remove: async () => {
      // A source's pod needs its service account until the source is gone.
      await kubectl(
        ...['-n', namespace, 'delete', '--all', '--wait=false'],
        'trigger,broker,ksvc,apiserversource,pingsource,sinkbinding',
      )
      await kubectl('delete', 'namespace', ...namespaces, '--wait=false')
    },
  }
}
