import { ClusterError } from '../cluster.ts'
import type { Kind, Kinds, Selection } from '../cluster.ts'
import { remembered } from './remembered.ts'

type Labels = Record<string, string>
type Test<T> = (value: T) => boolean
type Read<T> = (object: T) => string | number | undefined

/** What `selection` selects; throws `Invalid` for what cannot be parsed. */
export const selects = <K extends Kind>(
  kind: K,
  selection: Selection,
): Test<Kinds[K]> => {
  const label = parseLabelSelector(selection.labelSelector ?? '')
  const field = parseFieldSelector(kind, selection.fieldSelector ?? '')
  return (object) => label(object.metadata?.labels ?? {}) && field(object)
}

const EQUAL = /^(!?)([^\s!=<>,()]+)\s*(?:(=|==|!=)\s*([^\s!=<>,()]*))?$/
const SET = /^([^\s!=<>,()]+)\s+(in|notin)\s*\(([^()]*)\)$/

/** Kubernetes' label selector: `a=b,c!=d,e,!f,g in (h,i),j notin (k)`. */
export const parseLabelSelector = remembered((text): Test<Labels> => {
  const tests = splitOutsideParentheses(text).map(parseRequirement)
  return (labels) => tests.every((test) => test(labels))
})

const splitOutsideParentheses = (text: string): string[] =>
  text.trim() === ''
    ? []
    : text.split(/,(?![^(]*\))/).map((part) => part.trim())

const parseRequirement = (text: string): Test<Labels> => {
  const set = SET.exec(text)
  if (set) return setRequirement(set[1]!, set[2]!, set[3]!)
  const equal = EQUAL.exec(text)
  if (!equal || (equal[1] && equal[3]))
    throw new ClusterError('Invalid', `unable to parse requirement: "${text}"`)
  const [, not, key = '', operator, value] = equal
  if (operator === '!=') return (labels) => labels[key] !== value
  if (operator) return (labels) => labels[key] === value
  return (labels) => Object.hasOwn(labels, key) === !not
}

const setRequirement = (
  key: string,
  operator: string,
  list: string,
): Test<Labels> => {
  const values = list.split(',').map((value) => value.trim())
  const within: Test<Labels> = (labels) =>
    labels[key] !== undefined && values.includes(labels[key])
  return operator === 'in' ? within : (labels) => !within(labels)
}

const FIELDS: { [K in Kind]: Record<string, Read<Kinds[K]>> } = {
  Job: {
    'status.successful': (job) => job.status?.succeeded ?? 0,
  },
  Pod: {
    'spec.nodeName': (pod) => pod.spec?.nodeName,
    'spec.restartPolicy': (pod) => pod.spec?.restartPolicy,
    'spec.schedulerName': (pod) => pod.spec?.schedulerName,
    'spec.serviceAccountName': (pod) => pod.spec?.serviceAccountName,
    'status.phase': (pod) => pod.status?.phase,
    'status.podIP': (pod) => pod.status?.podIP,
  },
  ConfigMap: {},
  Event: {
    'involvedObject.kind': (event) => event.involvedObject.kind,
    'involvedObject.namespace': (event) => event.involvedObject.namespace,
    'involvedObject.name': (event) => event.involvedObject.name,
    'involvedObject.uid': (event) => event.involvedObject.uid,
    'involvedObject.apiVersion': (event) => event.involvedObject.apiVersion,
    reason: (event) => event.reason,
    reportingComponent: (event) => event.reportingComponent,
    source: (event) => event.source?.component ?? event.reportingComponent,
    type: (event) => event.type,
  },
}

/** Kubernetes' field selector, with the fields that its kinds support. */
export const parseFieldSelector = <K extends Kind>(
  kind: K,
  text: string,
): Test<Kinds[K]> => {
  const tests = text === '' ? [] : text.split(',').map((p) => field(kind, p))
  return (object) => tests.every((test) => test(object))
}

const field = <K extends Kind>(kind: K, text: string): Test<Kinds[K]> => {
  const parts = /^(.+?)(!=|==|=)(.*)$/.exec(text)
  if (!parts)
    throw new ClusterError(
      'Invalid',
      `invalid selector: '${text}'; can't understand '${text}'`,
    )
  const [, key = '', operator, value] = parts
  const read = reader(kind, key)
  return (object) =>
    (String(read(object) ?? '') === value) === (operator !== '!=')
}

const reader = <K extends Kind>(kind: K, key: string): Read<Kinds[K]> => {
  if (key === 'metadata.name') return (object) => object.metadata?.name
  if (key === 'metadata.namespace')
    return (object) => object.metadata?.namespace
  const read = FIELDS[kind][key]
  if (!read)
    throw new ClusterError(
      'Invalid',
      `Unable to find "${kind}" that match field selector: "${key}" is not ` +
        'a known field selector',
    )
  return read
}
