import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { secretReader } from '../../../function/cluster/secret-reader.ts'

const VALUE = 'canary value'

const given = async (t: Test, status: number, body: unknown) => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const read = secretReader({
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tls: {},
    authorization: async () => 'Bearer x',
    namespace: undefined,
  })
  return { read, asked }
}

t.test('the values of a Secret, and nothing else of it', async (t) => {
  const { read, asked } = await given(t, 200, {
    data: { key: Buffer.from(VALUE).toString('base64') },
  })
  const values = await read('jobs', 'a/../b')
  t.same(
    values.map((value) => Buffer.from(value).toString()),
    [VALUE],
  )
  t.same(asked, ['GET /api/v1/namespaces/jobs/secrets/a%2F..%2Fb'])
})

t.test('no such Secret: no values', async (t) => {
  const { read } = await given(t, 404, { kind: 'Status', reason: 'NotFound' })
  t.same(await read('jobs', 'x'), [])
})

t.test('without the right to read it: an error', async (t) => {
  const { read } = await given(t, 403, { message: 'secrets "x" is forbidden' })
  await t.rejects(read('jobs', 'x'), { code: 'Forbidden' })
})
