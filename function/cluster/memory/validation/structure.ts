import { Ajv } from 'ajv'
import type { AnySchema, ValidateFunction } from 'ajv'
import { ClusterError } from '../../cluster.ts'
import type { Kind } from '../../cluster.ts'
import { specOf, type Stored } from '../store.ts'
import { parseQuantity } from './quantity.ts'

/**
 * The types of the fields that this project may write: what the API server's
 * decoder refuses, before any validation. Other fields are left alone.
 */
const text = { type: 'string', nullable: true }
const flag = { type: 'boolean', nullable: true }
const int32 = {
  type: 'integer',
  minimum: -2147483648,
  maximum: 2147483647,
  nullable: true,
}
const int64 = { type: 'integer', nullable: true }
const list = (items: AnySchema) => ({ type: 'array', items, nullable: true })
const map = (values: AnySchema) => ({
  type: 'object',
  additionalProperties: values,
  nullable: true,
})
const object = (properties: Record<string, AnySchema>) => ({
  type: 'object',
  properties,
  nullable: true,
})
const quantity = { type: ['string', 'number'], format: 'quantity' }

const metadata = object({
  name: text,
  generateName: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  labels: map(text),
  annotations: map(text),
  finalizers: list(text),
  ownerReferences: list(
    object({
      apiVersion: text,
      kind: text,
      name: text,
      uid: text,
      controller: flag,
      blockOwnerDeletion: flag,
    }),
  ),
})

const reference = object({ name: text, key: text, optional: flag })
const seccompProfile = object({ type: text, localhostProfile: text })
const security = {
  runAsUser: int64,
  runAsGroup: int64,
  runAsNonRoot: flag,
  seccompProfile,
}

const container = object({
  name: text,
  image: text,
  imagePullPolicy: text,
  command: list(text),
  args: list(text),
  workingDir: text,
  restartPolicy: text,
  env: list(
    object({
      name: text,
      value: text,
      valueFrom: object({
        secretKeyRef: reference,
        configMapKeyRef: reference,
        fieldRef: object({ apiVersion: text, fieldPath: text }),
        resourceFieldRef: object({ containerName: text, resource: text }),
      }),
    }),
  ),
  envFrom: list(
    object({ prefix: text, secretRef: reference, configMapRef: reference }),
  ),
  resources: object({ limits: map(quantity), requests: map(quantity) }),
  volumeMounts: list(
    object({
      name: text,
      mountPath: text,
      subPath: text,
      subPathExpr: text,
      readOnly: flag,
    }),
  ),
  securityContext: object({
    ...security,
    privileged: flag,
    allowPrivilegeEscalation: flag,
    readOnlyRootFilesystem: flag,
    procMount: text,
    capabilities: object({ add: list(text), drop: list(text) }),
  }),
})

const items = list(object({ key: text, path: text, mode: int32 }))
const podSpec = object({
  containers: list(container),
  initContainers: list(container),
  volumes: list(
    object({
      name: text,
      emptyDir: object({ medium: text, sizeLimit: quantity }),
      configMap: object({ name: text, optional: flag, items }),
      secret: object({ secretName: text, optional: flag, items }),
    }),
  ),
  restartPolicy: text,
  serviceAccountName: text,
  automountServiceAccountToken: flag,
  activeDeadlineSeconds: int64,
  terminationGracePeriodSeconds: int64,
  nodeSelector: map(text),
  imagePullSecrets: list(object({ name: text })),
  securityContext: object({ ...security, fsGroup: int64 }),
})

const SCHEMA: Record<Kind, AnySchema> = {
  Job: object({
    metadata,
    spec: object({
      parallelism: int32,
      completions: int32,
      backoffLimit: int32,
      activeDeadlineSeconds: int64,
      ttlSecondsAfterFinished: int32,
      suspend: flag,
      completionMode: text,
      template: object({ metadata, spec: podSpec }),
    }),
  }),
  Pod: object({ metadata, spec: podSpec }),
  ConfigMap: object({
    metadata,
    immutable: flag,
    data: map(text),
    binaryData: map(text),
  }),
  Event: object({
    metadata,
    involvedObject: object({
      apiVersion: text,
      kind: text,
      namespace: text,
      name: text,
      uid: text,
    }),
    reason: text,
    message: text,
    type: text,
    count: int32,
    action: text,
    reportingComponent: text,
    reportingInstance: text,
  }),
}

let compiled: Record<Kind, ValidateFunction> | undefined

const compile = (): Record<Kind, ValidateFunction> => {
  const ajv = new Ajv({ strict: false })
  ajv.addFormat('quantity', {
    type: 'string',
    validate: (value: string) => parseQuantity(value) !== undefined,
  })
  return {
    Job: ajv.compile(SCHEMA.Job),
    Pod: ajv.compile(SCHEMA.Pod),
    ConfigMap: ajv.compile(SCHEMA.ConfigMap),
    Event: ajv.compile(SCHEMA.Event),
  }
}

/**
 * Throws `Invalid` where a field has another type than Kubernetes' has. A spec
 * as `before` was judged then.
 */
export const checkStructure = (
  kind: Kind,
  object: Stored,
  before?: Stored,
): void => {
  compiled ??= compile()
  const validate = compiled[kind]
  const spec = specOf(object)
  const isKnown = spec !== undefined && before && spec === specOf(before)
  if (validate(isKnown ? { metadata: object.metadata } : object)) return
  const error = validate.errors?.[0]
  const path = (error?.instancePath ?? '').slice(1).replaceAll('/', '.')
  throw new ClusterError(
    'Invalid',
    `${kind} in version cannot be handled: ${path}: ${error?.message}`,
  )
}
