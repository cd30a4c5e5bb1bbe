/**
 * Measures the built bundle: `npm run bench -- [--gate] [--only PART,…]
 * [--rounds N] [--json FILE]`. See README.md.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { clusterFigures } from './cluster.ts'
import { broken, type Gates } from './gate.ts'
import { imageFigure } from './image.ts'
import { matchingFigures } from './matching.ts'
import { record } from './record.ts'
import { type Figure, table } from './sample.ts'
import { settledFigures } from './settled.ts'
import { startFigures } from './start.ts'
import { burstFigures, warmFigures } from './warm.ts'
import { makeWorld } from './world.ts'

const PARTS = [
  'start',
  'quota',
  'warm',
  'burst',
  'matching',
  'image',
  'settled',
]
/** Needs a real cluster with Knative: only when it is asked for. */
const CLUSTER = 'cluster'
/** What is stable enough, and done in four minutes. */
const GATED = ['start', 'matching', 'image']

const { values } = parseArgs({
  options: {
    gate: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    json: { type: 'string' },
  },
})

/**
 * In mounts of its own, so that the bundle finds the files of a service
 * account where a pod has them, and nobody else does.
 */
const inOwnMounts = (): number => {
  const root = process.getuid?.() === 0
  const script =
    'mkdir -p /run/secrets 2>/dev/null && mount -t tmpfs tmpfs /run/secrets || mount -t tmpfs tmpfs /run; exec "$@"'
  const { status } = spawnSync(
    'unshare',
    [
      ...(root ? ['--mount'] : ['--user', '--map-root-user', '--mount']),
      ...['sh', '-c', script, 'sh', process.execPath],
      ...process.argv.slice(1),
    ],
    { stdio: 'inherit', env: { ...process.env, BENCH_MOUNTS: 'own' } },
  )
  return status ?? 1
}
if (process.env['BENCH_MOUNTS'] !== 'own' && values.only !== CLUSTER)
  process.exit(inOwnMounts())

const parts = values.only?.split(',') ?? (values.gate ? GATED : PARTS)
const onCluster = parts.includes(CLUSTER)
const unknown = parts.find((part) => ![...PARTS, CLUSTER].includes(part))
if (unknown !== undefined || (onCluster && parts.length > 1)) {
  console.error(
    `--only: one or more of ${PARTS.join(', ')}; or ${CLUSTER} alone`,
  )
  process.exit(2)
}
const rounds = Number(values.rounds ?? (onCluster ? 9 : values.gate ? 11 : 21))
const folder = mkdtempSync(join(tmpdir(), 'bench-'))
const calls = join(folder, 'calls.json')
process.env['BENCH_DIST'] = join(folder, 'dist')
cpSync(join(import.meta.dirname, '../../dist'), process.env['BENCH_DIST'], {
  recursive: true,
})
const load = loadavg()[0]!
const figures: Figure[] = []
const add = (more: Figure[]): void => {
  figures.push(...more)
  for (const { id, ratio } of more)
    process.stderr.write(`${id}: ${ratio.toFixed(3)}\n`)
}

/** All but those on the cluster: with an API server and Keptn on loopback. */
const onLoopback = async (): Promise<void> => {
  const world = await makeWorld()
  try {
    const place = await world.place()
    writeFileSync(calls, JSON.stringify(await record(world, place)))
    for (const part of parts) {
      if (part === 'start') add(await startFigures(world, place, calls, rounds))
      if (part === 'quota')
        add(await startFigures(world, place, calls, Math.ceil(rounds / 4), 100))
      if (part === 'warm')
        add(await warmFigures(world, place, calls, 4 * rounds))
      if (part === 'burst') add(await burstFigures(world, calls))
      if (part === 'image') add([imageFigure()])
      if (part === 'matching') add(matchingFigures(world, rounds))
      if (part === 'settled')
        add(
          await settledFigures(world, {
            settled: values.gate ? 1000 : 5000,
            unsettled: values.gate ? 200 : 1000,
            rounds: 2 * rounds,
          }),
        )
    }
  } finally {
    await world.stop()
  }
}
try {
  if (onCluster) add(await clusterFigures(rounds))
  else await onLoopback()
} finally {
  rmSync(folder, { recursive: true })
}

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
  encoding: 'utf8',
}).trim()
const about = { commit, node: process.version, load, parts, rounds, figures }
console.log(table(figures))
console.log(
  `\nload of the machine at the start: ${load.toFixed(1)}; ${commit}, Node ${process.version}`,
)
if (parts.includes('quota') && !figures.some(({ id }) => /quota/.test(id)))
  console.log('not measured: CPU quota (needs root and cgroup v1)')
if (values.json) writeFileSync(values.json, JSON.stringify(about, undefined, 2))
if (values.gate) {
  const gates = JSON.parse(
    readFileSync(join(import.meta.dirname, 'gates.json'), 'utf8'),
  ) as Gates
  const failed = broken(gates, figures)
  for (const line of failed) console.error(line)
  process.exitCode = failed.length > 0 ? 1 : 0
}
