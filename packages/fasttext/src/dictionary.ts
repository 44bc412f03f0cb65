import { fnv1a } from './hashing'

/**
 * Words and labels with their counts, found by an open-addressing hash table over their bytes. Entry e is
 * `bytes[starts[e], starts[e + 1])`. Once sorted, the `words` words come first and the `labels` labels after them,
 * each by falling count; `tokens` counts every token read, labels and ends of lines too.
 */
export type Dictionary = {
  size: number
  words: number
  labels: number
  tokens: number
  bytes: Uint8Array
  starts: Int32Array
  hashes: Int32Array
  counts: Float64Array
  table: Int32Array
}

/** The word that ends every line (Dictionary::EOS). */
export const END_OF_LINE: Uint8Array = Buffer.from('</s>')
export const END_OF_LINE_HASH = fnv1a(END_OF_LINE, 0, END_OF_LINE.length) | 0

/** A dictionary with nothing in it, with room for `entries` entries of `bytes` bytes in total. It grows when needed. */
export function emptyDictionary(entries = 1 << 12, bytes = 1 << 16): Dictionary {
  return {
    size: 0,
    words: 0,
    labels: 0,
    tokens: 0,
    bytes: new Uint8Array(bytes),
    starts: new Int32Array(entries + 1),
    hashes: new Int32Array(entries),
    counts: new Float64Array(entries),
    table: new Int32Array(tableSize(entries)).fill(-1),
  }
}

/** The entry of `bytes[from, to)`, or -1. */
export function find(dictionary: Dictionary, bytes: Uint8Array, from: number, to: number, hash: number): number {
  return dictionary.table[slotOf(dictionary, bytes, from, to, hash)]!
}

/** The entry of `bytes[from, to)`, added with a count of zero if it is new. */
export function findOrAdd(dictionary: Dictionary, bytes: Uint8Array, from: number, to: number, hash: number): number {
  const slot = slotOf(dictionary, bytes, from, to, hash)
  const known = dictionary.table[slot]!
  if (known >= 0) return known
  const entry = dictionary.size
  const start = dictionary.starts[entry]!
  if (entry === dictionary.counts.length) growEntries(dictionary)
  while (start + to - from > dictionary.bytes.length) dictionary.bytes = grown(dictionary.bytes, Uint8Array)
  const own = dictionary.bytes
  for (let i = from; i < to; i++) own[start + i - from] = bytes[i]!
  dictionary.starts[entry + 1] = start + to - from
  dictionary.hashes[entry] = hash
  dictionary.counts[entry] = 0
  dictionary.size++
  if (dictionary.size * 2 > dictionary.table.length) fillTable(dictionary, tableSize(dictionary.size * 2))
  else dictionary.table[slot] = entry
  return entry
}

/** Whether `bytes[from, to)` begins with `prefix`. */
export function hasPrefix(bytes: Uint8Array, from: number, to: number, prefix: Uint8Array): boolean {
  if (to - from < prefix.length) return false
  for (let i = 0; i < prefix.length; i++) if (bytes[from + i] !== prefix[i]) return false
  return true
}

/**
 * The dictionary that training keeps: entries rarer than the thresholds are dropped, words come before labels, frequent ones
 * first, ties in order of appearance. `newIds[old]` is an entry's new id, or -1 (Dictionary::threshold).
 */
export function threshold(
  { size, tokens, bytes, starts, hashes, counts }: Dictionary,
  { minCount, minCountLabel, labelPrefix }: { minCount: number; minCountLabel: number; labelPrefix: string },
): { dictionary: Dictionary; newIds: Int32Array } {
  const prefix = Buffer.from(labelPrefix)
  const isLabel = new Uint8Array(size)
  const kept: number[] = []
  for (let entry = 0; entry < size; entry++) {
    isLabel[entry] = hasPrefix(bytes, starts[entry]!, starts[entry + 1]!, prefix) ? 1 : 0
    if (counts[entry]! >= (isLabel[entry] ? minCountLabel : minCount)) kept.push(entry)
  }
  kept.sort((a, b) => isLabel[a]! - isLabel[b]! || counts[b]! - counts[a]! || a - b)

  const newIds = new Int32Array(size).fill(-1)
  const dictionary = emptyDictionary(kept.length)
  for (const entry of kept) {
    const id = findOrAdd(dictionary, bytes, starts[entry]!, starts[entry + 1]!, hashes[entry]!)
    dictionary.counts[id] = counts[entry]!
    dictionary.labels += isLabel[entry]!
    newIds[entry] = id
  }
  dictionary.words = dictionary.size - dictionary.labels
  dictionary.tokens = tokens
  return { dictionary, newIds }
}

/** The text of an entry. Invalid UTF-8 becomes U+FFFD. */
const entryText = ({ bytes, starts }: Dictionary, entry: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + starts[entry]!, starts[entry + 1]! - starts[entry]!).toString('utf8')

/** The labels' texts, with their prefix, in the order of the output rows. */
export const labelTexts = (dictionary: Dictionary): string[] =>
  Array.from({ length: dictionary.labels }, (_, label) => entryText(dictionary, dictionary.words + label))

function slotOf(
  { table, hashes, starts, bytes: own }: Dictionary,
  bytes: Uint8Array,
  from: number,
  to: number,
  hash: number,
): number {
  const mask = table.length - 1
  const length = to - from
  // The FNV hash is weakest in its low bits for short words: fold the upper half in.
  let slot = (hash ^ (hash >>> 15)) & mask
  for (;;) {
    const entry = table[slot]!
    if (entry < 0) return slot
    if (hashes[entry] === hash) {
      const start = starts[entry]!
      if (starts[entry + 1]! - start === length) {
        let i = 0
        while (i < length && own[start + i] === bytes[from + i]) i++
        if (i === length) return slot
      }
    }
    slot = (slot + 1) & mask
  }
}

function growEntries(dictionary: Dictionary): void {
  dictionary.hashes = grown(dictionary.hashes, Int32Array)
  dictionary.counts = grown(dictionary.counts, Float64Array)
  const starts = new Int32Array(dictionary.counts.length + 1)
  starts.set(dictionary.starts)
  dictionary.starts = starts
}

function fillTable(dictionary: Dictionary, length: number): void {
  const mask = length - 1
  const table = new Int32Array(length).fill(-1)
  for (let entry = 0; entry < dictionary.size; entry++) {
    const hash = dictionary.hashes[entry]!
    let slot = (hash ^ (hash >>> 15)) & mask
    while (table[slot]! >= 0) slot = (slot + 1) & mask
    table[slot] = entry
  }
  dictionary.table = table
}

const tableSize = (entries: number): number => 1 << Math.max(4, 32 - Math.clz32(entries * 2))

const grown = <A extends Uint8Array | Int32Array | Float64Array>(array: A, make: new (length: number) => A): A => {
  const larger = new make(Math.max(16, array.length * 2))
  larger.set(array)
  return larger
}
