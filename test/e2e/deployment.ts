import type { Test } from 'tap'
import type { StandIn } from '../keptn/stand-in.ts'
import { install, type Installation, NAME } from './installation.ts'
import { TOKEN } from './keptn.ts'
import { surroundings } from './surroundings.ts'

/** The function as a plain Deployment, and Keptn's stand-in. */
export interface AsDeployment extends Installation {
  keptn: StandIn
  image: string
  /** URL of the API server, without a token: through `kubectl proxy`. */
  api: string
  /** URL of the function, through the API server. */
  endpoint: string
}

/**
 * Installs the Deployment and waits until it is there; it is removed with the
 * test, whose comments tell what is there if it failed.
 */
export const installDeployment = async (
  t: Test,
  settings: Record<string, string> = {},
): Promise<AsDeployment> => {
  const beside = await surroundings()
  const { image, keptn, api } = beside
  t.teardown(beside.close)
  const installed = await install({
    folder: 'knative/overlays/deployment',
    image,
    token: TOKEN,
    settings: { ...beside.settings, ...settings },
  })
  const { kubectl, namespace } = installed
  t.teardown(async () => {
    if (!t.passing()) {
      t.comment(await kubectl('logs', `deploy/${NAME}`))
      t.comment(await kubectl('get', 'jobs,pods,events'))
    }
    await installed.remove()
  })
  await kubectl('rollout', 'status', `deploy/${NAME}`, '--timeout=60s')
  const endpoint = `${api}/api/v1/namespaces/${namespace}/services/${NAME}:80/proxy/`
  return { ...installed, keptn, image, api, endpoint }
}
