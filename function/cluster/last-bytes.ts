/** At most the last `bytes` bytes, cut where a UTF-8 character begins. */
export const lastBytes = (buffer: Buffer, bytes: number): Buffer => {
  let start = Math.max(0, buffer.length - bytes)
  if (start === 0) return buffer
  while (start < buffer.length && (buffer[start]! & 0xc0) === 0x80) start++
  return buffer.subarray(start)
}

/** The end of a stream, in memory for about twice that. */
export const lastBytesOf = async (
  stream: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<Buffer> => {
  let kept: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    kept.push(chunk)
    size += chunk.length
    if (size <= 2 * bytes + 1) continue
    // One more, by which the last cut can tell that there was more.
    kept = [Buffer.concat(kept).subarray(-bytes - 1)]
    size = bytes + 1
  }
  return lastBytes(Buffer.concat(kept), bytes)
}
