import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { build, type BuildOptions } from 'esbuild'
import { makeCodeCache } from './code-cache.ts'
import { inClusterOnly } from './in-cluster-only.ts'
import { leanClient } from './lean-client.ts'
import { unused } from './unused.ts'

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

/** What starts entries with a code cache, as others wait for them. */
const STARTS: Record<string, string> = {
  server: 'function/start.ts',
  watch: 'function/watch/start.ts',
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
const options: BuildOptions = {
  outdir: 'dist',
  bundle: true,
  minify: true,
  legalComments: 'none',
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  plugins: [leanClient, unused, inClusterOnly],
  // What is loaded late is loaded by require: V8's cache knows no import().
  supported: { 'dynamic-import': false },
  logLevel: 'warning',
  logOverride: { 'empty-import-meta': 'error' },
}
const [cached, plain] = [true, false].map((wanted) =>
  Object.entries(entryPoints).filter(([name]) => name in STARTS === wanted),
)
await build({ ...options, entryPoints: Object.fromEntries(plain!) })
await build({
  ...options,
  entryPoints: Object.fromEntries(
    cached!.map(([name, source]) => [`${name}.bundle`, source]),
  ),
  // A function, as the loader calls it.
  banner: { js: '(function(require,module){' },
  footer: { js: '})' },
})
await build({
  ...options,
  entryPoints: Object.fromEntries(
    cached!.map(([name]) => [name, STARTS[name]!]),
  ),
})
await Promise.all(cached!.map(([name]) => makeCodeCache(name)))
for (const file of readdirSync('dist')) {
  const kilobytes = Math.ceil(statSync(`dist/${file}`).size / 1024)
  console.log(`dist/${file} ${kilobytes} KiB`)
}
