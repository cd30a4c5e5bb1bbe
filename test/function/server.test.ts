import { join } from 'node:path'
import t from 'tap'
import { startServer } from '../bench/process.ts'

/** Nobody is there: it is not asked for anything. */
const folder = t.testdir({
  kubeconfig: JSON.stringify({
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:9' } }],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  }),
})

const SERVE = "import { serve } from './function/server.ts'\nawait serve()"

/** What the function says at its start. */
const said = async (env: Record<string, string>): Promise<string> => {
  const server = await startServer({
    node: process.execPath,
    argv: ['--input-type=module', '-e', SERVE],
    env: {
      KUBECONFIG: join(folder, 'kubeconfig'),
      RESOURCES_DIR: folder,
      FUNCTION_NAME: 'fn',
      FUNCTION_NAMESPACE: 'jobs',
      FUNCTION_IMAGE: 'fn:1',
      ...env,
    },
  })
  await server.end()
  return server.output()
}

const ANYBODY = '"anybody in the cluster may post: see AUDIENCE"'

t.test('without an audience it warns that anybody may post', async (t) => {
  t.match(await said({}), ANYBODY)
})

t.test('without a token for Keptn it warns', async (t) => {
  const warns = '"Keptn is asked without a token: set KEPTN_API_TOKEN"'
  const KEPTN_API_ENDPOINT = 'http://127.0.0.1:9/api'
  t.match(await said({ KEPTN_API_ENDPOINT }), warns)
  t.notMatch(await said({ KEPTN_API_ENDPOINT, KEPTN_API_TOKEN: 'x' }), warns)
  t.notMatch(await said({}), warns)
})

t.test('with an audience it does not', async (t) => {
  const text = await said({ AUDIENCE: 'fn', ALLOWED_SENDERS: 'a:*' })
  t.notMatch(text, ANYBODY)
})
