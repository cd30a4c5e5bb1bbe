import type { ConfigMap, Pod } from '../cluster.ts'
import { CannotStart } from '../runner.ts'
import type { Container } from '../runner.ts'

type EnvVar = NonNullable<Container['env']>[number]
type Env = Record<string, string>

/** Where a container's values come from besides its own spec. */
export interface Sources {
  pod: Pod
  configMap(name: string): ConfigMap | undefined
  secret(name: string): Record<string, string> | undefined
}

/**
 * `$(NAME)` becomes the value of a known name and stays what it is for an
 * unknown; `$$` is a plain `$`.
 * https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export const expand = (text: string, env: Env): string =>
  text.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name?: string) => {
    if (name === undefined) return '$'
    return Object.hasOwn(env, name) ? env[name]! : whole
  })

/**
 * The container's environment: `envFrom` first, then `env` in order, where a
 * value sees what stands before it. Throws `CannotStart`.
 */
export const resolveEnv = (container: Container, sources: Sources): Env => {
  const env: Env = {}
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ??
    []) {
    const data = configMapRef
      ? optional(configMapRef, 'configmap', (name) => configData(sources, name))
      : optional(secretRef, 'secret', (name) => sources.secret(name))
    for (const [key, value] of Object.entries(data ?? {}))
      env[prefix + key] = value
  }
  for (const entry of container.env ?? []) {
    const value = entry.valueFrom
      ? referenced(entry.valueFrom, container, sources)
      : expand(entry.value ?? '', env)
    if (value !== undefined) env[entry.name] = value
  }
  return env
}

const configData = (sources: Sources, name: string): Env | undefined => {
  const map = sources.configMap(name)
  return map && (map.data ?? {})
}

const optional = <T>(
  ref: { name?: string; optional?: boolean } | undefined,
  kind: string,
  read: (name: string) => T | undefined,
): T | undefined => {
  const name = ref?.name ?? ''
  const found = read(name)
  if (found === undefined && !ref?.optional)
    throw new CannotStart(
      'CreateContainerConfigError',
      `${kind} "${name}" not found`,
    )
  return found
}

const referenced = (
  from: NonNullable<EnvVar['valueFrom']>,
  container: Container,
  sources: Sources,
): string | undefined => {
  if (from.fieldRef) return field(from.fieldRef.fieldPath, sources.pod)
  if (from.resourceFieldRef) {
    const [part = '', name = ''] = from.resourceFieldRef.resource.split('.')
    const resources = container.resources as
      Record<string, Env | undefined> | undefined
    return resources?.[part]?.[name] ?? '0'
  }
  const ref = from.configMapKeyRef ?? from.secretKeyRef
  const kind = from.configMapKeyRef ? 'configmap' : 'secret'
  const data = optional(ref, kind, (name) =>
    from.configMapKeyRef ? configData(sources, name) : sources.secret(name),
  )
  const value = data?.[ref?.key ?? '']
  if (value === undefined && !ref?.optional)
    throw new CannotStart(
      'CreateContainerConfigError',
      `couldn't find key ${ref?.key} in ${kind} ` +
        `${sources.pod.metadata?.namespace}/${ref?.name}`,
    )
  return value
}

const field = (path: string, pod: Pod): string => {
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path)
  if (subscript)
    return (
      pod.metadata?.[subscript[1] as 'labels' | 'annotations']?.[
        subscript[2]!
      ] ?? ''
    )
  const value = path
    .split('.')
    .reduce<unknown>(
      (found, key) => (found as Record<string, unknown> | undefined)?.[key],
      pod,
    )
  return typeof value === 'string' ? value : ''
}
