// The smallest HTTP server.
import { createServer } from 'node:http'

const server = createServer((request, answer) => {
  request.resume().on('end', () => answer.writeHead(202).end())
})
server.listen(Number(process.env.PORT), () => console.log('listening'))
