import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { appendFile, open, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ByteRange } from './range'

/** Bytes on disk under names that are never used twice, so that a reader never sees a half-written or changed file. */
export interface Blobs {
  /** Answers the name. */
  write(bytes: Buffer): Promise<string>
  /** Write the bytes of these blobs one after the other; answers the name. */
  join(names: readonly string[]): Promise<string>
  /** `size` is that of the whole blob, in bytes. */
  read(name: string, size: number, range?: ByteRange): Promise<Buffer>
  remove(name: string): void
  /** Remove all but these: what a crash left behind. */
  keepOnly(names: ReadonlySet<string>): void
}

/** Up to here reading or writing at once is sooner done than handed to another thread. */
const SMALL_BYTES = 64 * 1024

/** Blobs in a folder, which is made. */
export function createBlobs(folder: string): Blobs {
  mkdirSync(folder, { recursive: true })
  const fileOf = (name: string) => path.join(folder, name)
  return {
    async write(bytes) {
      const name = randomUUID()
      if (bytes.length <= SMALL_BYTES) writeFileSync(fileOf(name), bytes)
      else await writeFile(fileOf(name), bytes)
      return name
    },
    async join(names) {
      const name = randomUUID()
      await writeFile(fileOf(name), '')
      for (const part of names) await appendFile(fileOf(name), await readFile(fileOf(part)))
      return name
    },
    async read(name, size, range) {
      if (size <= SMALL_BYTES) {
        const bytes = readFileSync(fileOf(name))
        return range ? bytes.subarray(range.first, range.last + 1) : bytes
      }
      if (!range) return readFile(fileOf(name))
      const file = await open(fileOf(name))
      try {
        const bytes = Buffer.alloc(range.last - range.first + 1)
        await file.read(bytes, 0, bytes.length, range.first)
        return bytes
      } finally {
        await file.close()
      }
    },
    // Nobody waits for it; what stays behind is swept at the next start.
    remove: (name) => void rm(fileOf(name), { force: true }).catch(() => {}),
    keepOnly(names) {
      for (const name of readdirSync(folder)) if (!names.has(name)) rmSync(fileOf(name), { force: true })
    },
  }
}
