/** A seeded generator of unsigned 32-bit integers (xorshift32, Marsaglia 2003); the state is `state[0]` and never zero. */
export function nextRandom(state: Uint32Array): number {
  let x = state[0]!
  x ^= x << 13
  x ^= x >>> 17
  x ^= x << 5
  state[0] = x
  return x >>> 0
}

/** The state of a generator for a seed. Mixed first (the finaliser of MurmurHash3), so that neighbouring seeds give unrelated numbers. */
export function seedRandom(seed: number): Uint32Array {
  let x = (seed ^ 0x9e3779b9) | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  x = (x ^ (x >>> 16)) >>> 0
  return Uint32Array.of(x === 0 ? 1 : x)
}

/** A number in [0, 1). */
export const nextFraction = (state: Uint32Array): number => nextRandom(state) / 0x100000000
