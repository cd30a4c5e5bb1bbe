import { createHash } from 'node:crypto'
import type { Job } from './cluster/cluster.ts'
import { labelValue } from './label-value.ts'
import { ANNOTATION, LABEL } from './labels.ts'
import { instanceId, watchName } from './names.ts'
import type { Settings } from './settings.ts'

/** Restarts of its container never end the watch. */
const UNREACHABLE = 2 ** 31 - 1

/** The uid of a pod's Job is a label of the pod. */
const OWN_JOB = {
  fieldPath: "metadata.labels['batch.kubernetes.io/controller-uid']",
}

/** Where the token for the function's audience is, if it asks for one. */
const TOKEN_FOLDER = '/var/run/secrets/job-executor'

/**
 * How the image starts the job watch. With a small young generation, and V8
 * told to save memory, a thousand runs need half of what they did; its heap
 * stays within half of the container's limit.
 */
export const WATCH_COMMAND = [
  'node',
  '--max-semi-space-size=1',
  '--optimize-for-size',
  '--max-old-space-size=96',
  '/app/watch.js',
]

/**
 * The Job of the job watch, which is there only while runs are unsettled. In
 * its name is a hash of the rest: a function with other settings or another
 * image makes another, which deletes this one as soon as it sees the runs.
 */
export const watchJob = (settings: Settings, image: string): Job => {
  const { instance, jobWatch, jobNamespace, sender } = settings
  const labels = {
    'app.kubernetes.io/part-of': labelValue(settings.deploymentName),
    [LABEL.instance]: instanceId(instance),
    [LABEL.role]: 'watch',
  }
  const spec: Job['spec'] = {
    backoffLimit: UNREACHABLE,
    template: {
      metadata: { labels },
      spec: {
        restartPolicy: 'OnFailure',
        serviceAccountName: jobWatch.serviceAccount,
        terminationGracePeriodSeconds: 5,
        securityContext: {
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        containers: [
          {
            name: 'job-watch',
            image,
            command: WATCH_COMMAND,
            env: [
              ...Object.entries({
                CALLBACK_URL: settings.callbackUrl,
                FUNCTION_NAME: instance.name,
                FUNCTION_NAMESPACE: instance.namespace,
                JOB_NAMESPACE: jobNamespace,
                JOB_NAMESPACES: settings.jobNamespaces.join(','),
                JOB_WATCH_HEARTBEAT_SECONDS: `${jobWatch.heartbeatSeconds}`,
                JOB_WATCH_LINGER_SECONDS: `${jobWatch.lingerSeconds}`,
                ...(sender && { TOKEN_FILE: `${TOKEN_FOLDER}/token` }),
              }).map(([name, value]) => ({ name, value })),
              { name: 'JOB_UID', valueFrom: { fieldRef: OWN_JOB } },
            ],
            resources: {
              requests: { cpu: '10m', memory: '64Mi' },
              limits: { memory: '192Mi' },
            },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
            ...(sender && {
              volumeMounts: [
                { name: 'token', mountPath: TOKEN_FOLDER, readOnly: true },
              ],
            }),
          },
        ],
        ...(sender && { volumes: [tokenVolume(sender.audience)] }),
      },
    },
  }
  const hash = createHash('sha256')
    .update(JSON.stringify([labels, spec]))
    .digest('hex')
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: watchName(instance, hash),
      namespace: jobNamespace,
      labels,
      annotations: { [ANNOTATION.spec]: hash.slice(0, 32) },
    },
    spec,
  }
}

/** An hour is what the kubelet renews in time. */
const tokenVolume = (audience: string) => ({
  name: 'token',
  projected: {
    sources: [
      {
        serviceAccountToken: {
          audience,
          expirationSeconds: 3600,
          path: 'token',
        },
      },
    ],
  },
})
