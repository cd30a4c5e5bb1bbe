import type {
  V1PodSecurityContext,
  V1SecurityContext,
} from '@kubernetes/client-node'
import type { TaskSecurityContext } from '../config/model.ts'
import type { Wire } from './cluster/cluster.ts'

export type SecurityContext = Wire<V1SecurityContext>
export type PodSecurityContext = Wire<V1PodSecurityContext>

/** The original chart's, but `ALL` in capitals as pod security wants it. */
export const HARDENED: SecurityContext = {
  privileged: false,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 1000,
  runAsGroup: 2000,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
}

/** The original chart's. */
export const HARDENED_POD: PodSecurityContext = {
  runAsUser: 1000,
  runAsGroup: 2000,
  runAsNonRoot: true,
  fsGroup: 2000,
  seccompProfile: { type: 'RuntimeDefault' },
}

type Shape =
  | 'boolean'
  | 'integer'
  | 'string'
  | readonly [Shape]
  | { readonly [field: string]: Shape }

const SHARED = {
  runAsUser: 'integer',
  runAsGroup: 'integer',
  runAsNonRoot: 'boolean',
  seccompProfile: { type: 'string', localhostProfile: 'string' },
  appArmorProfile: { type: 'string', localhostProfile: 'string' },
  seLinuxOptions: {
    level: 'string',
    role: 'string',
    type: 'string',
    user: 'string',
  },
  windowsOptions: {
    gmsaCredentialSpec: 'string',
    gmsaCredentialSpecName: 'string',
    hostProcess: 'boolean',
    runAsUserName: 'string',
  },
} as const satisfies Shape

const CONTAINER: Shape = {
  ...SHARED,
  privileged: 'boolean',
  allowPrivilegeEscalation: 'boolean',
  readOnlyRootFilesystem: 'boolean',
  capabilities: { add: ['string'], drop: ['string'] },
  procMount: 'string',
}

const POD: Shape = {
  ...SHARED,
  fsGroup: 'integer',
  fsGroupChangePolicy: 'string',
  seLinuxChangePolicy: 'string',
  supplementalGroups: ['integer'],
  supplementalGroupsPolicy: 'string',
  sysctls: [{ name: 'string', value: 'string' }],
}

const isScalar = (value: unknown, shape: string): boolean =>
  shape === 'integer' ? Number.isSafeInteger(value) : typeof value === shape

const article = (shape: string): string =>
  `${/^[aeiou]/.test(shape) ? 'an' : 'a'} ${shape}`

/** `value` with the shape's spelling of its keys, which may be in any case. */
const conform = (value: unknown, shape: Shape, path: string): unknown => {
  if (typeof shape === 'string') {
    if (isScalar(value, shape)) return value
    throw new Error(`expected ${article(shape)} at \`${path}\``)
  }
  if (shape instanceof Array) {
    if (!Array.isArray(value)) throw new Error(`expected a list at \`${path}\``)
    const [item] = shape
    return value.map((each, at) => conform(each, item, `${path}[${at}]`))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`expected an object${path ? ` at \`${path}\`` : ''}`)
  return conformObject(value, shape, path)
}

const conformObject = (
  value: object,
  shape: { readonly [field: string]: Shape },
  path: string,
): object => {
  const spelling = new Map(
    Object.keys(shape).map((field) => [field.toLowerCase(), field]),
  )
  const fields = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(
    fields.map(([key, inner]) => {
      const here = path ? `${path}.${key}` : key
      const field = spelling.get(key.toLowerCase())
      const wanted = field === undefined ? undefined : shape[field]
      if (field === undefined || wanted === undefined)
        throw new Error(`there is no field \`${here}\` in a security context`)
      return [field, conform(inner, wanted, here)]
    }),
  )
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`expected JSON (${(error as Error).message})`, {
      cause: error,
    })
  }
}

/**
 * The default security context of containers from its JSON file. Keys may be
 * in any case, as the original's reader took them. Throws an Error that says
 * what is wrong and where.
 */
export const readSecurityContext = (text: string): SecurityContext =>
  withCapitalAll(conform(parseJson(text), CONTAINER, '') as SecurityContext)

/** The same for the pod's. */
export const readPodSecurityContext = (text: string): PodSecurityContext =>
  conform(parseJson(text), POD, '') as PodSecurityContext

/** Pod security knows `ALL` only; the container runtime takes any case. */
const withCapitalAll = (context: SecurityContext): SecurityContext => {
  const { capabilities } = context
  if (!capabilities) return context
  const capital = (names: string[]) =>
    names.map((name) => (name.toLowerCase() === 'all' ? 'ALL' : name))
  const { add, drop } = capabilities
  return {
    ...context,
    capabilities: {
      ...(add && { add: capital(add) }),
      ...(drop && { drop: capital(drop) }),
    },
  }
}

/**
 * The security context of a task's containers: each field that the task sets
 * replaces the default's, `capabilities` and `seccompProfile` as a whole.
 */
export const mergeSecurityContext = (
  defaults: SecurityContext,
  { seccompProfile, ...task }: TaskSecurityContext = {},
):
  | { securityContext: SecurityContext }
  | { error: { code: string; message: string } } => {
  if (!seccompProfile)
    return { securityContext: withCapitalAll({ ...defaults, ...task }) }
  const { type } = seccompProfile
  if (type === undefined)
    return {
      error: {
        code: 'seccomp-profile',
        message:
          '`securityContext.seccompProfile` has no `type`: give it `RuntimeDefault`, `Localhost` or `Unconfined`',
      },
    }
  const profile = { ...seccompProfile, type }
  return {
    securityContext: withCapitalAll({
      ...defaults,
      ...task,
      seccompProfile: profile,
    }),
  }
}
