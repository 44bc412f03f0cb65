/**
 * Counts how many of many texts occur more than once. It keeps eight bytes for each, a hash of 53 bits. Among a million
 * texts, two different ones have the same hash in one of ten thousand files.
 */
export function makeRepeats() {
  let hashes = new Float64Array(1024)
  let count = 0
  return {
    add(text: string): void {
      if (count === hashes.length) {
        const larger = new Float64Array(2 * count)
        larger.set(hashes)
        hashes = larger
      }
      hashes[count] = hashOf(text)
      count += 1
    },
    /** How many texts equal an earlier one. */
    repeated: (): number => {
      const sorted = hashes.slice(0, count).sort()
      return sorted.reduce((sum, hash, i) => sum + (i > 0 && hash === sorted[i - 1] ? 1 : 0), 0)
    },
  }
}

/** Two 32-bit FNV-1a hashes with different seeds, cut to 53 bits. */
function hashOf(text: string): number {
  let [high, low] = [0x811c9dc5, 0x01000193]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    high = Math.imul(high ^ code, 0x01000193)
    low = Math.imul(low ^ (code * 31 + at), 0x85ebca6b)
  }
  return (high >>> 11) * 2 ** 32 + ((low ^ (low >>> 13)) >>> 0)
}
