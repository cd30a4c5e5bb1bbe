import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import t from 'tap'
import { noLog } from '../../function/log.ts'
import { openPort } from '../../function/open-port.ts'

t.test('who asks early waits for who answers', async (t) => {
  const lines: unknown[] = []
  const { server, answer } = await openPort(0, (...line) => lines.push(line))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  t.strictSame(lines, [['info', 'listening', { port: 0 }]])
  const arrived = once(server, 'request')
  const asked = fetch(`http://127.0.0.1:${port}/early`, {
    method: 'POST',
    body: 'a body',
  })
  await arrived
  answer((request, response) => {
    request.setEncoding('utf8')
    request.on('data', (body) => response.end(`${request.url} ${body}`))
  })
  t.equal(await (await asked).text(), '/early a body')
  const later = await fetch(`http://127.0.0.1:${port}/late`, {
    method: 'POST',
    body: 'another',
  })
  t.equal(await later.text(), '/late another')
})

t.test('who has gone before is not missed', async (t) => {
  const { server, answer } = await openPort(0, noLog)
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const impatient = connect(port, '127.0.0.1')
  const arrived = once(server, 'request')
  impatient.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  const [request] = await arrived
  impatient.destroy()
  await once(request.socket, 'close')
  answer((_request, response) => response.end('an answer'))
  const text = await (await fetch(`http://127.0.0.1:${port}`)).text()
  t.equal(text, 'an answer')
})

t.test('a port that is taken', async (t) => {
  const { server } = await openPort(0, noLog)
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  await t.rejects(openPort(port, noLog), { code: 'EADDRINUSE' })
})
