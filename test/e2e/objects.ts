/** What the tests read of Kubernetes' objects, through `kubectl proxy`. */
export interface ObjectView {
  metadata: {
    name: string
    namespace: string
    labels?: Record<string, string>
    deletionTimestamp?: string
    ownerReferences?: { name: string }[]
  }
  status?: {
    phase?: string
    active?: number
    conditions?: {
      type: string
      status: string
      reason?: string
      lastTransitionTime?: string
    }[]
    initContainerStatuses?: ContainerView[]
    containerStatuses?: ContainerView[]
  }
}

interface ContainerView {
  name: string
  state?: { terminated?: { finishedAt: string } }
}

export interface EventView {
  reason: string
  message: string
  firstTimestamp: string | null
  eventTime: string | null
  metadata: { creationTimestamp: string }
  involvedObject: { kind: string; name: string }
}

export interface Objects {
  jobs(selector?: string): Promise<ObjectView[]>
  pods(selector?: string): Promise<ObjectView[]>
  events(): Promise<EventView[]>
  /** Creates a pod's `eviction` or `binding`. */
  pod(
    name: string,
    subresource: 'eviction' | 'binding',
    body: object,
  ): Promise<void>
}

/** The objects of a namespace; `url`: where `kubectl proxy` listens. */
export const objectsOf = (url: string, namespace: string): Objects => {
  const core = `${url}/api/v1/namespaces/${namespace}`
  const batch = `${url}/apis/batch/v1/namespaces/${namespace}`
  const list = async <T>(path: string, selector = ''): Promise<T[]> => {
    const answer = await fetch(
      `${path}?labelSelector=${encodeURIComponent(selector)}`,
    )
    if (!answer.ok) throw new Error(await answer.text())
    return ((await answer.json()) as { items: T[] }).items
  }
  return {
    jobs: (selector) => list(`${batch}/jobs`, selector),
    pods: (selector) => list(`${core}/pods`, selector),
    events: () => list(`${core}/events`),
    pod: async (name, subresource, body) => {
      const answer = await fetch(`${core}/pods/${name}/${subresource}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ metadata: { name, namespace }, ...body }),
      })
      if (!answer.ok) throw new Error(await answer.text())
    },
  }
}

/** True for a pod that runs, or may run still. */
export const isLive = ({ metadata, status }: ObjectView): boolean =>
  !metadata.deletionTimestamp &&
  (status?.phase === 'Pending' || status?.phase === 'Running')

/** When an Event's matter happened first; milliseconds since the epoch. */
export const eventTime = ({
  firstTimestamp,
  eventTime,
  metadata,
}: EventView): number =>
  Date.parse(firstTimestamp ?? eventTime ?? metadata.creationTimestamp)
