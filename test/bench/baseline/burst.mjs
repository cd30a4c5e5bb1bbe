// COUNT times the requests of an event, CONCURRENCY at a time.
import { calls, makeCalls } from './calls.mjs'

await makeCalls(calls.whole)
const begin = performance.now()
let left = Number(process.env.COUNT)
const work = async () => {
  while (left-- > 0) await makeCalls(calls.whole)
}
await Promise.all(Array.from({ length: Number(process.env.CONCURRENCY) }, work))
console.log(performance.now() - begin)
