import { copyTree } from './copy-tree.ts'

/**
 * The init container of a task with files: copies the bundle into the
 * volume that the task sees. Arguments: from, to.
 */
const [from = '/bundle', to = '/keptn'] = process.argv.slice(2)

try {
  console.log(`${copyTree(from, to)} files copied to ${to}`)
} catch (error) {
  console.error(
    `cannot copy the task's files: ${error instanceof Error ? error.message : String(error)}`,
  )
  process.exitCode = 1
}
