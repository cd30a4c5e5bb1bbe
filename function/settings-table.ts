/** One variable of the environment, as the docs and `--help` show it. */
export interface SettingRow {
  /** Other names that mean the same; the table's key wins, then these. */
  aliases?: readonly string[]
  /** As it would be written in the environment; absent: unset. */
  default?: string
  /** One sentence. */
  meaning: string
  /** An empty value is taken as given; elsewhere it means *unset*. */
  emptyCounts?: true
}

/**
 * Every variable that the function reads, in the order of the docs. Names and
 * defaults are those of the original and of its chart where it had one.
 */
export const settingsTable = {
  PORT: {
    aliases: ['RCV_PORT'],
    default: '8080',
    meaning: 'Port that the function listens on.',
  },
  FUNCTION_NAME: {
    aliases: ['K_SERVICE'],
    default: 'job-executor-service',
    meaning: 'Name of this installation (of its Knative Service).',
  },
  FUNCTION_NAMESPACE: {
    aliases: ['K8S_NAMESPACE'],
    meaning:
      'Namespace of this installation; else that of its service account, else `default`.',
  },
  FUNCTION_SERVICE_ACCOUNT: {
    meaning:
      'Service account of the function, which no task may use; else the name of the installation.',
  },
  FUNCTION_IMAGE: {
    aliases: ['INIT_CONTAINER_IMAGE'],
    meaning:
      'Image of the function, for init containers and the job watch; else found from its own pod.',
  },
  JOB_NAMESPACE: {
    meaning:
      "Namespace of the runs' records, of the job watch and of tasks that name none; else that of the function. Another one needs the Roles and the accounts of the job watch and of tasks; for some tasks only, use `JOB_NAMESPACES`. Drain before you change it.",
  },
  JOB_NAMESPACES: {
    default: '',
    meaning: 'Further namespaces, comma separated, that a task may name.',
  },
  KEPTN_API_ENDPOINT: {
    meaning:
      'URL of the Keptn API, like `http://api-gateway-nginx.keptn/api`: configs and files are read from it, replies go to it.',
  },
  KEPTN_API_TOKEN: { meaning: 'Token for the Keptn API (`x-token`).' },
  OAUTH_CLIENT_ID: {
    meaning: 'OAuth client for the Keptn API, instead of a token.',
  },
  OAUTH_CLIENT_SECRET: { meaning: 'Secret of the OAuth client.' },
  OAUTH_SCOPES: {
    default: '',
    meaning: 'OAuth scopes, separated by commas or blanks.',
  },
  OAUTH_DISCOVERY: {
    meaning: 'URL of the OpenID discovery document, which names the token URL.',
  },
  OAUTH_TOKEN_URL: {
    meaning: 'URL of the OAuth token endpoint; wins over the discovery.',
  },
  HTTP_SSL_VERIFY: {
    default: 'true',
    meaning: "Whether the Keptn API's certificate is verified.",
  },
  K_SINK: {
    meaning: 'URL that replies are sent to as CloudEvents, without Keptn.',
  },
  K_CE_OVERRIDES: {
    meaning:
      'JSON, `{"extensions":{…}}`: attributes added to what is sent to the sink.',
  },
  RESOURCES_DIR: {
    meaning:
      'Directory with configs and files; wins over Keptn as the place to read from.',
  },
  REPORT_SOURCE: {
    default: 'job-executor-service',
    meaning: '`source` of the events that are sent.',
  },
  FULL_DEPLOYMENT_NAME: {
    default: 'job-executor-service',
    meaning: 'Value of the label `app.kubernetes.io/managed-by` on Jobs.',
    emptyCounts: true,
  },
  DEFAULT_RESOURCE_LIMITS_CPU: {
    default: '1',
    meaning: 'CPU limit of containers without `resources`; empty: none.',
    emptyCounts: true,
  },
  DEFAULT_RESOURCE_LIMITS_MEMORY: {
    default: '512Mi',
    meaning: 'Memory limit of containers without `resources`; empty: none.',
    emptyCounts: true,
  },
  DEFAULT_RESOURCE_REQUESTS_CPU: {
    default: '50m',
    meaning: 'CPU request of containers without `resources`; empty: none.',
    emptyCounts: true,
  },
  DEFAULT_RESOURCE_REQUESTS_MEMORY: {
    default: '128Mi',
    meaning: 'Memory request of containers without `resources`; empty: none.',
    emptyCounts: true,
  },
  DEFAULT_JOB_SERVICE_ACCOUNT: {
    default: 'job-executor-service-default-job-account',
    meaning:
      "Service account of tasks that name none; empty: the namespace's own default.",
    emptyCounts: true,
  },
  JOB_SECURITY_CONTEXT_FILE: {
    default: '/config/job-defaultSecurityContext.json',
    meaning:
      "JSON file with the containers' default security context; without it a hardened one.",
  },
  JOB_POD_SECURITY_CONTEXT_FILE: {
    default: '/config/job-podSecurityContext.json',
    meaning:
      "JSON file with the pods' security context; without it a hardened one.",
  },
  JOB_LABELS_FILE: {
    default: '/config/job-labels.yaml',
    meaning: 'YAML file with labels for all Jobs and their pods.',
  },
  JOB_VOLUME_SIZE_LIMIT: {
    default: '20Mi',
    meaning: 'Size limit of the volume at `/keptn`.',
  },
  ALLOWED_IMAGE_LIST: {
    default: '',
    meaning:
      'Globs of the images that tasks may use, comma separated; empty or `*`: all.',
  },
  ALLOW_PRIVILEGED_JOBS: {
    default: 'false',
    meaning:
      "Whether tasks may ask for a privileged container; their namespace's pod security must allow it, too.",
  },
  ALLOWED_CAPABILITIES: {
    default: '*',
    meaning:
      'Linux capabilities that tasks may add, comma separated; `*`: any, empty: none.',
    emptyCounts: true,
  },
  ALLOWED_SERVICE_ACCOUNTS: {
    default: '*',
    meaning:
      "Service accounts that tasks may name beside the default one, comma separated, `*` at the end for any rest; `*`: any but the function's own, empty: none.",
    emptyCounts: true,
  },
  RESERVED_SERVICE_ACCOUNTS: {
    default: 'job-executor-service-source',
    meaning:
      "Service accounts that no task may name, beside the function's and the job watch's, comma separated, `*` at the end for any rest.",
    emptyCounts: true,
  },
  FUNCTION_SECRETS: {
    default: 'job-executor-service-keptn',
    meaning:
      "Secrets of the function's namespace that no task may name, comma separated, `*` at the end for any rest.",
    emptyCounts: true,
  },
  ALLOWED_SECRETS: {
    default: '*',
    meaning:
      "Secrets that tasks may name, comma separated, `*` at the end for any rest; `*`: any but the function's, empty: none.",
    emptyCounts: true,
  },
  REDACT_SECRETS: {
    default: 'false',
    meaning:
      "Whether the values of a run's Secrets are taken out of the logs that are sent; needs the right to read these Secrets.",
  },
  TASK_DEADLINE_SECONDS: {
    default: '0',
    meaning: 'Longest time that any task may take; 0: no such limit.',
  },
  UNSCHEDULABLE_GRACE_SECONDS: {
    default: '240',
    meaning:
      "How long a task's pod may wait for a node; 0: not at all. The default leaves an autoscaler the time to add one.",
  },
  CALLBACK_URL: {
    meaning:
      'URL that the job watch calls; else `http://NAME.NAMESPACE.svc.cluster.local/callbacks/job`.',
  },
  AUDIENCE: {
    meaning:
      'Audience of the tokens that every sender must show, like `serving.knative.dev/service/NAMESPACE/NAME`; unset: anybody may post.',
  },
  ALLOWED_SENDERS: {
    default: '',
    meaning:
      'Subjects that may post, comma separated, `*` at the end for any rest, like `system:serviceaccount:keptn-jes:*`; needed with `AUDIENCE`.',
  },
  JOB_WATCH: {
    default: 'true',
    meaning:
      'Whether a job watch is started while runs are unsettled; with `false` something else must call `/callbacks/job`, as in `overlays/apiserversource`.',
  },
  JOB_WATCH_SERVICE_ACCOUNT: {
    meaning: 'Service account of the job watch; else `NAME-job-watch`.',
  },
  JOB_WATCH_HEARTBEAT_SECONDS: {
    default: '600',
    meaning: 'How often the job watch calls when nothing happens.',
  },
  JOB_WATCH_LINGER_SECONDS: {
    default: '10',
    meaning: 'How long the job watch stays after the last run was settled.',
  },
  REPORT_LEASE_SECONDS: {
    default: '60',
    meaning: 'How long a claim to send a reply holds.',
  },
  REPORT_DEADLINE: {
    default: '86400',
    meaning: 'Seconds after which a reply that nobody takes is given up.',
  },
  ANSWER_INVALID_CONFIG_FOR: {
    default: [
      'sh.keptn.event.test.triggered',
      'sh.keptn.event.deployment.triggered',
      'sh.keptn.event.evaluation.triggered',
      'sh.keptn.event.release.triggered',
      'sh.keptn.event.approval.triggered',
      'sh.keptn.event.action.triggered',
    ].join(','),
    meaning:
      'Event types, comma separated, that are answered when the config cannot be parsed.',
    emptyCounts: true,
  },
  LIMIT_BODY_BYTES: {
    default: '1048576',
    meaning: 'Longest body of a request.',
  },
  LIMIT_CONFIG_BYTES: {
    default: '1048576',
    meaning: 'Longest `job/config.yaml`, at most 1048576.',
  },
  LIMIT_FILES: { default: '200', meaning: 'Most files of one task.' },
  LIMIT_FILE_BYTES: { default: '921600', meaning: 'Longest file of a task.' },
  LIMIT_FILES_BYTES: {
    default: '10485760',
    meaning: 'Most bytes of all files of one task.',
  },
  LIMIT_TASKS: { default: '100', meaning: 'Most tasks of one run.' },
  LIMIT_LABELS: {
    default: '100',
    meaning: 'Most labels of an event; each becomes a variable.',
  },
  LIMIT_LABELS_BYTES: {
    default: '8192',
    meaning: 'Most bytes of all labels of an event, as JSON.',
  },
  LIMIT_MESSAGE_BYTES: {
    default: '61440',
    meaning: 'Longest `.finished` event; the oldest part of its logs is cut.',
  },
} as const satisfies Record<string, SettingRow>

export type SettingName = keyof typeof settingsTable
