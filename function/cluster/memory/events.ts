import type { Kind } from '../cluster.ts'
import type { ApiServer } from './api-server.ts'
import type { Stored } from './store.ts'
import { RESOURCE } from './wire.ts'

/** Records a Kubernetes Event about `object`; a repeat is counted. */
export const recordEvent = (
  api: ApiServer,
  kind: Kind,
  object: Stored,
  event: { type: 'Normal' | 'Warning'; reason: string; message: string },
): void => {
  const { namespace = '', name = '', uid = '' } = object.metadata ?? {}
  const now = api.now()
  const before = api.store
    .all('Event', namespace)
    .find(
      ({ involvedObject, reason, message }) =>
        involvedObject.uid === uid &&
        reason === event.reason &&
        message === event.message,
    )
  if (before)
    return void api.modify('Event', before, (changed) => {
      changed.count = (changed.count ?? 1) + 1
      changed.lastTimestamp = now
    })
  const source = kind === 'Job' ? 'job-controller' : 'kubelet'
  api.create('Event', {
    metadata: { generateName: `${name.slice(0, 50)}.`, namespace },
    involvedObject: {
      apiVersion: RESOURCE[kind].apiVersion,
      kind,
      namespace,
      name,
      uid,
    },
    ...event,
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
    source: { component: source },
    reportingComponent: source,
    reportingInstance: '',
  })
}
