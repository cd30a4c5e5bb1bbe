import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'

const main = join(import.meta.dirname, '../../../function/watch/main.ts')

t.test('told to stop, it has not succeeded: it is started again', async (t) => {
  const api = createServer((request, answer) => {
    answer.setHeader('content-type', 'application/json')
    if (request.url?.includes('watch=true')) return answer.flushHeaders()
    answer.end('{"metadata":{"resourceVersion":"1"},"items":[]}')
    api.emit('listed')
  })
  await once(api.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => (api.closeAllConnections(), api.close()))
  const { port } = api.address() as AddressInfo
  const kubeconfig = join(
    t.testdir({
      config: JSON.stringify({
        clusters: [
          {
            name: 'c',
            cluster: {
              server: `http://127.0.0.1:${port}`,
              'insecure-skip-tls-verify': true,
            },
          },
        ],
        users: [{ name: 'u', user: {} }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    }),
    'config',
  )
  const watch = spawn(process.execPath, [main], {
    env: {
      KUBECONFIG: kubeconfig,
      CALLBACK_URL: 'http://127.0.0.1:9',
      FUNCTION_NAME: 'fn',
      FUNCTION_NAMESPACE: 'jobs',
      JOB_UID: '00000000-0000-4000-8000-000000000001',
      JOB_NAMESPACE: 'jobs',
      JOB_WATCH_HEARTBEAT_SECONDS: '600',
      JOB_WATCH_LINGER_SECONDS: '600',
    },
    stdio: 'ignore',
  })
  const ended = once(watch, 'exit')
  t.strictSame(await Promise.race([once(api, 'listed'), ended]), [])
  watch.kill('SIGTERM')
  t.strictSame(await ended, [1, null])
})
