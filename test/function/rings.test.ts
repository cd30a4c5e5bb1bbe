import t from 'tap'
import { readRing, type Ring } from '../../function/rings.ts'
import { RUN } from './given.ts'

const JOB = `deploy-${RUN}-1-2`

const CASES: [name: string, data: unknown, ring: Ring][] = [
  ['the job watch: a run', { run: RUN, reason: '1-1 failed' }, { run: RUN }],
  ['the job watch: all', { all: true }, { all: true }],
  [
    'ApiServerSource, reference to a task Job',
    { kind: 'Job', namespace: 'jobs', name: JOB, apiVersion: 'batch/v1' },
    { run: RUN },
  ],
  [
    'ApiServerSource, reference to a head',
    {
      kind: 'Job',
      namespace: 'jobs',
      name: `run-${RUN}`,
      apiVersion: 'batch/v1',
    },
    { run: RUN },
  ],
  [
    'ApiServerSource, the whole Job',
    { kind: 'Job', metadata: { name: JOB, namespace: 'jobs' }, status: {} },
    { run: RUN },
  ],
  ['PingSource', { message: 'sweep' }, { all: true }],
  ['no data', undefined, { all: true }],
  [
    'a Job of somebody else',
    { kind: 'Job', name: 'backup-1-2' },
    { all: true },
  ],
  ['a run that is none', { run: 'x' }, { all: true }],
  ['a run that is too long', { run: `${RUN}0` }, { all: true }],
  ['a forged run', { run: { $ne: '' } }, { all: true }],
  ['a name that is no text', { metadata: { name: 7 } }, { all: true }],
  ['metadata that is null', { metadata: null, name: JOB }, { run: RUN }],
  ['a head with something behind', { name: `run-${RUN}-x` }, { all: true }],
]

for (const [name, data, ring] of CASES)
  t.test(name, async (t) => {
    t.strictSame(
      readRing(
        data === undefined ? {} : { data: data as Record<string, unknown> },
      ),
      ring,
    )
  })
