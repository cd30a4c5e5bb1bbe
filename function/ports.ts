import type { Clock } from './clock.ts'
import type { Cluster } from './cluster/cluster.ts'
import type { SecretValues } from './cluster/secret-reader.ts'
import type { Log } from './log.ts'
import type { Reporter } from './reporter.ts'
import type { ResourceStore } from './resource-store.ts'
import type { Settings } from './settings.ts'

/** The world, handed in once. */
export interface Ports {
  cluster: Cluster
  store: ResourceStore
  /** Absent: nothing is answered. */
  reporter?: Reporter
  /** Absent: the values of Secrets are not known. */
  secretValues?: SecretValues
  clock: Clock
  log: Log
  settings: Settings
  /** Tells this process from other replicas and from its own past. */
  replica: string
  /** Our own image, for the job watch and the files container. */
  image: () => Promise<string>
  /** Told of each run that is committed here and goes on. */
  begun?: (run: string) => void
}
