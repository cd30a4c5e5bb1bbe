import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Figure } from './sample.ts'
import { bundle, NODE } from './world.ts'

/**
 * The image, compressed as layers are, to Node alone. The C library beside
 * Node is left out on both sides, so that the ratio is rather too large.
 */
export const imageFigure = (): Figure => {
  const size = (path: string) => gzipSync(readFileSync(path)).length / 2 ** 20
  const folder = join(bundle('server'), '..')
  // The command line is not in the image.
  const files = readdirSync(folder).filter((name) => !/^job-exec/.test(name))
  const node = size(NODE)
  const ours = files.reduce((sum, name) => sum + size(join(folder, name)), node)
  return {
    ...{ id: 'image', name: 'image, compressed', unit: 'MiB', ours },
    ...{ baseline: node, ratio: ours / node, target: 1.05, samples: 1 },
  }
}
