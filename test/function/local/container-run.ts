import type { ContainerRun } from '../../../function/cluster/runner.ts'

/** A container as the in-memory cluster hands it to a runner. */
export const containerRun = (
  more: Partial<ContainerRun> & {
    volumes?: object[]
    spec?: Partial<ContainerRun['container']>
  } = {},
): ContainerRun & { logged: () => string; starts: () => number } => {
  let logged = ''
  let starts = 0
  const { volumes, spec, ...rest } = more
  return {
    pod: {
      metadata: { name: 'pod', uid: 'uid-1' },
      spec: {
        containers: [],
        volumes: (volumes ?? [
          { name: 'job-volume', emptyDir: {} },
          { name: 'tmp', emptyDir: {} },
        ]) as never,
      },
    },
    container: {
      name: 'task',
      image: 'alpine',
      volumeMounts: [
        { name: 'job-volume', mountPath: '/keptn' },
        { name: 'tmp', mountPath: '/tmp' },
      ],
      ...spec,
    },
    init: false,
    env: {},
    configMap: () => undefined,
    secret: () => undefined,
    log: (chunk) => (logged += chunk),
    started: () => (starts += 1),
    signal: new AbortController().signal,
    ...rest,
    logged: () => logged,
    starts: () => starts,
  }
}
