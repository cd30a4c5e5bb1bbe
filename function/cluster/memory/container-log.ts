/** The newest part of what a container wrote, in bounded memory. */
export class ContainerLog {
  readonly #keep: number
  #chunks: Buffer[] = []
  #size = 0

  /** `keep`: bytes that are kept at least. */
  constructor(keep = 1024 * 1024) {
    this.#keep = keep
  }

  append(chunk: string): void {
    const bytes = Buffer.from(chunk)
    this.#chunks.push(bytes)
    this.#size += bytes.length
    if (this.#size > 2 * this.#keep) {
      this.#chunks = [lastBytes(Buffer.concat(this.#chunks), this.#keep)]
      this.#size = this.#chunks[0]!.length
    }
  }

  /** At most the last `bytes` bytes, cut between characters. */
  tail(bytes: number): string {
    return lastBytes(Buffer.concat(this.#chunks), bytes).toString()
  }
}

/** At most the last `bytes` bytes, cut where a UTF-8 character begins. */
export const lastBytes = (buffer: Buffer, bytes: number): Buffer => {
  let start = Math.max(0, buffer.length - bytes)
  if (start === 0) return buffer
  while (start < buffer.length && (buffer[start]! & 0xc0) === 0x80) start++
  return buffer.subarray(start)
}
