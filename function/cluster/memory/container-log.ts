import { lastBytes } from '../last-bytes.ts'

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
    if (this.#size <= 2 * this.#keep) return
    const kept = lastBytes(Buffer.concat(this.#chunks), this.#keep)
    this.#chunks = [kept]
    this.#size = kept.length
  }

  /** At most the last `bytes` bytes, cut between characters. */
  tail(bytes: number): string {
    return lastBytes(Buffer.concat(this.#chunks), bytes).toString()
  }
}
