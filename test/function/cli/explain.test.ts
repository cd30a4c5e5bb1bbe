import t from 'tap'
import { commandLine, folder, repository } from './command-line.ts'

const files = folder({
  'silent.yaml':
    'apiVersion: v2\nactions:\n- {name: quiet, silent: true, events: [{name: test}]}\n- {name: none}\n',
  'invalid.yaml': 'apiVersion: v9\n',
  'evil.json': JSON.stringify({
    specversion: '1.0',
    id: '1',
    source: 's',
    type: 'sh.keptn.event.test.triggered',
    data: { test: { teststrategy: 'x\u001b]0;owned\u0007' } },
  }),
})
t.teardown(files.remove)

const config = repository('test/examples/seed/job/config.yaml')
const event = repository('test/events/test.triggered.http')

t.test('for people', async (t) => {
  const { code, out } = await commandLine([
    'explain',
    '--config',
    config,
    '--event',
    event,
  ])
  t.equal(code, 0)
  t.match(out, /actions\[0\] "Run locust" runs/)
  t.match(out, /events\[0\] .*"health"\n {4}matches/)
  t.match(out, /events\[1\] .*\n {4}does not match: .*\n {4}found: "health"/)
})

t.test('as JSON', async (t) => {
  const { code, out } = await commandLine([
    'explain',
    '-c',
    config,
    '-e',
    event,
    '-o',
    'json',
  ])
  t.equal(code, 0)
  t.match(JSON.parse(out), {
    event: { type: 'sh.keptn.event.test.triggered' },
    actions: [
      {
        index: 0,
        name: 'Run locust',
        silent: false,
        matched: true,
        entries: [
          { index: 0, matched: true },
          { index: 1, matched: false, reason: /load/, found: 'health' },
        ],
      },
    ],
  })
})

t.test('silent actions, and those that can never run', async (t) => {
  const { code, out } = await commandLine([
    'explain',
    '-c',
    files.path('silent.yaml'),
    '-e',
    event,
  ])
  t.equal(code, 0)
  t.match(out, /"quiet" runs \(silent: not reported\)/)
  t.match(out, /"none" does not run\n {2}it has no events/)
})

t.test('an event cannot act on the terminal', async (t) => {
  const { out } = await commandLine([
    'explain',
    '-c',
    config,
    '-e',
    files.path('evil.json'),
  ])
  t.match(out, /does not match/)
  t.notMatch(out, '\u001b')
})

t.test('a config that cannot be used', async (t) => {
  const args = ['explain', '-c', files.path('invalid.yaml'), '-e', event]
  const text = await commandLine(args)
  t.equal(text.code, 1)
  t.equal(text.out, '')
  t.match(text.err, /invalid\.yaml:1: error: .*v9/)
  const json = await commandLine([...args, '-o', 'json'])
  t.equal(json.code, 1)
  t.match(JSON.parse(json.out), {
    error: { code: 'api-version', path: 'apiVersion', line: 1 },
  })
})
