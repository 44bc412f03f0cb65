// fastText's two hash functions. Both must agree with the C++ program bit for bit; otherwise models cannot be exchanged.

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
const NGRAM_FACTOR = 116049371

/** FNV-1a of `bytes[from, to)`, 32 bits, unsigned. fastText reads bytes as signed, so a byte above 127 also flips the upper bits. */
export function fnv1a(bytes: Uint8Array, from: number, to: number): number {
  let hash = FNV_OFFSET
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ ((bytes[i]! << 24) >> 24), FNV_PRIME)
  return hash >>> 0
}

/**
 * Puts the bucket of every word n-gram of 2 to `longest` words into `out`, from index `at` on, and returns the index
 * after the last one. `hashes[0, count)` are the words' hashes as signed 32-bit integers; h <- h * 116049371 + hash in 64 bits,
 * modulo `buckets` (Dictionary::addWordNgrams). The 64-bit value is kept as two halves; every product stays below 2^53.
 * `out` must have room for `ngramCount`.
 */
export function ngramBuckets(
  hashes: Int32Array,
  count: number,
  longest: number,
  buckets: number,
  out: Int32Array,
  at: number,
): number {
  const inverse = 1 / buckets
  for (let i = 0; i + 1 < count; i++) {
    const end = Math.min(count, i + longest)
    let low = hashes[i]!
    let high = hashes[i]! >> 31
    for (let j = i + 1; j < end; j++) {
      const next = hashes[j]!
      const upper = (low >>> 16) * NGRAM_FACTOR + Math.floor((low & 0xffff) * NGRAM_FACTOR * 2 ** -16)
      const sum = (Math.imul(low, NGRAM_FACTOR) >>> 0) + (next >>> 0)
      const carried = Math.floor(upper * 2 ** -16) + (sum >= 2 ** 32 ? 1 : 0)
      high = (Math.imul(high, NGRAM_FACTOR) + carried + (next >> 31)) | 0
      low = sum | 0
      out[at++] = remainder64(high >>> 0, low >>> 0, buckets, inverse)
    }
  }
  return at
}

/** The number of n-grams of 2 to `longest` words in `count` words. */
export function ngramCount(count: number, longest: number): number {
  const lengths = Math.min(longest, count) - 1
  return lengths < 1 ? 0 : lengths * count - (lengths * (lengths + 1)) / 2
}

/** (high * 2^32 + low) mod `divisor`, for a divisor below 2^31. */
export function remainder64(high: number, low: number, divisor: number, inverse = 1 / divisor): number {
  const top = remainder(high, divisor, inverse)
  if (divisor <= 2 ** 21) return remainder(top * 2 ** 32 + low, divisor, inverse)
  const upper = remainder(top * 0x10000 + (low >>> 16), divisor, inverse)
  return remainder(upper * 0x10000 + (low & 0xffff), divisor, inverse)
}

/** A floating-point `%` is a slow library call: multiply by the inverse and correct by at most one divisor. */
function remainder(value: number, divisor: number, inverse: number): number {
  const rest = value - Math.floor(value * inverse) * divisor
  if (rest < 0) return rest + divisor
  return rest >= divisor ? rest - divisor : rest
}
