/**
 * The Keptn stand-in as a process:
 * `node test/keptn/main.ts --host 0.0.0.0 --port 8080 [--token T] [--deliver URL]`.
 * It prints its API endpoint and ends on SIGTERM or SIGINT.
 */
import { parseArgs } from 'node:util'
import { startStandIn } from './stand-in.ts'

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    token: { type: 'string', default: 'token' },
    deliver: { type: 'string' },
    validation: { type: 'boolean', default: false },
    'reads-per-second': { type: 'string' },
    'task-started-wait': { type: 'string', default: '600' },
  },
})

const reads = values['reads-per-second']
const standIn = await startStandIn({
  host: values.host,
  port: Number(values.port),
  token: values.token,
  validation: values.validation,
  taskStartedWaitMs: Number(values['task-started-wait']) * 1000,
  ...(reads && { readsPerSecond: Number(reads) }),
  ...(values.deliver && { deliver: { url: values.deliver } }),
})
console.log(standIn.endpoint)

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void standIn.close())
