import t from 'tap'
import { parseConfig } from '../../config/parse.ts'
import {
  HARDENED,
  mergeSecurityContext,
  readPodSecurityContext,
  readSecurityContext,
} from '../../function/security-context.ts'
import { corpus } from './corpus.ts'

interface Row {
  name: string
  default: object
  task: string
  want: { securityContext: object } | { panic: string }
}

const blockOf = (yaml: string) => {
  const block = yaml.replaceAll('\n', '\n      ')
  const parsed = parseConfig(
    `apiVersion: v2\nactions:\n- tasks:\n  - name: t\n    securityContext:\n      ${block}\n`,
  )
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config.actions[0]?.tasks[0]?.securityContext
}

/** `all` is written `ALL`, and empty lists are left out of the original's. */
const expected = (context: object): unknown =>
  JSON.parse(JSON.stringify(context).replaceAll('"all"', '"ALL"'))

const withoutEmpty = (context: object): unknown =>
  JSON.parse(
    JSON.stringify(context, (_, value: unknown) =>
      Array.isArray(value) && value.length === 0 ? undefined : value,
    ),
  )

for (const row of corpus<Row>('tables/security_context'))
  t.test(`${row.name}: ${row.task}`, async (t) => {
    const defaults = readSecurityContext(JSON.stringify(row.default))
    const merged = mergeSecurityContext(defaults, blockOf(row.task))
    if ('panic' in row.want)
      return void t.match(merged, { error: { code: 'seccomp-profile' } })
    if ('error' in merged) return void t.fail(merged.error.message)
    t.strictSame(
      withoutEmpty(merged.securityContext),
      expected(row.want.securityContext),
    )
  })

t.strictSame(
  mergeSecurityContext(HARDENED),
  { securityContext: HARDENED },
  'a task without one has the default',
)

t.strictSame(
  readPodSecurityContext(
    '{"RunAsUser":1,"RUNASNONROOT":true,"fsgroup":2,"supplementalGroups":[3],"sysctls":[{"Name":"a","value":"b"}],"seccompProfile":{"Type":"RuntimeDefault"},"runAsGroup":null}',
  ),
  {
    runAsUser: 1,
    runAsNonRoot: true,
    fsGroup: 2,
    supplementalGroups: [3],
    sysctls: [{ name: 'a', value: 'b' }],
    seccompProfile: { type: 'RuntimeDefault' },
  },
  'keys may be in any case',
)

const bad = [
  ['{', /expected JSON/],
  ['[]', /expected an object/],
  ['{"runAsUser":"root"}', /expected an integer at `runAsUser`/],
  ['{"privileged":1}', /expected a boolean at `privileged`/],
  ['{"capabilities":{"drop":"ALL"}}', /a list at `capabilities.drop`/],
  ['{"capabilities":{"drop":[1]}}', /a string at `capabilities.drop\[0\]`/],
  ['{"fsGroup":1}', /no field `fsGroup`/],
] as const
for (const [text, message] of bad)
  t.throws(() => readSecurityContext(text), { message }, text)
