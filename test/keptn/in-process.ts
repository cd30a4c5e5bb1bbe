import { remembered } from '../../function/cluster/memory/remembered.ts'
import { keptnAuth } from '../../function/keptn/auth.ts'
import { HttpError } from '../../function/keptn/http.ts'
import type { Http } from '../../function/keptn/http.ts'
import { keptnReporter } from '../../function/keptn/reporter.ts'
import { keptnResourceStore } from '../../function/keptn/resource-store.ts'
import type { Reporter } from '../../function/reporter.ts'
import type { ResourceStore } from '../../function/resource-store.ts'
import { keptnApi } from './api.ts'
import type { ApiOptions, KeptnApi } from './api.ts'

export interface InProcessKeptn extends KeptnApi {
  store: ResourceStore
  reporter: Reporter
}

/**
 * The stand-in without a network: the function's own store and reporter talk
 * to it directly, so that everything happens on the given clock.
 */
export const inProcessKeptn = (options: ApiOptions): InProcessKeptn => {
  const api = keptnApi(options)
  const http = inProcessHttp(api)
  const endpoint = 'http://keptn/api'
  const auth = keptnAuth({ token: options.token ?? 'token' })
  return {
    ...api,
    store: keptnResourceStore({ endpoint, auth, http }),
    reporter: keptnReporter({ endpoint, auth, http }),
  }
}

const placeOf = remembered((url) => {
  const { pathname, search, host } = new URL(url)
  return { path: pathname + search, host }
})

/** A request's time-out is not kept; an aborted signal is. */
export const inProcessHttp =
  (api: Pick<KeptnApi, 'handle'>): Http =>
  async (request) => {
    const { signal, body = '' } = request
    signal?.throwIfAborted()
    const { path, host } = placeOf(request.url)
    const answer = await untilAborted(
      api.handle({
        method: request.method,
        url: path,
        headers: { host, ...request.headers },
        body: typeof body === 'string' ? body : Buffer.from(body).toString(),
      }),
      signal,
    )
    if (answer === 'reset') throw new HttpError('socket hang up', true)
    return {
      status: answer.status,
      headers: { 'content-type': answer.type },
      body: Buffer.from(answer.body),
    }
  }

const untilAborted = <T>(
  answer: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const abort = () => reject(signal?.reason as Error)
    signal?.addEventListener('abort', abort, { once: true })
    answer
      .then(resolve, reject)
      .finally(() => signal?.removeEventListener('abort', abort))
  })
