import t from 'tap'
import { TooLargeStoreError } from '../../function/resource-store.ts'
import { makeWorld, type World } from '../world.ts'
import { TWO_TASKS as config } from './given.ts'

const files = { 'data/a.txt': '12345', 'data/b.txt': '12345' }
const labels = { team: 'carts', build: '12' }

/** What an event is answered with, where one thing is limited. */
const answerUnder = async (env: Record<string, string>) => {
  const world: World = makeWorld({ config, files, env })
  const event = world.trigger('deployment', { labels })
  await world.deliver(event)
  await world.settle()
  return { world, answer: world.reports(event)[1]?.data }
}

const REFUSED: [setting: string, least: number, says: RegExp][] = [
  [
    'LIMIT_CONFIG_BYTES',
    config.length,
    /job\/config\.yaml.*\n.*has \d+ bytes; at most \d+ are read/,
  ],
  ['LIMIT_FILES', 2, /"data" the task has more than the 1 files/],
  ['LIMIT_FILE_BYTES', 5, /"data\/.\.txt" has 5 bytes, more than the 4/],
  ['LIMIT_FILES_BYTES', 10, /"data\/.\.txt" .* more than the 9 bytes/],
  ['LIMIT_TASKS', 2, /2 tasks.* 1 /],
  ['LIMIT_LABELS', 2, /2 labels; at most 1/],
  [
    'LIMIT_LABELS_BYTES',
    JSON.stringify(labels).length,
    /labels have \d+ bytes; at most \d+/,
  ],
]

for (const [setting, least, says] of REFUSED)
  t.test(`${setting}: what is above is told with its name`, async (t) => {
    const fits = await answerUnder({ [setting]: `${least}` })
    t.match(fits.answer, { status: 'succeeded' }, 'just so much is taken')
    t.strictSame(fits.world.runs, ['one', 'two'])
    const { answer, world } = await answerUnder({ [setting]: `${least - 1}` })
    t.match(answer, { status: 'errored', result: 'fail' })
    t.match(answer?.message, says)
    t.match(answer?.message, setting)
    t.strictSame(world.runs, [], 'nothing ran')
  })

t.test(
  'a config that is too large to be read at all is told, too',
  async (t) => {
    const world: World = makeWorld({ config, files })
    world.fault = async ({ port }) => {
      if (port === 'store') throw new TooLargeStoreError('more than 8 MiB')
    }
    const event = world.trigger()
    t.equal(await world.deliver(event), true)
    await world.settle()
    const [, finished] = world.reports(event)
    t.match(finished?.data, { status: 'errored', result: 'fail' })
    t.match(finished?.data.message, /job\/config\.yaml cannot.*\n.*than 8 MiB/)
  },
)

t.test(
  'LIMIT_MESSAGE_BYTES: the newest part of the logs is kept',
  async (t) => {
    const world: World = makeWorld({
      config,
      files,
      env: { LIMIT_MESSAGE_BYTES: '4096' },
      scripts: {
        one: async (run) => {
          run.started()
          run.log(`oldest\n${'x'.repeat(20_000)}\nnewest\n`)
          return { exitCode: 0 }
        },
      },
    })
    const event = world.trigger()
    await world.deliver(event)
    await world.settle()
    const [, finished] = world.reports(event)
    t.ok(Buffer.byteLength(JSON.stringify(finished)) <= 4096)
    t.match(finished?.data.message, /newest/)
    t.notMatch(finished?.data.message, /oldest/)
  },
)

t.test('attributes of more than 8 KiB: the event is ignored', async (t) => {
  const logged: { message: string }[] = []
  const world = makeWorld({
    config,
    files,
    log: (_level, message) => void logged.push({ message }),
  })
  const event = world.trigger()
  t.equal(await world.deliver({ ...event, note: 'x'.repeat(9000) }), true)
  t.equal(await world.deliver({ ...event, source: 'x'.repeat(9000) }), true)
  await world.settle()
  const ignored = logged.filter(({ message }) => message.startsWith('ignored'))
  t.strictSame(ignored, [
    {
      message:
        'ignored: its attributes, project, stage and service have more than 8192 bytes together',
    },
  ])
})
