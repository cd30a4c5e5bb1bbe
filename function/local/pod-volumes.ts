import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize, sep } from 'node:path'
import type { ConfigMap, Pod } from '../cluster/cluster.ts'
import { CannotStart, type ContainerRun } from '../cluster/runner.ts'

/** A volume as a container sees it, and where it is on this machine. */
export interface Mount {
  mountPath: string
  hostPath: string
  readOnly: boolean
}

type Volume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number]
type Items = { key: string; path: string }[]
type Content = [path: string, content: Uint8Array][]

/**
 * The volumes of pods as directories of this machine: one per pod and volume,
 * made when a container first needs them, removed with the pod.
 */
export class PodVolumes {
  readonly #root = mkdtempSync(join(tmpdir(), 'job-executor-'))
  readonly #made = new Set<string>()

  /**
   * The mounts of a container. Throws `CannotStart` as the kubelet would, for
   * a ConfigMap or key that is missing, and for kinds of volumes that only a
   * cluster has.
   */
  mounts(run: ContainerRun): Mount[] {
    return (run.container.volumeMounts ?? []).map((mount) => {
      const volume = run.pod.spec?.volumes?.find(
        ({ name }) => name === mount.name,
      )
      if (!volume)
        throw unmountable(`the pod has no volume ${JSON.stringify(mount.name)}`)
      const hostPath = this.#directory(run, volume)
      return {
        mountPath: mount.mountPath,
        hostPath: mount.subPath ? within(hostPath, mount.subPath) : hostPath,
        readOnly: mount.readOnly ?? false,
      }
    })
  }

  /** Removes what a pod wrote. */
  remove(pod: Pod): void {
    const directory = this.#podDirectory(pod)
    removeDirectory(directory)
    for (const path of this.#made)
      if (path.startsWith(directory + sep)) this.#made.delete(path)
  }

  /** Removes everything. */
  close(): void {
    removeDirectory(this.#root)
  }

  #podDirectory(pod: Pod): string {
    return join(this.#root, pod.metadata?.uid ?? pod.metadata?.name ?? 'pod')
  }

  #directory(run: ContainerRun, volume: Volume): string {
    const directory = join(this.#podDirectory(run.pod), volume.name)
    if (this.#made.has(directory)) return directory
    const content = contentOf(run, volume)
    mkdirSync(directory, { recursive: true })
    // A container may run as any user.
    chmodSync(directory, 0o777)
    for (const [path, bytes] of content) {
      const file = within(directory, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, bytes, { mode: 0o644 })
    }
    this.#made.add(directory)
    return directory
  }
}

/** What a container wrote as another user may have to stay. */
const removeDirectory = (path: string): void => {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') throw error
  }
}

const unmountable = (message: string): CannotStart =>
  new CannotStart('CreateContainerConfigError', message)

const within = (directory: string, path: string): string => {
  const target = normalize(join(directory, path))
  if (!target.startsWith(directory + sep))
    throw unmountable(`path ${JSON.stringify(path)} leads out of its volume`)
  return target
}

const contentOf = (run: ContainerRun, volume: Volume): Content => {
  if (volume.emptyDir) return []
  if (volume.configMap)
    return configMapContent(run, volume.configMap.name, volume.configMap)
  if (volume.secret)
    return secretContent(run, volume.secret.secretName, volume.secret)
  if (volume.projected)
    return (volume.projected.sources ?? []).flatMap((source) => {
      if (source.configMap)
        return configMapContent(run, source.configMap.name, source.configMap)
      if (source.secret)
        return secretContent(run, source.secret.name, source.secret)
      throw unsupported(volume)
    })
  throw unsupported(volume)
}

const unsupported = (volume: Volume): CannotStart =>
  unmountable(
    `volume ${JSON.stringify(volume.name)} is of a kind that is only there ` +
      'on a cluster',
  )

interface Source {
  items?: Items
  optional?: boolean
}

const configMapContent = (
  run: ContainerRun,
  name: string | undefined,
  source: Source,
): Content => {
  const configMap = name === undefined ? undefined : run.configMap(name)
  return pick(
    configMap && bytesOf(configMap),
    `ConfigMap ${JSON.stringify(name)}`,
    source,
  )
}

const bytesOf = ({ data, binaryData }: ConfigMap): Map<string, Uint8Array> =>
  new Map([
    ...Object.entries(data ?? {}).map(([key, text]): [string, Uint8Array] => [
      key,
      Buffer.from(text),
    ]),
    ...Object.entries(binaryData ?? {}).map(
      ([key, text]): [string, Uint8Array] => [key, Buffer.from(text, 'base64')],
    ),
  ])

const secretContent = (
  run: ContainerRun,
  name: string | undefined,
  source: Source,
): Content => {
  const secret = name === undefined ? undefined : run.secret(name)
  return pick(
    secret &&
      new Map(
        Object.entries(secret).map(([key, text]) => [key, Buffer.from(text)]),
      ),
    `Secret ${JSON.stringify(name)}`,
    source,
  )
}

/** The keys that `items` names, or all of them under their own names. */
const pick = (
  from: Map<string, Uint8Array> | undefined,
  what: string,
  { items, optional }: Source,
): Content => {
  if (!from) {
    if (optional) return []
    throw unmountable(`${what} is not there`)
  }
  if (!items) return [...from]
  return items.flatMap(({ key, path }): Content => {
    const bytes = from.get(key)
    if (bytes) return [[path, bytes]]
    if (optional) return []
    throw unmountable(`${what} has no key ${JSON.stringify(key)}`)
  })
}
