import t from 'tap'
import { broken } from './gate.ts'
import { plot } from './plot.ts'
import { compare, quantile, table } from './sample.ts'

const slow = compare({ id: 'a', name: 'A', unit: 'ms', target: 1.5 }, [4], [2])
const fast = compare({ id: 'b', name: 'B', unit: 'ms', target: 1.5 }, [2], [2])
const rate = { ...fast, id: 'c', name: 'C', ratio: 0.7, least: true as const }

t.same(broken({ bounds: { b: 1.1 } }, [slow, fast]), [], 'within its bound')
t.match(broken({ bounds: { a: 1.9 } }, [slow]), [/slower.*A: 2\.00 ×.*1\.9/])
t.match(broken({ bounds: { c: 0.8 } }, [rate]), [/C: 0\.70/], 'at least')
t.same(broken({ bounds: { c: 0.6 } }, [rate]), [])
t.same(broken({ bounds: { d: 1 } }, [fast]), ['d: not measured'])

t.equal(quantile([3, 1, 2], 0.5), 2)
t.equal(quantile([3, 1, 2], 0.95), 3)
t.match(table([slow]), /2\.00 × \*\*missed\*\*/)
t.notMatch(table([fast]), /missed/)
t.match(plot([slow, fast], 'a < b'), /a &lt; b[^]*2\.00 ×[^]*1\.00 ×/)
