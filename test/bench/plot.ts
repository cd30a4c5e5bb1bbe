/**
 * Draws `docs/bench.svg` from results: `node test/bench/plot.ts [FILE…]`;
 * default: those that are kept here. A bar is ours to its baseline, the line
 * what is to reach.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Figure } from './sample.ts'

const ROW = 26
const LEFT = 400
const SCALE = 150
const TOP = 46
const FONT = 'font-family="system-ui, sans-serif" font-size="13"'

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const met = ({ ratio, target, least }: Figure): boolean =>
  target === undefined || (least ? ratio >= target : ratio <= target)

/** One figure's bar, at its place from the top. */
const row = (figure: Figure, index: number): string => {
  const { name, ratio, target } = figure
  const y = TOP + index * ROW
  const width = Math.min(ratio, 2.4) * SCALE
  const fill = met(figure) ? '#2f855a' : '#c05621'
  const line = target
    ? `<line x1="${LEFT + target * SCALE}" x2="${LEFT + target * SCALE}" y1="${y}" y2="${y + 18}" stroke="#1a202c" stroke-width="2"/>`
    : ''
  return [
    `<text x="${LEFT - 10}" y="${y + 14}" text-anchor="end" ${FONT}>${escape(name)}</text>`,
    `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="18" fill="${fill}"/>`,
    line,
    `<text x="${LEFT + width + 8}" y="${y + 14}" ${FONT}>${ratio.toFixed(2)} ×</text>`,
  ].join('\n')
}

export const plot = (figures: readonly Figure[], caption: string): string => {
  const height = TOP + figures.length * ROW + 16
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 ${height}" width="860" height="${height}">`,
    `<rect width="860" height="${height}" fill="#ffffff"/>`,
    `<text x="12" y="24" ${FONT}>${escape(caption)}</text>`,
    `<line x1="${LEFT + SCALE}" x2="${LEFT + SCALE}" y1="${TOP - 6}" y2="${height - 10}" stroke="#a0aec0" stroke-dasharray="4 3"/>`,
    ...figures.map(row),
    '</svg>\n',
  ].join('\n')
}

interface Result {
  figures: Figure[]
  load: number
  commit: string
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const given = process.argv.slice(2)
  const kept = ['results.json', 'results-cluster.json'].map((name) =>
    join(import.meta.dirname, name),
  )
  const results = (given.length > 0 ? given : kept).map(
    (file) => JSON.parse(readFileSync(file, 'utf8')) as Result,
  )
  const when = results.map(
    ({ commit, load }) => `${commit} (load ${load.toFixed(1)})`,
  )
  const docs = join(import.meta.dirname, '../../docs')
  mkdirSync(docs, { recursive: true })
  writeFileSync(
    join(docs, 'bench.svg'),
    plot(
      results.flatMap(({ figures }) => figures),
      `Ours to the baseline of the same run (dashed: the same, black: to reach); commit ${when.join(', ')}`,
    ),
  )
}
