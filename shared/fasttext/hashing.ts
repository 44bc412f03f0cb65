// fastText's two hash functions. Both must agree with the C++ program bit for bit, or models cannot be exchanged.

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
const NGRAM_FACTOR = 116049371

/** FNV-1a of `bytes[from, to)`, 32 bits, unsigned. fastText reads each byte as signed, so one above 127 flips the upper bits too. */
export function fnv1a(bytes: Uint8Array, from: number, to: number): number {
  let hash = FNV_OFFSET
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ ((bytes[i]! << 24) >> 24), FNV_PRIME)
  return hash >>> 0
}

/**
 * Calls `visit` with the bucket of every word n-gram of 2 to `longest` words that starts at word `first`.
 * `hashes[0, count)` are the words' hashes as signed 32-bit integers. h <- h * 116049371 + hash in 64 bits, modulo
 * `buckets` (Dictionary::addWordNgrams). The 64-bit value is kept as two unsigned halves; every product stays below 2^53.
 */
export function ngramBuckets(
  hashes: Int32Array,
  count: number,
  first: number,
  longest: number,
  buckets: number,
  visit: (bucket: number) => void,
): void {
  const inverse = 1 / buckets
  const end = Math.min(count, first + longest)
  let low = hashes[first]! >>> 0
  let high = hashes[first]! >> 31
  for (let j = first + 1; j < end; j++) {
    const next = hashes[j]!
    const lowest = (low & 0xffff) * NGRAM_FACTOR
    const middle = (low >>> 16) * NGRAM_FACTOR + Math.floor(lowest / 0x10000)
    const sum = (((middle % 0x10000) << 16) >>> 0) + (lowest % 0x10000) + (next >>> 0)
    high =
      (Math.imul(high, NGRAM_FACTOR) + Math.floor(middle / 0x10000) + (next >> 31) + (sum >= 0x100000000 ? 1 : 0)) | 0
    low = sum >>> 0
    visit(remainder64(high >>> 0, low, buckets, inverse))
  }
}

/** (high * 2^32 + low) mod `divisor`, for a divisor below 2^31, sixteen bits at a time. */
export function remainder64(high: number, low: number, divisor: number, inverse = 1 / divisor): number {
  const top = remainder(high, divisor, inverse)
  const upper = remainder(top * 0x10000 + (low >>> 16), divisor, inverse)
  return remainder(upper * 0x10000 + (low & 0xffff), divisor, inverse)
}

/** A floating-point `%` is a slow library call: multiply by the inverse and correct by at most one divisor. */
function remainder(value: number, divisor: number, inverse: number): number {
  const rest = value - Math.floor(value * inverse) * divisor
  if (rest < 0) return rest + divisor
  return rest >= divisor ? rest - divisor : rest
}
