import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { randomBytes } from 'node:crypto'
import { apply, applyFolder, get, kubectl } from './cluster.ts'

/** What the tests read of a Job. */
export interface JobView {
  metadata: {
    name: string
    creationTimestamp: string
    labels: Record<string, string>
  }
  status?: { conditions?: { type: string; status: string; reason?: string }[] }
}

/** The function, installed in a namespace of its own. */
export interface Installation {
  namespace: string
  kubectl(...args: string[]): Promise<string>
  get<T>(...args: string[]): Promise<T>
  /** The Jobs that a label selector selects. */
  jobs(selector: string): Promise<JobView[]>
  /** The Jobs of a run's tasks in order, by Keptn's context. */
  tasks(context: string): Promise<JobView[]>
  /** Makes a folder for `kubectl -k`: what was applied, with another image. */
  folder(image: string): string
  /** Deletes the namespace, without waiting for its end. */
  remove(): Promise<void>
}

export const NAME = 'job-executor-service'

/**
 * Applies one of `knative/`'s folders into a fresh namespace, as a user would
 * from an overlay of their own. `token` goes into the Secret for Keptn.
 */
export const install = async (args: {
  folder: string
  image: string
  settings: Record<string, string>
  token?: string
  /** Further lines of the kustomization. */
  more?: string
}): Promise<Installation> => {
  const namespace = `e2e-${randomBytes(4).toString('hex')}`
  await apply(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    }),
  )
  if (args.token !== undefined)
    await kubectl(
      ...['-n', namespace, 'create', 'secret', 'generic', `${NAME}-keptn`],
      `--from-literal=KEPTN_API_TOKEN=${args.token}`,
    )
  const dir = makeFolder(namespace, args)
  try {
    await applyFolder(dir)
  } finally {
    rmSync(dir, { recursive: true })
  }
  const jobs = async (selector: string): Promise<JobView[]> => {
    const list = await get<{ items: JobView[] }>(
      ...['-n', namespace, 'jobs', '-l', selector],
    )
    return list.items
  }
  return {
    namespace,
    kubectl: (...rest) => kubectl('-n', namespace, ...rest),
    get: (...rest) => get('-n', namespace, ...rest),
    jobs,
    tasks: async (context) => {
      const items = await jobs(
        `keptn.sh/context=${context},keptn.sh/jes-task-index`,
      )
      return items.sort((a, b) => taskIndex(a) - taskIndex(b))
    },
    folder: (image) => makeFolder(namespace, { ...args, image }),
    remove: async () => {
      await kubectl(
        ...['delete', 'namespace', namespace],
        ...['--wait=false', '--ignore-not-found'],
      )
    },
  }
}

const taskIndex = ({ metadata: { labels } }: JobView): number =>
  Number(labels['keptn.sh/jes-task-index'])

const makeFolder = (
  namespace: string,
  args: Parameters<typeof install>[0],
): string => {
  const dir = mkdtempSync(join(tmpdir(), 'overlay-'))
  const base = join(import.meta.dirname, '../..', args.folder)
  const [, newName = '', newTag = ''] = /^(.*):(.*?)$/.exec(args.image) ?? []
  const literals = Object.entries(args.settings).map(
    ([name, value]) => `      - ${JSON.stringify(`${name}=${value}`)}`,
  )
  writeFileSync(
    join(dir, 'kustomization.yaml'),
    [
      'apiVersion: kustomize.config.k8s.io/v1beta1',
      'kind: Kustomization',
      `namespace: ${namespace}`,
      `resources: [${relative(dir, base)}]`,
      'images:',
      `  - {name: job-executor-function, newName: ${newName}, newTag: "${newTag}"}`,
      'configMapGenerator:',
      `  - name: ${NAME}-settings`,
      '    behavior: merge',
      '    literals:',
      ...literals,
      args.more ?? '',
    ].join('\n'),
  )
  return dir
}
