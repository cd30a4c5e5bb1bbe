import type { Plugin } from 'esbuild'

/**
 * What packages load for options that are not used here, by who loads it:
 * half of the bundle, and a fifth of the time until it listens.
 */
const UNUSED: [importer: RegExp, path: RegExp][] = [
  // Other protocols, names to listen at.
  [/\/fastify\/lib\/server\.js$/, /^node:(https|http2|dns)$/],
  // Schemas of routes, a logger, requests without a network.
  [
    /\/fastify\/(lib\/[^/]+|fastify)\.js$/,
    /^(@fastify\/(ajv|fast-json-stringify)-compiler|pino|light-my-request)$/,
  ],
  // Its own senders.
  [/\/cloudevents\/dist\//, /^https?$|^node:https?$|\/(kafka|mqtt)$/],
]

/** Leaves unused modules out: who loads one gets an empty object. */
export const unused: Plugin = {
  name: 'unused',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /./ }, ({ path, importer }) =>
      UNUSED.some(([from, what]) => from.test(importer) && what.test(path))
        ? { path, namespace: 'unused' }
        : undefined,
    )
    onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: '' }))
  },
}
