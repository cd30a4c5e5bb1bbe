import type { Pod } from '../cluster.ts'
import type { ContainerEnd } from '../runner.ts'

export type ContainerStatus = NonNullable<
  NonNullable<Pod['status']>['containerStatuses']
>[number]
export type PodStatus = NonNullable<Pod['status']>

type Container = NonNullable<Pod['spec']>['containers'][number]

const waiting = (container: Container, reason: string): ContainerStatus => ({
  name: container.name,
  image: container.image ?? '',
  imageID: '',
  ready: false,
  started: false,
  restartCount: 0,
  state: { waiting: { reason } },
  lastState: {},
})

/** What a pod's status says when it came to a node and nothing runs yet. */
export const initialStatus = (pod: Pod, now: string): PodStatus => {
  const inits = pod.spec?.initContainers ?? []
  const reason = inits.length > 0 ? 'PodInitializing' : 'ContainerCreating'
  return {
    ...pod.status,
    phase: 'Pending',
    startTime: now,
    hostIP: '127.0.0.1',
    conditions: conditions(now, false, inits.length === 0),
    ...(inits.length > 0
      ? { initContainerStatuses: inits.map((c) => waiting(c, reason)) }
      : {}),
    containerStatuses: (pod.spec?.containers ?? []).map((container) =>
      waiting(container, reason),
    ),
  }
}

/** The pod's conditions. */
export const conditions = (
  now: string,
  ready: boolean,
  initialized: boolean,
  reason?: string,
): NonNullable<PodStatus['conditions']> =>
  (
    [
      ['PodReadyToStartContainers', true],
      ['Initialized', initialized],
      ['Ready', ready],
      ['ContainersReady', ready],
      ['PodScheduled', true],
    ] as const
  ).map(([type, status]) => ({
    type,
    status: status ? 'True' : 'False',
    lastTransitionTime: now,
    ...(status || reason === undefined ? {} : { reason }),
  }))

/** The status of one container, wherever it stands; it may be changed. */
export const containerStatus = (
  pod: Pod,
  name: string,
): ContainerStatus | undefined =>
  [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ].find((status) => status.name === name)

export const setWaiting = (
  status: ContainerStatus,
  reason: string,
  message?: string,
): void => {
  status.ready = false
  status.started = false
  status.state = {
    waiting: { reason, ...(message === undefined ? {} : { message }) },
  }
}

export const setRunning = (
  status: ContainerStatus,
  init: boolean,
  now: string,
): void => {
  status.ready = !init
  status.started = true
  status.state = { running: { startedAt: now } }
}

export const setTerminated = (
  status: ContainerStatus,
  end: ContainerEnd,
  now: string,
): void => {
  const startedAt = status.state?.running?.startedAt ?? now
  status.ready = end.exitCode === 0 && status.ready
  status.started = false
  status.state = {
    terminated: {
      exitCode: end.exitCode,
      reason: end.reason ?? (end.exitCode === 0 ? 'Completed' : 'Error'),
      startedAt,
      finishedAt: now,
      ...(end.message === undefined ? {} : { message: end.message }),
    },
  }
}
