import t from 'tap'
import { isLabelValue } from '../../function/job-labels.ts'
import { labelValue } from '../../function/label-value.ts'
import { corpus } from './corpus.ts'

for (const { text, want } of corpus<{ text: string; want: string }>(
  'tables/label_value',
))
  t.equal(labelValue(text), want, JSON.stringify(text))

t.equal(labelValue('-'.repeat(70) + 'a'), '', 'cut before it is trimmed')

for (const text of ['', 'ß', '-a-', 'x'.repeat(200), '..', 'a b', '9', '\n'])
  t.ok(isLabelValue(labelValue(text)), `${JSON.stringify(text)} is accepted`)
