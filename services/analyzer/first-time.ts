import { hash } from 'node:crypto'

/** So many ids are kept one by one, and told apart for certain. */
const MOST_EXACT = 100_000
/** Bits of the filter, 32 MB: a power of two, so that the remainder of a hash is its last bits. */
const BITS = 2 ** 28
const HASHES = 12

/**
 * Tells whether an id comes for the first time, in bounded memory however many there are. More than are kept one by one go
 * to a Bloom filter (Bloom 1970): what came before is always known again, and one of n ids is taken for another with
 * probability (1 − e^(−kn/m))^k, for k hashes and m bits. Of 5 million that is not one, of 10 million a handful.
 */
export function firstTime(mostExact = MOST_EXACT, bits = BITS): (id: string) => boolean {
  const exact = new Set<string>()
  let filter: Uint8Array | undefined

  /** Set the bits of an id; says whether one of them was not. */
  const mark = (id: string, into: Uint8Array): boolean => {
    const digest = hash('sha256', id, 'buffer')
    // An odd step comes by as many bits as there are hashes.
    const [start, step] = [digest.readUInt32LE(0), (digest.readUInt32LE(4) | 1) >>> 0]
    let isNew = false
    for (let i = 0; i < HASHES; i++) {
      // Double hashing (Kirsch and Mitzenmacher 2006): two hashes do for all of them.
      const bit = (start + i * step) % bits
      const mask = 1 << (bit & 7)
      isNew ||= (into[bit >>> 3]! & mask) === 0
      into[bit >>> 3]! |= mask
    }
    return isNew
  }

  return (id) => {
    if (filter) return mark(id, filter)
    if (exact.has(id)) return false
    exact.add(id)
    if (exact.size > mostExact) {
      filter = new Uint8Array(bits / 8)
      for (const one of exact) mark(one, filter)
      exact.clear()
    }
    return true
  }
}
