import type { Pod } from '../../cluster.ts'
import type { FieldErrors } from './field.ts'
import { dnsLabel, dnsSubdomain, envName, qualifiedName } from './names.ts'
import { dataKey } from './names.ts'
import { parseQuantity } from './quantity.ts'

export type PodSpec = NonNullable<Pod['spec']>
type Container = PodSpec['containers'][number]
type Volume = NonNullable<PodSpec['volumes']>[number]
type EnvVar = NonNullable<Container['env']>[number]
type EnvFrom = NonNullable<Container['envFrom']>[number]
type Mount = NonNullable<Container['volumeMounts']>[number]
type Resources = NonNullable<Container['resources']>

/** A pod's (or a template's) spec, at `path`, after the defaults. */
export const validatePodSpec = (
  spec: PodSpec,
  path: string,
  errors: FieldErrors,
): void => {
  const volumes = validateVolumes(spec.volumes ?? [], path, errors)
  if (!spec.containers?.length) errors.required(`${path}.containers`)
  const names = new Set<string>()
  for (const [field, containers] of [
    ['initContainers', spec.initContainers ?? []],
    ['containers', spec.containers ?? []],
  ] as const)
    containers.forEach((container, index) => {
      const at = `${path}.${field}[${index}]`
      if (names.has(container.name))
        errors.duplicate(`${at}.name`, container.name)
      names.add(container.name)
      validateContainer(container, volumes, at, errors)
    })
  validatePodFields(spec, path, errors)
}

const validatePodFields = (
  spec: PodSpec,
  path: string,
  errors: FieldErrors,
): void => {
  if (spec.serviceAccountName)
    errors.check(
      `${path}.serviceAccountName`,
      spec.serviceAccountName,
      dnsSubdomain(spec.serviceAccountName),
    )
  if (!['Always', 'OnFailure', 'Never'].includes(spec.restartPolicy ?? ''))
    errors.unsupported(`${path}.restartPolicy`, spec.restartPolicy, [
      'Always',
      'OnFailure',
      'Never',
    ])
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0)
    errors.invalid(
      `${path}.terminationGracePeriodSeconds`,
      spec.terminationGracePeriodSeconds,
      NOT_NEGATIVE,
    )
  if (spec.activeDeadlineSeconds !== undefined)
    if (spec.activeDeadlineSeconds < 1)
      errors.invalid(
        `${path}.activeDeadlineSeconds`,
        spec.activeDeadlineSeconds,
        'must be between 1 and 2147483647, inclusive',
      )
  validateSecurity(spec.securityContext, `${path}.securityContext`, errors)
}

const NOT_NEGATIVE = 'must be greater than or equal to 0'

const validateContainer = (
  container: Container,
  volumes: Set<string>,
  path: string,
  errors: FieldErrors,
): void => {
  if (!container.name) errors.required(`${path}.name`)
  else errors.check(`${path}.name`, container.name, dnsLabel(container.name))
  if (!container.image) errors.required(`${path}.image`)
  // Kubernetes looks at it in pods only, not in templates.
  else if (
    !path.startsWith('spec.template') &&
    container.image.trim() !== container.image
  )
    errors.invalid(
      `${path}.image`,
      container.image,
      'must not have leading or trailing whitespace',
    )
  if (!['Always', 'IfNotPresent', 'Never'].includes(container.imagePullPolicy!))
    errors.unsupported(`${path}.imagePullPolicy`, container.imagePullPolicy, [
      'Always',
      'IfNotPresent',
      'Never',
    ])
  container.env?.forEach((env, index) =>
    validateEnv(env, `${path}.env[${index}]`, errors),
  )
  container.envFrom?.forEach((from, index) =>
    validateEnvFrom(from, `${path}.envFrom[${index}]`, errors),
  )
  validateResources(container.resources ?? {}, `${path}.resources`, errors)
  validateMounts(container.volumeMounts ?? [], volumes, path, errors)
  validateSecurity(container.securityContext, `${path}.securityContext`, errors)
  validatePrivilege(container, `${path}.securityContext`, errors)
}

const validateEnv = (env: EnvVar, path: string, errors: FieldErrors): void => {
  if (!env.name) errors.required(`${path}.name`)
  else errors.check(`${path}.name`, env.name, envName(env.name))
  if (!env.valueFrom) return
  const at = `${path}.valueFrom`
  const sources = Object.values(env.valueFrom).filter(Boolean)
  if (env.value)
    errors.invalid(at, '', 'may not be specified when `value` is not empty')
  if (sources.length === 0)
    errors.invalid(
      at,
      '',
      'must specify one of: `fieldRef`, `resourceFieldRef`, ' +
        '`configMapKeyRef` or `secretKeyRef`',
    )
  if (sources.length > 1)
    errors.invalid(
      at,
      '',
      'may not have more than one field specified at a time',
    )
  for (const ref of ['secretKeyRef', 'configMapKeyRef'] as const) {
    const given = env.valueFrom[ref]
    if (!given) continue
    if (!given.name) errors.required(`${at}.${ref}.name`)
    if (!given.key) errors.required(`${at}.${ref}.key`)
    else errors.check(`${at}.${ref}.key`, given.key, dataKey(given.key))
  }
}

const validateEnvFrom = (
  from: EnvFrom,
  path: string,
  errors: FieldErrors,
): void => {
  if (from.prefix)
    errors.check(`${path}.prefix`, from.prefix, envName(from.prefix))
  const refs = (['configMapRef', 'secretRef'] as const).filter((r) => from[r])
  if (refs.length === 0)
    errors.invalid(
      path,
      '',
      'must specify one of: `configMapRef` or `secretRef`',
    )
  if (refs.length > 1)
    errors.invalid(
      path,
      '',
      'may not have more than one field specified at a time',
    )
  for (const ref of refs) {
    const name = from[ref]?.name
    if (!name) errors.required(`${path}.${ref}.name`)
    else errors.check(`${path}.${ref}.name`, name, dnsSubdomain(name))
  }
}

const STANDARD = /^(cpu|memory|ephemeral-storage|hugepages-.+)$/

const validateResources = (
  resources: Resources,
  path: string,
  errors: FieldErrors,
): void => {
  const { limits, requests } = resources
  for (const part of ['limits', 'requests'] as const)
    for (const name in resources[part]) {
      const value = resources[part][name]
      const at = `${path}.${part}[${name}]`
      errors.check(at, name, resourceName(name))
      if ((parseQuantity(String(value)) ?? 0) < 0)
        errors.invalid(at, value, NOT_NEGATIVE)
    }
  for (const name in requests) {
    const [request, limit] = [requests[name]!, limits?.[name]]
    if (limit === undefined) continue
    if ((parseQuantity(request) ?? 0) > (parseQuantity(limit) ?? 0))
      errors.invalid(
        `${path}.requests`,
        request,
        `must be less than or equal to ${name} limit of ${limit}`,
      )
  }
}

const resourceName = (name: string): string | undefined =>
  qualifiedName(name) ??
  (name.includes('/') || STANDARD.test(name)
    ? undefined
    : 'must be a standard resource for containers')

const validateVolumes = (
  volumes: Volume[],
  path: string,
  errors: FieldErrors,
): Set<string> => {
  const names = new Set<string>()
  volumes.forEach((volume, index) => {
    const at = `${path}.volumes[${index}]`
    const { name, ...sources } = volume
    if (!name) errors.required(`${at}.name`)
    else errors.check(`${at}.name`, name, dnsLabel(name))
    if (names.has(name)) errors.duplicate(`${at}.name`, name)
    names.add(name)
    const given = Object.values(sources).filter((source) => source)
    if (given.length === 0) errors.required(at, 'must specify a volume type')
    if (given.length > 1)
      errors.forbidden(at, 'may not specify more than 1 volume type')
    if (volume.configMap && !volume.configMap.name)
      errors.required(`${at}.configMap.name`)
    if (volume.secret && !volume.secret.secretName)
      errors.required(`${at}.secret.secretName`)
  })
  return names
}

const validateMounts = (
  mounts: Mount[],
  volumes: Set<string>,
  path: string,
  errors: FieldErrors,
): void => {
  const paths = new Set<string>()
  mounts.forEach((mount, index) => {
    const at = `${path}.volumeMounts[${index}]`
    if (!mount.name) errors.required(`${at}.name`)
    else if (!volumes.has(mount.name)) errors.notFound(`${at}.name`, mount.name)
    if (!mount.mountPath) errors.required(`${at}.mountPath`)
    else if (paths.has(mount.mountPath))
      errors.invalid(`${at}.mountPath`, mount.mountPath, 'must be unique')
    paths.add(mount.mountPath)
    const subPath = mount.subPath ?? ''
    if (subPath.startsWith('/'))
      errors.invalid(`${at}.subPath`, subPath, 'must be a relative path')
    if (subPath.split('/').includes('..'))
      errors.invalid(`${at}.subPath`, subPath, "must not contain '..'")
  })
}

type Security = NonNullable<Container['securityContext']>

const validateSecurity = (
  security:
    Pick<Security, 'runAsUser' | 'runAsGroup' | 'seccompProfile'> | undefined,
  path: string,
  errors: FieldErrors,
): void => {
  for (const field of ['runAsUser', 'runAsGroup'] as const) {
    const id = security?.[field]
    if (id !== undefined && (id < 0 || id > 2147483647))
      errors.invalid(
        `${path}.${field}`,
        id,
        'must be between 0 and 2147483647, inclusive',
      )
  }
  validateSeccomp(security?.seccompProfile, `${path}.seccompProfile`, errors)
}

const SECCOMP = ['Localhost', 'RuntimeDefault', 'Unconfined']

const validateSeccomp = (
  profile: Security['seccompProfile'],
  path: string,
  errors: FieldErrors,
): void => {
  if (!profile) return
  const { type, localhostProfile } = profile
  if (!type) errors.required(`${path}.type`)
  else if (!SECCOMP.includes(type))
    errors.unsupported(`${path}.type`, type, SECCOMP)
  else if (type === 'Localhost' && !localhostProfile)
    errors.required(
      `${path}.localhostProfile`,
      'must be set when seccomp type is Localhost',
    )
  else if (type !== 'Localhost' && localhostProfile !== undefined)
    errors.invalid(
      `${path}.localhostProfile`,
      localhostProfile,
      'can only be set when seccomp type is Localhost',
    )
}

const validatePrivilege = (
  container: Container,
  path: string,
  errors: FieldErrors,
): void => {
  const security = container.securityContext
  if (!security) return
  if (
    security.procMount !== undefined &&
    !['Default', 'Unmasked'].includes(security.procMount)
  )
    errors.unsupported(`${path}.procMount`, security.procMount, [
      'Default',
      'Unmasked',
    ])
  if (security.allowPrivilegeEscalation !== false) return
  if (security.privileged)
    errors.invalid(
      path,
      security,
      'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    )
  if (security.capabilities?.add?.includes('CAP_SYS_ADMIN'))
    errors.invalid(
      path,
      security,
      'cannot set `allowPrivilegeEscalation` to false and ' +
        '`capabilities.Add` CAP_SYS_ADMIN',
    )
}
