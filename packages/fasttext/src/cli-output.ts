import { writeSync } from 'node:fs'
import { codeOf } from './error'

/** A buffer in front of a file descriptor: fastText flushes every line, which costs it one system call per line. */
export type Output = {
  byte: (value: number) => void
  bytes: (value: Buffer) => void
  text: (value: string) => void
  flush: () => void
}

const CAPACITY = 1 << 16

export function openOutput(descriptor: number): Output {
  let buffer = Buffer.allocUnsafe(CAPACITY)
  let filled = 0
  const flush = () => {
    writeAll(descriptor, buffer.subarray(0, filled))
    filled = 0
  }
  const makeRoom = (count: number) => {
    if (filled + count <= buffer.length) return
    flush()
    if (count > buffer.length) buffer = Buffer.allocUnsafe(count)
  }
  return {
    flush,
    byte(value) {
      makeRoom(1)
      buffer[filled++] = value
    },
    bytes(value) {
      makeRoom(value.length)
      buffer.set(value, filled)
      filled += value.length
    },
    text(value) {
      makeRoom(3 * value.length)
      filled += buffer.write(value, filled)
    },
  }
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(descriptor, bytes, done)
    } catch (error) {
      // A full, non-blocking pipe: try again.
      if (codeOf(error) !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}
