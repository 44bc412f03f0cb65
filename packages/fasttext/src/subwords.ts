import { add, type Filled } from './filled'
import { fnv1a } from './hashing'

const BEFORE = 60 // <
const AFTER = 62 // >

/**
 * Puts the bucket of every character n-gram of `minCharacters` to `maxCharacters` characters into `out`, of the word
 * `bytes[from, to)` in angle brackets, but not `<` or `>` alone (Dictionary::computeSubwords). A character starts at any
 * byte that is not a UTF-8 continuation.
 */
export function subwordBuckets(
  bytes: Uint8Array,
  from: number,
  to: number,
  { minCharacters, maxCharacters, buckets }: { minCharacters: number; maxCharacters: number; buckets: number },
  out: Filled,
): void {
  const word = new Uint8Array(to - from + 2)
  word[0] = BEFORE
  word.set(bytes.subarray(from, to), 1)
  word[word.length - 1] = AFTER
  const end = word.length
  for (let i = 0; i < end; i++) {
    if (isContinuation(word[i]!)) continue
    for (let j = i, n = 1; j < end && n <= maxCharacters; n++) {
      j++
      while (j < end && isContinuation(word[j]!)) j++
      if (n >= minCharacters && !(n === 1 && (i === 0 || j === end))) add(out, fnv1a(word, i, j) % buckets)
    }
  }
}

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80
