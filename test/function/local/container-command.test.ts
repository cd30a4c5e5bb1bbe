import t from 'tap'
import { containerCommand } from '../../../function/local/container-command.ts'
import { containerRun } from './container-run.ts'

const mounts = [
  { mountPath: '/keptn', hostPath: '/h/keptn', readOnly: false },
  { mountPath: '/in', hostPath: '/h/in', readOnly: true },
]
const command = (
  run: Parameters<typeof containerRun>[0],
  more: { engine?: 'podman' | 'docker'; rootless?: boolean } = {},
) =>
  containerCommand({
    engine: 'docker',
    rootless: true,
    name: 'n',
    run: containerRun(run),
    mounts: [],
    ...more,
  })

t.test('a hardened task in full', async (t) =>
  t.same(
    containerCommand({
      engine: 'docker',
      rootless: true,
      name: 'n',
      mounts,
      run: containerRun({
        command: ['locust', '-f'],
        args: ['x y'],
        env: { HOST: 'a b', EMPTY: '' },
        spec: {
          image: 'locustio/locust',
          workingDir: '/w',
          resources: { limits: { memory: '512Mi', cpu: '1' } },
          securityContext: {
            privileged: false,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            runAsUser: 1000,
            runAsGroup: 2000,
            capabilities: { drop: ['all'], add: ['NET_RAW'] },
          },
        },
      }),
    }),
    [
      'run',
      '--rm',
      '--name=n',
      '--pull=never',
      '--user=1000:2000',
      '--security-opt=no-new-privileges',
      '--read-only',
      '--cap-drop=ALL',
      '--cap-add=NET_RAW',
      '--memory=536870912b',
      '--volume=/h/keptn:/keptn:z',
      '--volume=/h/in:/in:ro,z',
      '--env=HOST=a b',
      '--env=EMPTY=',
      '--workdir=/w',
      '--entrypoint=locust',
      'docker.io/locustio/locust:latest',
      '-f',
      'x y',
    ],
  ),
)

t.test("the image's own entry point, with arguments", async (t) =>
  t.same(command({ args: ['a'] }).slice(-2), [
    'docker.io/library/alpine:latest',
    'a',
  ]),
)

t.test('what a task prints belongs to who started podman', async (t) => {
  const spec = { securityContext: { runAsUser: 5 } }
  const mapped = '--userns=keep-id:uid=5,gid=0'
  t.ok(command({ spec }, { engine: 'podman' }).includes(mapped))
  t.notOk(command({ spec }, { engine: 'docker' }).includes(mapped))
  t.notOk(
    command({ spec }, { engine: 'podman', rootless: false }).includes(mapped),
  )
})

t.test("the pod's user counts where the container has none", async (t) =>
  t.ok(
    command({
      pod: { spec: { containers: [], securityContext: { runAsUser: 7 } } },
    }).includes('--user=7:0'),
  ),
)

t.test('privileged where it was allowed', async (t) =>
  t.ok(
    command({ spec: { securityContext: { privileged: true } } }).includes(
      '--privileged',
    ),
  ),
)
