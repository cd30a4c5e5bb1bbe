import { BatchV1ApiRequestFactory } from '@kubernetes/client-node/dist/gen/apis/BatchV1Api.js'
import { CoreV1ApiRequestFactory } from '@kubernetes/client-node/dist/gen/apis/CoreV1Api.js'
import type { Configuration } from '@kubernetes/client-node/dist/gen/configuration.js'
import type { RequestContext } from '@kubernetes/client-node/dist/gen/http/http.js'
import { ServerConfiguration } from '@kubernetes/client-node/dist/gen/servers.js'
import type { JsonPatch, Kind, Selection } from '../cluster.ts'
import type { ApiRequest } from './transport.ts'

export interface Listing extends Selection {
  limit?: number
  continue?: string
  resourceVersion?: string
  allowWatchBookmarks?: boolean
  watch?: boolean
}

/** The generated makers of one kind's requests, under one name each. */
interface Makers {
  create(namespace: string, dryRun?: string): Promise<RequestContext>
  read(name: string, namespace: string): Promise<RequestContext>
  list(namespace: string, listing: Listing): Promise<RequestContext>
  patch(name: string, namespace: string): Promise<RequestContext>
  delete(name: string, namespace: string): Promise<RequestContext>
}

/**
 * The requests to the API server. Paths and queries come from the generated
 * factories; bodies do not pass through their serializer, which drops what it
 * does not know.
 */
export class Requests {
  readonly #makers: Record<Kind, Makers>
  readonly #core: CoreV1ApiRequestFactory

  constructor(server: string) {
    const configuration: Configuration = {
      baseServer: new ServerConfiguration(server, {}),
      httpApi: { send: () => neverSent() },
      middleware: [],
      authMethods: {},
    }
    this.#core = new CoreV1ApiRequestFactory(configuration)
    const batch = new BatchV1ApiRequestFactory(configuration)
    this.#makers = makersOf(this.#core, batch)
  }

  async create(
    kind: Kind,
    namespace: string,
    body: unknown,
    dryRun: boolean,
  ): Promise<ApiRequest> {
    const maker = this.#makers[kind]
    const made = await maker.create(namespace, dryRun ? 'All' : undefined)
    return apiRequest(made, body)
  }

  async read(kind: Kind, namespace: string, name: string): Promise<ApiRequest> {
    return apiRequest(await this.#makers[kind].read(name, namespace))
  }

  /** Also a watch; `''` is every namespace. */
  async list(
    kind: Kind,
    namespace: string,
    listing: Listing,
  ): Promise<ApiRequest> {
    return apiRequest(await this.#makers[kind].list(namespace, listing))
  }

  async patch(
    kind: Kind,
    namespace: string,
    name: string,
    patch: JsonPatch,
  ): Promise<ApiRequest> {
    const made = await this.#makers[kind].patch(name, namespace)
    made.setHeaderParam('Content-Type', 'application/json-patch+json')
    return apiRequest(made, patch)
  }

  async delete(
    kind: Kind,
    namespace: string,
    name: string,
    body: unknown,
  ): Promise<ApiRequest> {
    return apiRequest(await this.#makers[kind].delete(name, namespace), body)
  }

  async log(
    namespace: string,
    pod: string,
    container: string,
    tailLines: number,
  ): Promise<ApiRequest> {
    const none = undefined
    const made = await this.#core.readNamespacedPodLog(
      pod,
      namespace,
      container,
      ...([none, none, none, none, none, none, none] as const),
      tailLines,
    )
    return apiRequest(made)
  }
}

const neverSent = (): never => {
  throw new Error('the factories only make requests')
}

const apiRequest = (made: RequestContext, body?: unknown): ApiRequest => ({
  method: made.getHttpMethod(),
  url: made.getUrl(),
  headers: { ...made.getHeaders(), 'User-Agent': 'job-executor-function' },
  ...(body === undefined ? {} : { body }),
})

/** Stands for the body, which is set by `apiRequest`. */
const EMPTY = {} as never

type List = (
  ...args: [
    namespace: string,
    pretty: undefined,
    bookmarks?: boolean,
    next?: string,
    fields?: string,
    labels?: string,
    limit?: number,
    version?: string,
    match?: undefined,
    initial?: undefined,
    shard?: undefined,
    timeout?: undefined,
    watch?: boolean,
  ]
) => Promise<RequestContext>

type ListAll = (
  ...args: [
    bookmarks?: boolean,
    next?: string,
    fields?: string,
    labels?: string,
    limit?: number,
    pretty?: undefined,
    version?: string,
    match?: undefined,
    initial?: undefined,
    shard?: undefined,
    timeout?: undefined,
    watch?: boolean,
  ]
) => Promise<RequestContext>

const lister =
  (list: List, listAll: ListAll): Makers['list'] =>
  (namespace, given) => {
    const none = undefined
    const { allowWatchBookmarks, limit, resourceVersion, watch } = given
    const head = [
      allowWatchBookmarks,
      given.continue,
      given.fieldSelector,
      given.labelSelector,
      limit,
    ] as const
    const tail = [resourceVersion, none, none, none, none, watch] as const
    return namespace === ''
      ? listAll(...head, none, ...tail)
      : list(namespace, none, ...head, ...tail)
  }

const makersOf = (
  core: CoreV1ApiRequestFactory,
  batch: BatchV1ApiRequestFactory,
): Record<Kind, Makers> => ({
  Job: {
    create: (ns, dryRun) =>
      batch.createNamespacedJob(ns, EMPTY, undefined, dryRun),
    read: (name, ns) => batch.readNamespacedJob(name, ns),
    list: lister(
      (...args) => batch.listNamespacedJob(...args),
      (...args) => batch.listJobForAllNamespaces(...args),
    ),
    patch: (name, ns) => batch.patchNamespacedJob(name, ns, EMPTY),
    delete: (name, ns) => batch.deleteNamespacedJob(name, ns),
  },
  Pod: {
    create: (ns, dryRun) =>
      core.createNamespacedPod(ns, EMPTY, undefined, dryRun),
    read: (name, ns) => core.readNamespacedPod(name, ns),
    list: lister(
      (...args) => core.listNamespacedPod(...args),
      (...args) => core.listPodForAllNamespaces(...args),
    ),
    patch: (name, ns) => core.patchNamespacedPod(name, ns, EMPTY),
    delete: (name, ns) => core.deleteNamespacedPod(name, ns),
  },
  ConfigMap: {
    create: (ns, dryRun) =>
      core.createNamespacedConfigMap(ns, EMPTY, undefined, dryRun),
    read: (name, ns) => core.readNamespacedConfigMap(name, ns),
    list: lister(
      (...args) => core.listNamespacedConfigMap(...args),
      (...args) => core.listConfigMapForAllNamespaces(...args),
    ),
    patch: (name, ns) => core.patchNamespacedConfigMap(name, ns, EMPTY),
    delete: (name, ns) => core.deleteNamespacedConfigMap(name, ns),
  },
  Event: {
    create: (ns, dryRun) =>
      core.createNamespacedEvent(ns, EMPTY, undefined, dryRun),
    read: (name, ns) => core.readNamespacedEvent(name, ns),
    list: lister(
      (...args) => core.listNamespacedEvent(...args),
      (...args) => core.listEventForAllNamespaces(...args),
    ),
    patch: (name, ns) => core.patchNamespacedEvent(name, ns, EMPTY),
    delete: (name, ns) => core.deleteNamespacedEvent(name, ns),
  },
})
