/** The value that a part `q` of the sorted ones is below of. */
export const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!
}
export const median = (values: readonly number[]): number =>
  quantile(values, 0.5)

/** One line of the table. */
export interface Figure {
  /** Short and stable: gates and the plot go by it. */
  id: string
  name: string
  unit: 'ms' | 'MiB' | '/s'
  /** Medians, or the only values. */
  ours: number
  baseline: number
  /** Of ours and of the baseline, where there are many. */
  p95?: [number, number]
  samples: number
  ratio: number
  /** The ratio to reach; `least`: at least so much. */
  target?: number
  least?: true
  note?: string
}

/** A line from samples: medians, and how they compare. */
export const compare = (
  about: Pick<Figure, 'id' | 'name' | 'unit' | 'target' | 'note' | 'least'>,
  ours: readonly number[],
  baseline: readonly number[],
  q = 0.5,
): Figure => ({
  ...about,
  ours: quantile(ours, q),
  baseline: quantile(baseline, q),
  p95: [quantile(ours, 0.95), quantile(baseline, 0.95)],
  samples: ours.length,
  ratio: quantile(ours, q) / quantile(baseline, q),
})

const cell = (value: number, unit: string): string =>
  `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`

/** The figures as a Markdown table. */
export const table = (figures: readonly Figure[]): string =>
  [
    '| figure | ours | baseline | ratio | to reach | p95 ours, baseline | n |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...figures.map((figure) => {
      const { name, ours, baseline, unit, ratio, target, p95, least } = figure
      const bound =
        target && `${least ? '≥' : '≤'} ${Number(target.toFixed(2))} ×`
      const missed = target && (least ? ratio < target : ratio > target)
      const spread = p95?.map((value) => cell(value, unit)).join(', ')
      return `| ${[
        name + (figure.note ? ` (${figure.note})` : ''),
        cell(ours, unit),
        cell(baseline, unit),
        `${ratio.toFixed(2)} ×${missed ? ' **missed**' : ''}`,
        bound ?? '',
        spread ?? '',
        figure.samples,
      ].join(' | ')} |`
    }),
  ].join('\n')
