import t from 'tap'
import { mapPaths } from '../../../function/local/map-paths.ts'

const mounts = [
  { mountPath: '/keptn', hostPath: '/h/$&' },
  { mountPath: '/keptn/sub', hostPath: '/s' },
]

const cases: [text: string, wanted: string][] = [
  ['/keptn', '/h/$&'],
  ['/keptn/locust/basic.py', '/h/$&/locust/basic.py'],
  ['--file=/keptn/x', '--file=/h/$&/x'],
  ['a:/keptn/b:/keptn', 'a:/h/$&/b:/h/$&'],
  ['cat /keptn/x "/keptn/y"', 'cat /h/$&/x "/h/$&/y"'],
  ['/keptn/sub/x', '/s/x'],
  ['/keptn-old /keptn.d /keptness', '/keptn-old /keptn.d /keptness'],
  ['/srv/keptn', '/srv/keptn'],
  ['http://host/keptn/x', 'http://host/keptn/x'],
  ['keptn', 'keptn'],
]
for (const [text, wanted] of cases)
  t.test(text, async (t) => t.equal(mapPaths(text, mounts), wanted))

t.test('without mounts nothing changes', async (t) =>
  t.equal(mapPaths('/keptn', []), '/keptn'),
)
