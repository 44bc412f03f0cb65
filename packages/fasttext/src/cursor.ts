import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { failureOf, FastTextError } from './error'

/** Reads a binary file, or bytes, in order. Throws MODEL_INVALID, naming the file and the field, when they end too soon. */
export type Cursor = {
  file: string
  left: () => number
  /** The next `count` bytes, valid until the next call. */
  take: (count: number, field: string) => Buffer
  /** The offset of the next `count` bytes in `bytes()`: many small reads need no object for each. */
  at: (count: number, field: string) => number
  /** The number of bytes before the next zero byte. */
  lengthOfString: (field: string) => number
  bytes: () => Buffer
  /** Fills an array with the next bytes, without a copy of a large file in between. */
  fill: (array: Uint8Array, field: string) => void
  close: () => void
}

const BUFFER_BYTES = 1 << 16

export function openCursor(source: Uint8Array | string, name: string): Cursor {
  if (typeof source !== 'string')
    return makeCursor(name, source.length, (target, position) => {
      target.set(source.subarray(position, position + target.length))
      return target.length
    })
  try {
    const descriptor = openSync(source, 'r')
    const stats = fstatSync(descriptor)
    if (stats.isDirectory()) {
      closeSync(descriptor)
      throw new FastTextError('FILE_UNREADABLE', { file: name, found: 'a folder', expected: 'a model file' })
    }
    const { size } = stats
    const read = (target: Uint8Array, position: number) => readSync(descriptor, target, 0, target.length, position)
    return makeCursor(name, size, read, () => closeSync(descriptor))
  } catch (cause) {
    if (cause instanceof FastTextError) throw cause
    const found = failureOf(cause)
    throw new FastTextError('FILE_UNREADABLE', { file: name, found, expected: 'a readable model file', cause })
  }
}

function makeCursor(
  file: string,
  size: number,
  read: (target: Uint8Array, position: number) => number,
  close: () => void = () => {},
): Cursor {
  // `buffer` is the part of `store` that is filled.
  let store = Buffer.allocUnsafe(BUFFER_BYTES)
  let buffer = store.subarray(0, 0)
  let at = 0
  let position = 0

  const left = () => size - position + buffer.length - at
  const fillFrom = (target: Uint8Array, field: string) => {
    for (let done = 0; done < target.length;) {
      const got = read(target.subarray(done, done + (1 << 30)), position)
      if (got === 0) throw tooShort(field, target.length, done)
      done += got
      position += got
    }
  }
  const tooShort = (field: string, expected: number, found: number) =>
    new FastTextError('MODEL_INVALID', {
      file,
      found: `${found} bytes left at ${field} (${size} in all)`,
      expected: `${expected} or more`,
    })
  const buffered = (count: number) => {
    if (buffer.length - at >= count) return
    const held = buffer.length - at
    const length = Math.min(left(), Math.max(2 * count, BUFFER_BYTES))
    if (length > store.length) {
      const larger = Buffer.allocUnsafe(length)
      buffer.copy(larger, 0, at)
      store = larger
    } else store.copyWithin(0, at, buffer.length)
    fillFrom(store.subarray(held, length), 'the file')
    buffer = store.subarray(0, length)
    at = 0
  }

  const advance = (count: number, field: string) => {
    if (left() < count) throw tooShort(field, count, left())
    buffered(count)
    at += count
    return at - count
  }

  return {
    file,
    left,
    close,
    bytes: () => buffer,
    at: advance,
    take(count, field) {
      const from = advance(count, field)
      return buffer.subarray(from, from + count)
    },
    lengthOfString(field) {
      for (let length = 0; ; length++) {
        if (at + length === buffer.length) {
          if (left() === length) throw tooShort(field, length + 1, length)
          buffered(length + 1)
        }
        if (buffer[at + length] === 0) return length
      }
    },
    fill(array, field) {
      if (left() < array.length) throw tooShort(field, array.length, left())
      const held = Math.min(array.length, buffer.length - at)
      array.set(buffer.subarray(at, at + held))
      at += held
      fillFrom(array.subarray(held), field)
    },
  }
}
