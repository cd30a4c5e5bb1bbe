import type { Cluster } from './cluster/cluster.ts'
import type { Settings } from './settings.ts'

/**
 * The image that this process runs from: the setting, else what the cluster
 * says of the own pod (by digest where it tells one). Asked once.
 */
export const ownImage = (
  cluster: Cluster,
  settings: Settings,
  hostname: string | undefined,
): (() => Promise<string>) => {
  let image: Promise<string> | undefined
  const find = async (): Promise<string> => {
    if (settings.image) return settings.image
    if (!hostname)
      throw new Error(
        'the own image is not known: set FUNCTION_IMAGE (outside of a pod HOSTNAME tells nothing)',
      )
    const pod = await cluster.get('Pod', settings.instance.namespace, hostname)
    const containers = pod.spec?.containers ?? []
    // Knative adds queue-proxy and calls ours user-container.
    const own =
      containers.find(({ name }) => name === 'user-container') ?? containers[0]
    if (!own?.image) throw new Error(`pod ${hostname} names no image`)
    const status = pod.status?.containerStatuses?.find(
      ({ name }) => name === own.name,
    )
    const digest =
      /^(?:docker-pullable:\/\/)?([^@\s]+@sha256:[0-9a-f]{64})$/.exec(
        status?.imageID ?? '',
      )?.[1]
    return own.image.includes('@') ? own.image : (digest ?? own.image)
  }
  return () => {
    image ??= find().catch((error: unknown) => {
      image = undefined
      throw error
    })
    return image
  }
}
