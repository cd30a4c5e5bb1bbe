import type { StandIn } from '../keptn/stand-in.ts'
import { apiProxy, functionImage } from './cluster.ts'
import { startKeptn } from './keptn.ts'

/** What the function needs beside it, however it is installed. */
export interface Surroundings {
  /** Its image, from what is built now. */
  image: string
  keptn: StandIn
  /** URL of the API server, without a token: through `kubectl proxy`. */
  api: string
  /** So that it finds Keptn's stand-in, and nobody waits for the job watch. */
  settings: Record<string, string>
  close(): Promise<void>
}

/** Builds the image, and starts Keptn's stand-in and `kubectl proxy`. */
export const surroundings = async (): Promise<Surroundings> => {
  const [image, keptn, proxy] = await Promise.all([
    functionImage(),
    startKeptn(),
    apiProxy(),
  ])
  return {
    ...{ image, keptn, api: proxy.url },
    settings: {
      KEPTN_API_ENDPOINT: keptn.endpoint,
      JOB_WATCH_LINGER_SECONDS: '2',
    },
    close: async () => {
      await keptn.close()
      await proxy.end()
    },
  }
}
