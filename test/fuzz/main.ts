import { parseArgs } from 'node:util'
import { costsHeading, costsLine, fuzz, total } from './fuzz.ts'

/**
 * Hostile inputs by the million: `npm run fuzz -- --runs 1000000`. Without
 * `--seed` it is another million each time.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() & 0x7fffffff) },
    only: { type: 'string', default: '' },
    path: { type: 'string' },
  },
})
console.log(`seed ${values.seed}\n${costsHeading}`)
try {
  const found = await fuzz({
    runs: Number(values.runs),
    seed: Number(values.seed),
    only: values.only,
    ...(values.path !== undefined && { path: values.path }),
    told: (name, costs) => console.log(costsLine(name, costs)),
  })
  console.log(costsLine('all', total(found)))
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
