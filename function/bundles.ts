import type { Cluster, ConfigMap, Kind, Kinds } from './cluster/cluster.ts'
import { ifReadable, isClusterError } from './cluster/cluster.ts'
import type { TaskFile } from './files.ts'
import type { Head } from './head.ts'
import { labelPath } from './json-pointer.ts'
import { LABEL, ofRole, selectOwn } from './labels.ts'
import { bundleName, type Instance, instanceId } from './names.ts'
import { ownerReference } from './own-task.ts'
import type { FileMount } from './render.ts'

/** Kubernetes takes 1 MiB in a ConfigMap; base64 counts on the wire only. */
const BUNDLE_BYTES = 900 * 1024

/**
 * The ConfigMaps that carry a task's files, and where each file is in them.
 * Pure; names follow from run and content, so that a repeat makes the same.
 */
export const makeBundles = (args: {
  run: string
  instance: Instance
  namespace: string
  files: TaskFile[]
}): { bundles: ConfigMap[]; mounts: FileMount[] } => {
  const chunks: TaskFile[][] = []
  let size = Infinity
  for (const file of args.files) {
    if (size + file.content.length > BUNDLE_BYTES) {
      chunks.push([])
      size = 0
    }
    chunks.at(-1)!.push(file)
    size += file.content.length
  }
  const bundles: ConfigMap[] = []
  const mounts: FileMount[] = []
  for (const chunk of chunks) {
    const binaryData = Object.fromEntries(
      chunk.map(({ content }, index) => [
        `file-${index}`,
        Buffer.from(content).toString('base64'),
      ]),
    )
    const name = bundleName(
      args.run,
      JSON.stringify([args.namespace, binaryData]),
    )
    chunk.forEach(({ path }, index) =>
      mounts.push({ configMap: name, key: `file-${index}`, path }),
    )
    bundles.push({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name,
        namespace: args.namespace,
        labels: {
          [LABEL.instance]: instanceId(args.instance),
          [LABEL.role]: 'bundle',
          [LABEL.run]: args.run,
          [LABEL.unowned]: 'true',
        },
      },
      binaryData,
      immutable: true,
    })
  }
  return { bundles, mounts }
}

/** Creates a bundle; one of that name has that content already. */
export const ensureBundle = async (
  cluster: Cluster,
  bundle: ConfigMap,
): Promise<void> => {
  try {
    await cluster.create('ConfigMap', bundle)
  } catch (error) {
    if (!isClusterError(error, 'AlreadyExists')) throw error
  }
}

const isOwnable = (head: Head) => (bundle: { namespace: string }) =>
  bundle.namespace === head.namespace

/** Makes the head the owner of its bundles, where it can be one. */
export const adoptBundles = async (
  cluster: Cluster,
  head: Head,
): Promise<void> => {
  await Promise.all(
    head.plan.bundles.filter(isOwnable(head)).map(({ namespace, name }) =>
      cluster.patch('ConfigMap', namespace, name, [
        {
          op: 'add',
          path: '/metadata/ownerReferences',
          value: [ownerReference(head)],
        },
        {
          op: 'add',
          path: labelPath(LABEL.unowned),
          value: 'false',
        },
      ]),
    ),
  )
}

/**
 * Removes the bundles that the head does not own: those in other namespaces,
 * and all of them when they were not `adopted` (no task of the run started).
 */
export const deleteUnownedBundles = async (
  cluster: Cluster,
  head: Head,
  { adopted }: { adopted: boolean },
): Promise<void> => {
  await Promise.all(
    head.plan.bundles
      .filter((bundle) => !adopted || !isOwnable(head)(bundle))
      .map(({ namespace, name }) =>
        // In another namespace its right may have been taken away.
        ifReadable(cluster.delete('ConfigMap', namespace, name)),
      ),
  )
}

/** For lists of bundles: nobody reads the files there, and they are large. */
export const withoutFiles = <K extends Kind>(object: Kinds[K]): Kinds[K] => {
  const { binaryData: _, ...rest } = object as Kinds[K] & ConfigMap
  return rest as Kinds[K]
}

/** Bundles whose run never came to a head are swept after that time. */
const ORPHAN_AGE = 3600_000

/**
 * Sweeps bundles that no head claims: what a crash between them and the head
 * left behind, and what is in other namespaces when its head was lost.
 */
export const sweepBundles = async (
  cluster: Cluster,
  args: {
    instance: Instance
    namespaces: string[]
    hasHead: (run: string) => Promise<boolean>
  },
): Promise<void> => {
  const labelSelector = selectOwn(
    args.instance,
    ofRole('bundle'),
    `${LABEL.unowned}=true`,
  )
  for (const namespace of args.namespaces) {
    const found = await ifReadable(
      cluster.list('ConfigMap', namespace, { labelSelector }),
    )
    for (const { metadata } of found?.items ?? []) {
      if (metadata!.ownerReferences?.length) continue
      if (
        cluster.time() - Date.parse(metadata!.creationTimestamp!) <
        ORPHAN_AGE
      )
        continue
      if (await args.hasHead(metadata!.labels![LABEL.run]!)) continue
      await cluster
        .delete('ConfigMap', namespace, metadata!.name!, {
          uid: metadata!.uid!,
        })
        .catch((error: unknown) => {
          if (!isClusterError(error, 'NotFound', 'Conflict')) throw error
        })
    }
  }
}
