import type { Readable } from 'node:stream'

/**
 * All that a stream brings, in less CPU time than an iterator takes. Rejects
 * with its error, and with a `RangeError` when there is more than `maxBytes`;
 * the stream is then left to who called.
 */
export const wholeBody = (
  stream: Readable,
  maxBytes = Infinity,
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else reject(new RangeError(`the answer is larger than ${maxBytes} bytes`))
    })
    stream.on('end', () => resolve(Buffer.concat(chunks)))
    stream.on('error', reject)
  })
