import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/**
 * Hands events over, so many at once, and again what is not accepted, as a
 * Broker does; answers how often that was. Requests are ready-made: what this
 * takes of the machine's time, the baseline does not.
 */
export const deliver = async (
  port: number,
  events: string[],
  atOnce: number,
): Promise<number> => {
  const left = events.map(requestOf)
  let again = 0
  const work = async (): Promise<void> => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    for (let event = left.shift(); event; event = left.shift()) {
      if (await isAccepted(socket, event)) continue
      again += 1
      left.push(event)
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return again
}

const requestOf = (event: string): string =>
  [
    'POST / HTTP/1.1',
    'host: function',
    'content-type: application/cloudevents+json',
    `content-length: ${Buffer.byteLength(event)}`,
    '',
    event,
  ].join('\r\n')

/** Answers are short: each comes in one piece. */
const isAccepted = async (socket: Socket, event: string): Promise<boolean> => {
  const answer = once(socket, 'data') as Promise<[Buffer]>
  socket.write(event)
  const [text] = await answer
  return text.toString('latin1').startsWith('HTTP/1.1 202')
}
