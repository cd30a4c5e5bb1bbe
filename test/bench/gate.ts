import type { Figure } from './sample.ts'

/** Bounds of ratios by a figure's id; see README.md for how they came. */
export interface Gates {
  bounds: Record<string, number>
}

/** A line for each figure that is beyond its bound, or was not measured. */
export const broken = (
  { bounds }: Gates,
  figures: readonly Pick<Figure, 'id' | 'name' | 'ratio' | 'least'>[],
): string[] =>
  Object.entries(bounds).flatMap(([id, bound]) => {
    const figure = figures.find((each) => each.id === id)
    if (!figure) return [`${id}: not measured`]
    const { name, ratio, least } = figure
    if (least ? ratio >= bound : ratio <= bound) return []
    return [
      `slower than it was: ${name}: ${ratio.toFixed(2)} ×, the bound is ${bound} ×`,
    ]
  })
