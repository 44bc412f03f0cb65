// fastText's own tokens: bytes between whitespace. Nothing is decoded, so any bytes are text.

/** Tokens of a block: token t is `bytes[starts[t], ends[t])` with its FNV-1a hash. An empty token is the end of a line. */
export type Tokens = { count: number; starts: Int32Array; ends: Int32Array; hashes: Int32Array }

const NEWLINE = 10

export const makeTokens = (capacity: number): Tokens => ({
  count: 0,
  starts: new Int32Array(capacity),
  ends: new Int32Array(capacity),
  hashes: new Int32Array(capacity),
})

/** Space, tab, newline, vertical tab, form feed, carriage return and NUL (Dictionary::readWord). */
export const isSeparator = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13) || byte === 0

/** Splits `bytes[0, end)` into `tokens`, which must have room for `end` of them. Hashes them in the same pass. */
export function tokenise(bytes: Uint8Array, end: number, tokens: Tokens): void {
  const { starts, ends, hashes } = tokens
  let count = 0
  let i = 0
  while (i < end) {
    let byte = bytes[i]!
    if (isSeparator(byte)) {
      if (byte === NEWLINE) {
        starts[count] = i
        ends[count] = i
        count++
      }
      i++
      continue
    }
    const start = i
    let hash = 0x811c9dc5
    do {
      hash = Math.imul(hash ^ ((byte << 24) >> 24), 0x01000193)
      byte = ++i < end ? bytes[i]! : 0
    } while (!isSeparator(byte))
    starts[count] = start
    ends[count] = i
    hashes[count] = hash
    count++
  }
  tokens.count = count
}
