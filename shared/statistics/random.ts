// Looked up once: in a script with its own context, a global is slow.
const { imul } = Math

/**
 * A small generator of numbers in [0, 1), good enough for resampling; deterministic by its seed. Tommy Ettinger, 2017.
 */
export function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
