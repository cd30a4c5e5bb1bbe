import type { Plugin } from 'esbuild'

/**
 * What packages load for options that are not used here, by who loads it:
 * half of the bundle, and a fifth of the time until it listens.
 */
const UNUSED: [importer: RegExp, path: RegExp, standIn?: string][] = [
  // Other protocols, names to listen at.
  [/\/fastify\/lib\/server\.js$/, /^node:(https|http2|dns)$/],
  // Schemas of routes, a logger, requests without a network.
  [
    /\/fastify\/(lib\/[^/]+|fastify)\.js$/,
    /^(@fastify\/(ajv|fast-json-stringify)-compiler|pino|light-my-request)$/,
  ],
  // Versions of plugins.
  [/\/fastify\/lib\/plugin-utils\.js$/, /^semver$/],
  // Of all assertions only this one is used.
  [
    /\/(fastify|find-my-way)\//,
    /^node:assert$/,
    'module.exports = (holds, message) => { if (!holds) throw new Error(message) }',
  ],
  // Its own senders.
  [/\/cloudevents\/dist\//, /^https?$|^node:https?$|\/(kafka|mqtt)$/],
]

/**
 * Leaves unused modules out: who loads one gets an empty object, or what stands
 * for it.
 */
export const unused: Plugin = {
  name: 'unused',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /./ }, ({ path, importer }) => {
      const found = UNUSED.find(
        ([from, what]) => from.test(importer) && what.test(path),
      )
      return found && { path, namespace: 'unused', pluginData: found[2] ?? '' }
    })
    onLoad({ filter: /./, namespace: 'unused' }, ({ pluginData }) => ({
      contents: pluginData as string,
    }))
  },
}
