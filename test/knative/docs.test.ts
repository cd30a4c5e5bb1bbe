import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load, loadAll } from 'js-yaml'
import t from 'tap'
import { readJobLabels } from '../../function/job-labels.ts'
import {
  readPodSecurityContext,
  readSecurityContext,
} from '../../function/security-context.ts'
import { readSettings } from '../../function/settings.ts'
import { settingsTable } from '../../function/settings-table.ts'
import { assets } from '../apiserver.ts'

/** What the docs name is there. */
const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const readme = read('knative/README.md')
const security = read('knative/SECURITY.md')

t.test('each claim on security names tests that there are', async (t) => {
  const claims = [
    ...security.matchAll(
      /`(test\/[^`]+)`: ([^|]*?)(?=\s*(?:·\s*`test|`test|\||\n\n|\n\*|$))/g,
    ),
  ]
  t.ok(claims.length > 20)
  for (const [, path, cases] of claims) {
    const text = read(path!).toLowerCase().replaceAll(/\s+/g, ' ')
    for (const name of cases!.split('·'))
      t.ok(
        text.includes(name.trim().replaceAll(/\s+/g, ' ').toLowerCase()),
        `${path}: ${name.trim()}`,
      )
  }
})

t.test('every overlay and every object is told of', async (t) => {
  for (const overlay of readdirSync(join(root, 'knative/overlays')))
    t.match(readme, `| ${overlay} |`)
  for (const file of readdirSync(join(root, 'knative/base')))
    if (/^\d/.test(file)) t.match(readme, `| ${file.replace('.yaml', '')} |`)
})

t.test('paths and settings in the docs are there', async (t) => {
  for (const text of [readme, security]) {
    for (const [, path] of text.matchAll(
      /`((?:overlays|components)\/[-a-z]+)`/g,
    ))
      t.ok(existsSync(join(root, 'knative', path!)), path!)
    for (const [, name] of text.matchAll(/`([A-Z]+(?:_[A-Z]+)+)[`=]/g))
      t.ok(name! in settingsTable, name!)
  }
})

/** Its parts, put together as a reader would: `base`, and what adds to it. */
const ownOverlay = (): Record<string, unknown> => {
  const parts = [...readme.matchAll(/^```yaml\n(# knative\/[^]*?)^```/gm)]
  t.equal(parts.length, 3)
  const all: Record<string, unknown> = {}
  for (const [, text] of parts)
    for (const [key, value] of Object.entries(load(text!) as object)) {
      const known = all[key]
      all[key] =
        Array.isArray(known) && Array.isArray(value)
          ? [...(known as unknown[]), ...(value as unknown[])]
          : (value as unknown)
    }
  return all
}

/** One entry for each ConfigMap. */
const merged = (generators: { name: string; literals: string[] }[]) => {
  const byName = new Map<string, (typeof generators)[0]>()
  for (const each of generators) {
    const { literals = [] } = byName.get(each.name) ?? {}
    byName.set(each.name, {
      ...each,
      literals: [...literals, ...each.literals],
    })
  }
  return [...byName.values()]
}

const kubectl = join(assets(), 'kubectl')
const skip = existsSync(kubectl)
  ? false
  : 'no kubectl, run npm run cluster:build'

t.test('the overlay of your own can be built', { skip }, async (t) => {
  const copy = mkdtempSync(join(tmpdir(), 'knative-'))
  t.teardown(() => rmSync(copy, { recursive: true }))
  cpSync(join(root, 'knative'), copy, { recursive: true })
  const mine = join(copy, 'overlays/mine')
  mkdirSync(mine)
  const overlay = ownOverlay()
  const generators = overlay['configMapGenerator'] as Parameters<
    typeof merged
  >[0]
  writeFileSync(
    join(mine, 'kustomization.yaml'),
    JSON.stringify({ ...overlay, configMapGenerator: merged(generators) }),
  )
  const objects = loadAll(
    execFileSync(kubectl, ['kustomize', mine], { encoding: 'utf8' }),
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
  ) as any[]
  const of = (kind: string) => objects.filter((object) => object.kind === kind)
  for (const { metadata } of objects)
    t.equal(metadata.namespace ?? metadata.name, 'my-namespace')

  const accounts = of('ServiceAccount')
  t.equal(accounts.length, 3)
  for (const { imagePullSecrets, metadata } of accounts) {
    t.same(imagePullSecrets, [{ name: 'registry-pull' }])
    t.ok(readme.includes(metadata.name), metadata.name)
  }

  const [service] = of('Service')
  const { containers, volumes } = service.spec.template.spec
  t.equal(containers[0].image, 'REGISTRY/job-executor-function:0.1.0')
  t.hasStrict(containers[0].volumeMounts, [{ mountPath: '/config' }])
  const map = (name: string) =>
    of('ConfigMap').find(({ metadata }) => metadata.name === name)?.data
  const given = map(volumes[0].configMap.name) as Record<string, string>
  t.match(readJobLabels(given['job-labels.yaml']!), { team: 'blue' })
  readPodSecurityContext(given['job-podSecurityContext.json']!)
  readSecurityContext(given['job-defaultSecurityContext.json']!)
  for (const name of [
    'JOB_LABELS_FILE',
    'JOB_POD_SECURITY_CONTEXT_FILE',
    'JOB_SECURITY_CONTEXT_FILE',
  ] as const)
    t.ok(settingsTable[name].default.replace('/config/', '') in given, name)
  const settings = readSettings(
    map(containers[0].envFrom[0].configMapRef.name) as NodeJS.ProcessEnv,
    { read: (path) => given[path.replace('/config/', '')] },
  )
  t.hasStrict(settings, {
    keptn: { endpoint: 'https://keptn.example.com/api' },
    functionSecrets: ['job-executor-service-keptn', 'registry-pull'],
    jobDefaults: { labels: { team: 'blue' } },
  })
})

t.test('each Event that the function writes is told of', async (t) => {
  const told = [...readme.matchAll(/^ +\| `([A-Z]\w+)` \|/gm)].map(
    ([, reason]) => reason,
  )
  const written = readdirSync(join(root, 'function'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => read(`function/${file}`))
    .filter((text) => text.includes('tellUser('))
    .flatMap((text) =>
      [...text.matchAll(/reason: '([A-Z]\w+)'/g)].map(([, reason]) => reason),
    )
  t.ok(written.length > 3)
  t.same(new Set(told), new Set(written))
})
