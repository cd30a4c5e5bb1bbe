// The smallest HTTP server, and an event's requests before it answers.
import { createServer } from 'node:http'

let calls
const server = createServer((request, answer) => {
  if (request.method === 'GET') return answer.end()
  request.resume().on('end', async () => {
    const first = !calls
    calls ??= await import('./calls.mjs')
    await calls.makeCalls(first ? calls.calls.first : calls.calls.warm)
    answer.writeHead(202).end()
  })
})
server.listen(Number(process.env.PORT), () => console.log('listening'))
