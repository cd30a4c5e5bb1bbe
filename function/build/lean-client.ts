import { readFileSync } from 'node:fs'
import type { Plugin } from 'esbuild'

const REQUESTS = 'function/cluster/kubernetes/requests.ts'

/** A method of a generated class, with its comment. */
const METHOD = /^ {4}\/\*\*\n(?: {5}\*.*\n)* {4}async (\w+)\([^]*?^ {4}\}\n/gm

/**
 * The Kubernetes client's request factories import the serializers of all its
 * models, and an HTTP library; bodies are sent and read as plain JSON here, so
 * neither is needed: three quarters of the bundle, and of its loading time.
 * Of their methods, those stay that are called: a bundler cannot tell.
 */
export const leanClient: Plugin = {
  name: 'lean-client',
  setup: ({ onLoad }) => {
    const requests = readFileSync(REQUESTS, 'utf8')
    const called = new Set(
      [...requests.matchAll(/\b(?:core|batch)\.(\w+)\(/g)].map(
        ([, name]) => name,
      ),
    )
    onLoad(
      { filter: /client-node\/dist\/gen\/apis\/\w+V1Api\.js$/ },
      ({ path }) => ({
        contents: readFileSync(path, 'utf8').replace(METHOD, (method, name) =>
          called.has(String(name)) ? method : '',
        ),
      }),
    )
    onLoad(
      { filter: /client-node\/dist\/gen\/models\/ObjectSerializer\.js$/ },
      () => ({
        contents: `export const ObjectSerializer = {
        serialize: (value) => value,
        getPreferredMediaType: ([type]) => type ?? 'application/json',
        stringify: (value) => JSON.stringify(value),
      }`,
      }),
    )
    onLoad(
      { filter: /client-node\/dist\/gen\/http\/isomorphic-fetch\.js$/ },
      () => ({
        contents: 'export class IsomorphicFetchHttpLibrary {}',
      }),
    )
  },
}
