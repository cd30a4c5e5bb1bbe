import type { CloudEventV1 } from 'cloudevents'

/**
 * A CloudEvent as it reaches the matcher: `data` is a JSON object, extension
 * attributes with an empty value are left out (Keptn's distributor sends
 * them, and they mean *absent*).
 */
export type JobEvent = CloudEventV1<Record<string, unknown>>
