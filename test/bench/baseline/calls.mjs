// The requests of one event as a bare client makes them: those of a stage at
// once, the stages one after the other, over kept connections.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import http from 'node:http'

export const { calls, run, ca, token } = JSON.parse(
  readFileSync(process.env.CALLS, 'utf8'),
)
let https, secure

const send = (call, id) =>
  new Promise((resolve, reject) => {
    const tls = call.url.startsWith('https:')
    const sent = (tls ? https : http).request(
      call.url.replaceAll(run, id),
      {
        method: call.method,
        // The function keeps connections to Keptn for reads alone, and keeps what it read.
        agent: tls ? secure : false,
        headers: {
          ...call.headers,
          ...(tls && { authorization: `Bearer ${token}` }),
        },
      },
      (answer) =>
        answer.resume().on('end', () => {
          // As it was for the function: only its look for the run finds none.
          const { statusCode } = answer
          if (statusCode < 300 || (call.method === 'GET' && statusCode === 404))
            return resolve()
          reject(new Error(`${call.method} ${call.url}: ${statusCode}`))
        }),
    )
    sent.on('error', reject)
    sent.end(call.body?.replaceAll(run, id))
  })

export const makeCalls = async (stages) => {
  if (!https) {
    https = (await import('node:https')).default
    secure = new https.Agent({ keepAlive: true, ca })
  }
  const id = randomBytes(10).toString('hex')
  for (const stage of stages)
    await Promise.all(stage.map((call) => send(call, id)))
}
