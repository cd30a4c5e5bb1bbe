import { remembered } from '../remembered.ts'

/**
 * Kubernetes' rules for names. Each answers what is wrong, or `undefined`.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
type Rule = (value: string) => string | undefined

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const NAME_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/

const longerThan = (value: string, most: number): string | undefined =>
  value.length > most ? `must be no more than ${most} characters` : undefined

export const dnsLabel: Rule = (value) =>
  longerThan(value, 63) ??
  (LABEL.test(value)
    ? undefined
    : 'a lowercase RFC 1123 label must consist of lower case alphanumeric ' +
      "characters or '-', and must start and end with an alphanumeric " +
      'character')

export const dnsSubdomain: Rule = (value) =>
  longerThan(value, 253) ??
  (value.split('.').every((part) => LABEL.test(part))
    ? undefined
    : 'a lowercase RFC 1123 subdomain must consist of lower case ' +
      "alphanumeric characters, '-' or '.', and must start and end with an " +
      'alphanumeric character')

export const labelValue: Rule = remembered(
  (value) =>
    longerThan(value, 63) ??
    (value === '' || NAME_PART.test(value)
      ? undefined
      : 'a valid label must be an empty string or consist of alphanumeric ' +
        "characters, '-', '_' or '.', and must start and end with an " +
        'alphanumeric character'),
)

/** `name` or `prefix/name`, as keys of labels, annotations, resources. */
export const qualifiedName: Rule = remembered((value) => {
  const parts = value.split('/')
  const name = parts.pop() ?? ''
  const [prefix] = parts
  if (parts.length > 1) return 'a qualified name has at most one slash'
  if (prefix === '') return 'prefix part must be non-empty'
  const wrong = prefix === undefined ? undefined : dnsSubdomain(prefix)
  if (wrong) return `prefix part ${wrong}`
  if (name === '') return 'name part must be non-empty'
  if (name.length > 63) return 'name part must be no more than 63 characters'
  return NAME_PART.test(name)
    ? undefined
    : "name part must consist of alphanumeric characters, '-', '_' or '.', " +
        'and must start and end with an alphanumeric character'
})

/** Since Kubernetes 1.34: printable ASCII but `=`. */
export const envName: Rule = (value) =>
  /^[ -<>-~]+$/.test(value)
    ? undefined
    : 'a valid environment variable name must consist only of printable ' +
      "ASCII characters other than '='"

/** Keys of ConfigMaps. */
export const dataKey: Rule = (value) => {
  if (value.length > 253) return 'must be no more than 253 characters'
  if (value === '.' || value.startsWith('..'))
    return `must not be '.' or start with '..'`
  return /^[-._a-zA-Z0-9]+$/.test(value)
    ? undefined
    : 'a valid config key must consist of alphanumeric characters, ' +
        "'-', '_' or '.'"
}
