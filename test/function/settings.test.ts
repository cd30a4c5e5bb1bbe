import t from 'tap'
import {
  readSettings,
  SettingsError,
  settingsTable,
} from '../../function/settings.ts'
import type { SettingRow, SettingsFiles } from '../../function/settings.ts'
import { HARDENED, HARDENED_POD } from '../../function/security-context.ts'

const none: SettingsFiles = { read: () => undefined }
const files = (texts: Record<string, string>): SettingsFiles => ({
  read: (path) => texts[path],
})
const KEPTN = { KEPTN_API_ENDPOINT: 'http://api-gateway-nginx.keptn/api/' }

const mistakesOf = (env: NodeJS.ProcessEnv, from = none): string => {
  try {
    readSettings(env, from)
    return ''
  } catch (error) {
    if (error instanceof SettingsError) return error.message
    throw error
  }
}

t.test("defaults are the original chart's", async (t) => {
  t.strictSame(readSettings(KEPTN, none), {
    port: 8080,
    instance: { name: 'job-executor-service', namespace: 'default' },
    serviceAccount: 'job-executor-service',
    jobNamespace: 'default',
    jobNamespaces: [],
    keptn: {
      endpoint: 'http://api-gateway-nginx.keptn/api',
      tlsVerify: true,
    },
    source: 'job-executor-service',
    deploymentName: 'job-executor-service',
    jobDefaults: {
      resources: {
        limits: { cpu: '1', memory: '512Mi' },
        requests: { cpu: '50m', memory: '128Mi' },
      },
      serviceAccount: 'job-executor-service-default-job-account',
      securityContext: HARDENED,
      podSecurityContext: HARDENED_POD,
      labels: {},
      ttl: 21600,
      volumeSizeLimit: '20Mi',
    },
    allowedImages: [],
    allowPrivilegedJobs: false,
    allowedCapabilities: ['*'],
    allowedServiceAccounts: ['*'],
    reservedServiceAccounts: ['job-executor-service-source'],
    functionSecrets: ['job-executor-service-keptn'],
    allowedSecrets: ['*'],
    redactSecrets: false,
    unschedulableGraceSeconds: 240,
    callbackUrl:
      'http://job-executor-service.default.svc.cluster.local/callbacks/job',
    jobWatch: {
      enabled: true,
      serviceAccount: 'job-executor-service-job-watch',
      heartbeatSeconds: 600,
      lingerSeconds: 10,
    },
    leaseSeconds: 60,
    reportDeadlineSeconds: 86400,
    answeredInvalid: [
      'sh.keptn.event.test.triggered',
      'sh.keptn.event.deployment.triggered',
      'sh.keptn.event.evaluation.triggered',
      'sh.keptn.event.release.triggered',
      'sh.keptn.event.approval.triggered',
      'sh.keptn.event.action.triggered',
    ],
    limits: {
      bodyBytes: 1048576,
      configBytes: 1048576,
      files: 200,
      fileBytes: 921600,
      filesBytes: 10485760,
      tasks: 100,
      labels: 100,
      labelsBytes: 8192,
      messageBytes: 61440,
    },
  })
})

t.test('everything can be set', async (t) => {
  const settings = readSettings(
    {
      PORT: '9090',
      RCV_PORT: '1',
      K_SERVICE: 'runner',
      FUNCTION_SERVICE_ACCOUNT: 'robot',
      FUNCTION_IMAGE: 'example.org/function:1',
      JOB_NAMESPACE: 'jobs',
      JOB_NAMESPACES: 'a, b,,c',
      KEPTN_API_ENDPOINT: 'https://keptn.example.org/api',
      OAUTH_CLIENT_ID: 'id',
      OAUTH_CLIENT_SECRET: 'secret',
      OAUTH_SCOPES: 'openid,a b',
      OAUTH_DISCOVERY: 'https://idp.example.org/.well-known',
      OAUTH_TOKEN_URL: 'https://idp.example.org/token',
      HTTP_SSL_VERIFY: 'F',
      K_SINK: 'http://broker.example.org/ns/default',
      K_CE_OVERRIDES: '{"extensions":{"team":"a"}}',
      RESOURCES_DIR: '/resources',
      REPORT_SOURCE: 'me',
      FULL_DEPLOYMENT_NAME: '',
      DEFAULT_RESOURCE_LIMITS_CPU: '0.5',
      DEFAULT_RESOURCE_LIMITS_MEMORY: '1024Mi',
      DEFAULT_RESOURCE_REQUESTS_CPU: '',
      DEFAULT_RESOURCE_REQUESTS_MEMORY: '',
      DEFAULT_JOB_SERVICE_ACCOUNT: '',
      JOB_SECURITY_CONTEXT_FILE: '/c.json',
      JOB_LABELS_FILE: '/l.yaml',
      JOB_VOLUME_SIZE_LIMIT: '1024Mi',
      ALLOWED_IMAGE_LIST: 'docker.io/*,x',
      ALLOW_PRIVILEGED_JOBS: 'TRUE',
      TASK_DEADLINE_SECONDS: '900',
      CALLBACK_URL: 'http://here/callbacks/job',
      AUDIENCE: 'me',
      ALLOWED_SENDERS: 'system:serviceaccount:a:b, system:serviceaccount:c:*',
      JOB_WATCH: '0',
      JOB_WATCH_SERVICE_ACCOUNT: 'watcher',
      ANSWER_INVALID_CONFIG_FOR: '',
      LIMIT_TASKS: '5',
    },
    files({
      '/var/run/secrets/kubernetes.io/serviceaccount/namespace': 'home\n',
      '/c.json': '{"Privileged":true}',
      '/config/job-podSecurityContext.json': '{"FsGroup":7}',
      '/l.yaml': 'team: a',
    }),
  )
  t.match(settings, {
    port: 9090,
    instance: { name: 'runner', namespace: 'home' },
    serviceAccount: 'robot',
    image: 'example.org/function:1',
    jobNamespace: 'jobs',
    jobNamespaces: ['a', 'b', 'c'],
    keptn: {
      oauth: {
        clientId: 'id',
        clientSecret: 'secret',
        scopes: ['openid', 'a', 'b'],
        discovery: 'https://idp.example.org/.well-known',
        tokenUrl: 'https://idp.example.org/token',
      },
      tlsVerify: false,
    },
    sink: 'http://broker.example.org/ns/default',
    ceOverrides: { team: 'a' },
    resourcesDir: '/resources',
    source: 'me',
    deploymentName: '',
    allowedImages: ['docker.io/*', 'x'],
    allowPrivilegedJobs: true,
    taskDeadlineSeconds: 900,
    callbackUrl: 'http://here/callbacks/job',
    sender: {
      audience: 'me',
      subjects: ['system:serviceaccount:a:b', 'system:serviceaccount:c:*'],
    },
    jobWatch: { enabled: false, serviceAccount: 'watcher' },
    answeredInvalid: [],
    limits: { tasks: 5 },
  })
  t.strictSame(settings.jobDefaults, {
    resources: { limits: { cpu: '500m', memory: '1Gi' }, requests: {} },
    serviceAccount: '',
    securityContext: { privileged: true },
    podSecurityContext: { fsGroup: 7 },
    labels: { team: 'a' },
    ttl: 21600,
    volumeSizeLimit: '1Gi',
  })
})

const bad: [NodeJS.ProcessEnv, RegExp][] = [
  [{ PORT: '0' }, /PORT="0": expected a whole number from 1 to 65535/],
  [{ RCV_PORT: '80a' }, /RCV_PORT="80a": expected a whole number/],
  [{ FUNCTION_NAME: 'No' }, /FUNCTION_NAME="No": expected lower case/],
  [{ JOB_NAMESPACE: 'a.b' }, /JOB_NAMESPACE="a.b": expected lower case/],
  [{ JOB_NAMESPACES: 'a,*' }, /JOB_NAMESPACES.*`\*` is none/],
  [{ KEPTN_API_ENDPOINT: 'keptn' }, /KEPTN_API_ENDPOINT="keptn": .*http/],
  [{ OAUTH_CLIENT_ID: 'a' }, /OAUTH_CLIENT_SECRET: is needed/],
  [{ OAUTH_CLIENT_ID: 'a' }, /OAUTH_TOKEN_URL: it or OAUTH_DISCOVERY/],
  [{ HTTP_SSL_VERIFY: 'no' }, /HTTP_SSL_VERIFY="no": expected `true`/],
  [{ K_SINK: 'ftp://x' }, /K_SINK="ftp:\/\/x": expected a URL/],
  [{ K_CE_OVERRIDES: '{' }, /K_CE_OVERRIDES="{": expected JSON/],
  [{ K_CE_OVERRIDES: '{"extensions":1}' }, /K_CE_OVERRIDES.*expected JSON/],
  [{ K_CE_OVERRIDES: '{"extensions":{"A":"b"}}' }, /`A` does not fit/],
  [{ DEFAULT_RESOURCE_LIMITS_CPU: 'x' }, /LIMITS_CPU="x": quantities must/],
  [{ DEFAULT_JOB_SERVICE_ACCOUNT: '!' }, /ACCOUNT="!": expected the name/],
  [{ JOB_SECURITY_CONTEXT_FILE: '/no' }, /"\/no": \/no: the file cannot/],
  [{ JOB_SECURITY_CONTEXT_FILE: '/pod' }, /\/pod: there is no field `fsGroup`/],
  [{ JOB_SECURITY_CONTEXT_FILE: '/root' }, /privileged containers are not/],
  [{ JOB_LABELS_FILE: '/labels' }, /\/labels: .*`a b` cannot be the key/],
  [{ JOB_VOLUME_SIZE_LIMIT: '1mb' }, /JOB_VOLUME_SIZE_LIMIT="1mb"/],
  [{ ALLOWED_IMAGE_LIST: 'a,[' }, /ALLOWED_IMAGE_LIST="a,\[": `\[` is no glob/],
  [{ AUDIENCE: 'me' }, /ALLOWED_SENDERS: is needed with AUDIENCE/],
  [{ ALLOWED_SENDERS: 'me' }, /AUDIENCE: is needed with ALLOWED_SENDERS/],
  [{ AUDIENCE: 'me', ALLOWED_SENDERS: 'a,b*c' }, /SENDERS.*`b\*c` is none/],
  [{ AUDIENCE: 'me', ALLOWED_SENDERS: 'a b' }, /SENDERS.*`a b` is none/],
  [{ TASK_DEADLINE_SECONDS: '-1' }, /TASK_DEADLINE_SECONDS="-1"/],
  [{ LIMIT_FILE_BYTES: '1000000' }, /LIMIT_FILE_BYTES="1000000": .*921600/],
  [{ LIMIT_CONFIG_BYTES: '1048577' }, /LIMIT_CONFIG_BYTES=.* to 1048576$/],
  [{ LIMIT_TASKS: '1.5' }, /LIMIT_TASKS="1.5": expected a whole number/],
]
const texts = files({
  '/pod': '{"fsGroup":1}',
  '/root': '{"privileged":true}',
  '/labels': 'a b: c',
})
for (const [env, message] of bad)
  t.match(mistakesOf({ ...KEPTN, ...env }, texts), message, JSON.stringify(env))

t.match(mistakesOf({}), /KEPTN_API_ENDPOINT: it or RESOURCES_DIR is needed/)
t.match(
  mistakesOf({ RESOURCES_DIR: '/r', KEPTN_API_TOKEN: 'x' }),
  /KEPTN_API_ENDPOINT: is needed with a token/,
)
t.equal(mistakesOf({ RESOURCES_DIR: '/r' }), '', 'a directory is a place')
t.strictSame(
  readSettings({ JOB_NAMESPACES: '*' }, none, { configs: 'given' })
    .jobNamespaces,
  ['*'],
  'with a config at hand no place is needed, and any namespace may be allowed',
)

t.test('all mistakes are named at once', async (t) => {
  const env = Object.assign({}, KEPTN, ...bad.map(([each]) => each)) as object
  const message = mistakesOf(env as NodeJS.ProcessEnv, texts)
  for (const name of ['RCV_PORT', 'K_SINK', 'LIMIT_TASKS', 'JOB_LABELS_FILE'])
    if (name !== 'RCV_PORT') t.match(message, new RegExp(`^  ${name}=`, 'm'))
  t.ok(message.split('\n').length >= 18, message)
})

t.notMatch(
  mistakesOf({ KEPTN_API_TOKEN: 'hidden', OAUTH_CLIENT_SECRET: 'hidden' }),
  /hidden/,
  'a secret is never shown',
)

t.test('the table and the reader agree', async (t) => {
  const asked = new Set<string | symbol>()
  const given: Record<string, string> = {
    ...KEPTN,
    OAUTH_CLIENT_ID: 'a',
    OAUTH_CLIENT_SECRET: 'b',
    OAUTH_TOKEN_URL: 'http://c',
  }
  const env = new Proxy(given, {
    get: (_, name) => {
      asked.add(name)
      return given[String(name)]
    },
  })
  readSettings(env, none)
  const rows: [string, SettingRow][] = Object.entries(settingsTable)
  for (const [name, row] of rows) {
    t.ok(asked.has(name), `${name} is read`)
    for (const alias of row.aliases ?? []) t.ok(asked.has(alias), alias)
    t.match(row.meaning, /\.$/, `${name} is explained`)
  }
})
