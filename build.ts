import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { build, type Plugin } from 'esbuild'

/**
 * Bundles each entry of the image into one minified file of `dist/`.
 * CommonJS, as it starts faster than ESM and V8 can cache its code; hence an
 * entry cannot use top-level await or `import.meta`. Arguments: the entries to
 * build; none: all.
 */
const ENTRIES: Record<string, string> = {
  server: 'function/server.ts',
  watch: 'function/watch/main.ts',
  files: 'function/files-init.ts',
  'job-executor': 'function/cli/main.ts',
}

/**
 * The Kubernetes client's request factories import the serializers of all its
 * models, and an HTTP library; bodies are sent and read as plain JSON here, so
 * neither is needed: three quarters of the bundle, and of its loading time.
 */
const leanClient: Plugin = {
  name: 'lean-client',
  setup: ({ onLoad }) => {
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

/** What runs from the image is in a cluster: no kubeconfig, nor its reader. */
const inClusterOnly: Plugin = {
  name: 'in-cluster-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /function\/cluster\/kubeconfig\.ts$/ }, () => ({
      contents: `export const fromKubeconfig = async () => {
        throw new Error('not in a cluster: KUBERNETES_SERVICE_HOST is not set')
      }`,
    }))
  },
}

const wanted = process.argv.slice(2)
const entryPoints = Object.fromEntries(
  Object.entries(ENTRIES).filter(
    ([name, source]) =>
      existsSync(source) && (wanted.length === 0 || wanted.includes(name)),
  ),
)

rmSync('dist', { recursive: true, force: true })
mkdirSync('dist')
writeFileSync('dist/package.json', '{"type":"commonjs"}\n')
await build({
  entryPoints,
  outdir: 'dist',
  bundle: true,
  minify: true,
  legalComments: 'none',
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  plugins: [leanClient, inClusterOnly],
  logLevel: 'warning',
  logOverride: { 'empty-import-meta': 'error' },
})
for (const name of Object.keys(entryPoints)) {
  const kilobytes = Math.ceil(statSync(`dist/${name}.js`).size / 1024)
  console.log(`dist/${name}.js ${kilobytes} KiB`)
}
