import { likeness, mixed, type Shingles } from './shingles'

/**
 * MinHash with banding: 21 bands of 3 of a text's 63 minima. Two texts with a Jaccard index J meet in some band with
 * probability 1-(1-J³)²¹: 0.994 at 0.6, 0.44 at 0.3 (Broder 1997; Leskovec, Rajaraman, Ullman, section 3.4).
 */
const BANDS = 21
const ROWS = 3
/** The last table is of openings, for texts that were cut off. */
const TABLES = BANDS + 1
/** Texts that are compared in one bucket, the latest: the bucket of a form letter can hold thousands. */
const LOOKED_AT = 100

/** An index of texts in which near copies are found. */
export interface NearCopies {
  /** Number of the text that it is a near copy of, if any: the most similar accepted text; ties go to the earliest. */
  find(shingles: Shingles, accept: (number: number) => boolean): number | undefined
  /** Its number, from 0. */
  add(shingles: Shingles): number
}

/** About half a kilobyte for each text. */
export function makeNearCopies(): NearCopies {
  const known: Shingles[] = []
  let capacity = 1024
  let buckets = new Uint32Array(capacity * TABLES)
  // Chains of texts in a bucket, the latest first; 0 is the end, so a text is stored as its number plus one.
  let next = new Uint32Array(capacity * TABLES)
  let heads = new Uint32Array(2 * capacity * TABLES)
  const seen = new Set<number>()

  const link = (number: number) => {
    for (let table = 0; table < TABLES; table++) {
      const at = number * TABLES + table
      // oxlint-disable-next-line typescript/no-non-null-assertion -- `buckets` has all tables of each text
      const bucket = slotOf(table, buckets[at]!)
      // oxlint-disable-next-line typescript/no-non-null-assertion -- slotOf gives a place in `heads`
      next[at] = heads[bucket]!
      heads[bucket] = number + 1
    }
  }
  const slotOf = (table: number, hash: number) => table * 2 * capacity + (hash & (2 * capacity - 1))

  const grow = () => {
    capacity *= 2
    const grown = new Uint32Array(capacity * TABLES)
    grown.set(buckets)
    buckets = grown
    next = new Uint32Array(capacity * TABLES)
    heads = new Uint32Array(2 * capacity * TABLES)
    for (let number = 0; number < known.length; number++) link(number)
  }

  const candidates = (table: number, hash: number) => {
    let looked = 0
    // oxlint-disable-next-line typescript/no-non-null-assertion -- slotOf gives a place in `heads`, and `next` has all tables of each text
    for (let one = heads[slotOf(table, hash)]!; one !== 0; one = next[(one - 1) * TABLES + table]!) {
      if (buckets[(one - 1) * TABLES + table] !== hash) continue
      if (++looked > LOOKED_AT) return
      seen.add(one - 1)
    }
  }

  return {
    find: (shingles, accept) => {
      seen.clear()
      hashesOf(shingles).forEach((hash, table) => candidates(table, hash))
      let best: { number: number; alike: number } | undefined
      for (const number of [...seen].sort((a, b) => a - b)) {
        // oxlint-disable-next-line typescript/no-non-null-assertion -- only numbers of known texts were stored in the chains
        const alike = likeness(shingles, known[number]!)
        if (alike > (best?.alike ?? 0) && accept(number)) best = { number, alike }
      }
      return best?.number
    },
    add: (shingles) => {
      if (known.length === capacity) grow()
      const number = known.push(shingles) - 1
      buckets.set(hashesOf(shingles), number * TABLES)
      link(number)
      return number
    },
  }
}

const XORS = Uint32Array.from({ length: BANDS * ROWS }, (_, i) => mixed(2 * i + 1))
const FACTORS = Uint32Array.from({ length: BANDS * ROWS }, (_, i) => mixed(2 * i + 2) | 1)
const minima = new Uint32Array(BANDS * ROWS)
const hashes = new Uint32Array(TABLES)

/** The bucket of a text in each table. The next call overwrites the result. */
function hashesOf({ features, opening }: Shingles): Uint32Array {
  minima.fill(0xffffffff)
  /* oxlint-disable typescript/no-non-null-assertion -- these arrays have BANDS * ROWS numbers, and the indices are below that */
  for (const feature of features) {
    for (let k = 0; k < minima.length; k++) {
      const product = Math.imul(feature ^ XORS[k]!, FACTORS[k]!)
      const hash = (product ^ (product >>> 15)) >>> 0
      if (hash < minima[k]!) minima[k] = hash
    }
  }
  for (let band = 0; band < BANDS; band++) {
    let hash = band + 1
    for (let k = 0; k < ROWS; k++) hash = mixed(Math.imul(hash, 0x2c1b3c6d) ^ minima[band * ROWS + k]!)
    hashes[band] = hash
  }
  /* oxlint-enable typescript/no-non-null-assertion */
  hashes[BANDS] = opening
  return hashes
}
