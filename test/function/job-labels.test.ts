import t from 'tap'
import { readJobLabels } from '../../function/job-labels.ts'
import { corpus } from './corpus.ts'

interface Row {
  name: string
  yaml: string
  want: { labels: Record<string, string> | null } | { error: string }
}

for (const { name, yaml, want } of corpus<Row>('tables/job_labels_file'))
  t.test(name, async (t) => {
    if ('error' in want) t.throws(() => readJobLabels(yaml))
    else t.strictSame(readJobLabels(yaml), want.labels ?? {})
  })

const bad = [
  ['a: [b]', /map of names to texts/],
  ['text', /map of names to texts/],
  ['a: "', /YAML/],
  ['bad key: x', /`bad key` cannot be the key/],
  ['a: bad value', /`bad value` \(of `a`\) cannot be the value/],
  ['job-executor.keptn.sh/run: x', /belong to the function/],
  [`${'x'.repeat(64)}: y`, /cannot be the key/],
  [`a: ${'x'.repeat(64)}`, /cannot be the value/],
] as const
for (const [yaml, message] of bad)
  t.throws(() => readJobLabels(yaml), { message }, yaml.slice(0, 30))

t.strictSame(readJobLabels('a: ~\nb:'), { a: '', b: '' }, 'null is empty')
t.strictSame(readJobLabels('a: &x v\nb: *x'), { a: 'v', b: 'v' }, 'aliases')
