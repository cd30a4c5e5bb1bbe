import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'

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
  logLevel: 'warning',
  logOverride: { 'empty-import-meta': 'error' },
})
for (const name of Object.keys(entryPoints)) {
  const kilobytes = Math.ceil(statSync(`dist/${name}.js`).size / 1024)
  console.log(`dist/${name}.js ${kilobytes} KiB`)
}
