import { copyTree } from '../copy-tree.ts'
import type { ContainerEnd, ContainerRun } from '../cluster/runner.ts'
import { FILES_CONTAINER } from '../render.ts'
import type { Mount } from './pod-volumes.ts'

/** Whether it is the container of our own image that puts files into place. */
export const isFilesContainer = ({ init, container }: ContainerRun): boolean =>
  init && container.name === FILES_CONTAINER

/** Does its work here: there need not be an image of ours on this machine. */
export const runFilesContainer = (
  run: ContainerRun,
  mounts: Mount[],
): ContainerEnd => {
  const at = (mountPath: string): string => {
    const mount = mounts.find((each) => each.mountPath === mountPath)
    if (!mount) throw new Error(`nothing is mounted at ${mountPath}`)
    return mount.hostPath
  }
  run.started()
  try {
    const copied = copyTree(at('/bundle'), at('/keptn'))
    run.log(`${copied} files copied to /keptn\n`)
    return { exitCode: 0 }
  } catch (error) {
    run.log(`cannot copy the task's files: ${(error as Error).message}\n`)
    return { exitCode: 1 }
  }
}
