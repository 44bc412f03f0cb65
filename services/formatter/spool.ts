import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'

/** Named texts that grow at their end: kept in memory up to a size in all, in files of a scratch folder beyond it. */
export interface Spool {
  write(name: string, text: string): void
  /** The same, of what is encoded already. */
  append(name: string, bytes: Buffer): void
  /** All that was written by this name, which is forgotten. */
  take(name: string): string
  /** Bytes that were written by this name. */
  size(name: string): number
  /** All that was written by this name, as UTF-8 in pieces. */
  bytes(name: string): AsyncIterable<Uint8Array>
  close(): void
}

interface Entry {
  /** The end of the text, not yet in a chunk: its first `filled` bytes. Strings would live long and cost their collection. */
  tail: Buffer
  filled: number
  /** Bytes before the tail. */
  cut: number
  chunks: Buffer[]
  file?: string
}

/** A chunk that is written at once; bytes. */
const CHUNK = 32 * 1024
/** A UTF-16 unit is at most so many bytes of UTF-8. */
const WIDEST = 3
const NONE = Buffer.alloc(0)

/** `scratch` is a folder that exists; `limitBytes` is what may stay in memory. */
export function createSpool(scratch: string, limitBytes = 32 * 1024 * 1024): Spool {
  const entries = new Map<string, Entry>()
  let folder: string | undefined
  let held = 0
  let files = 0

  const entryOf = (name: string): Entry => {
    let entry = entries.get(name)
    if (!entry) entries.set(name, (entry = { tail: NONE, filled: 0, cut: 0, chunks: [] }))
    return entry
  }
  const toFile = (entry: Entry, bytes: Buffer) => {
    folder ??= mkdtempSync(path.join(scratch, 'spool-'))
    entry.file ??= path.join(folder, String(files++))
    // Opened for each chunk: there are more names than some systems let files be open.
    appendFileSync(entry.file, bytes)
  }
  const spill = () => {
    for (const entry of entries.values()) {
      for (const chunk of entry.chunks) toFile(entry, chunk)
      entry.chunks = []
    }
  }
  const keep = (entry: Entry, chunk: Buffer) => {
    entry.cut += chunk.length
    if (folder) return toFile(entry, chunk)
    entry.chunks.push(chunk)
    held += chunk.length
    if (held > limitBytes) spill()
  }
  const cut = (entry: Entry) => {
    keep(entry, entry.tail.subarray(0, entry.filled))
    // A file has its bytes by now; what is kept in memory is not written over.
    if (!folder) entry.tail = NONE
    entry.filled = 0
  }
  const drop = (name: string, { file, chunks }: Entry) => {
    entries.delete(name)
    for (const chunk of chunks) held -= chunk.length
    if (file) rmSync(file)
  }

  return {
    write(name, text) {
      const entry = entryOf(name)
      const most = text.length * WIDEST
      if (entry.filled + most > entry.tail.length) {
        if (entry.filled > 0) cut(entry)
        if (most > entry.tail.length) entry.tail = Buffer.allocUnsafeSlow(Math.max(CHUNK, most))
      }
      entry.filled += entry.tail.write(text, entry.filled)
    },
    append(name, bytes) {
      const entry = entryOf(name)
      if (entry.filled > 0) cut(entry)
      keep(entry, bytes)
    },
    take(name) {
      const entry = entryOf(name)
      const stored = entry.file ? [readFileSync(entry.file)] : entry.chunks
      // Each piece ends where a text ended that was written, so no character is cut.
      const text = [...stored, entry.tail.subarray(0, entry.filled)].map((piece) => piece.toString('utf8')).join('')
      drop(name, entry)
      return text
    },
    size(name) {
      const { cut: before, filled } = entryOf(name)
      return before + filled
    },
    bytes: async function* (name) {
      const { file, chunks, tail, filled } = entryOf(name)
      if (file) yield* fileChunks(file)
      yield* chunks
      if (filled > 0) yield tail.subarray(0, filled)
    },
    close() {
      entries.clear()
      if (folder) rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function* fileChunks(file: string): AsyncIterable<Uint8Array> {
  const handle = await open(file)
  try {
    yield* handle.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 })
  } finally {
    await handle.close()
  }
}
