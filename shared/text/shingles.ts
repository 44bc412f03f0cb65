import { normalForm } from './cascade'
import { decodeVersion1 } from './version-1'

/** The features by which near copies of a message are recognised. */
export interface Shingles {
  /** Hashes of its words and pairs of words, each once, ascending. */
  features: Uint32Array
  /** Hash of its first words: a text that was cut off begins as the whole one does. */
  opening: number
  /** Whether it ends in "…", so that only the beginning of the message is known. */
  cut: boolean
}

/** Fewer words are not enough evidence: such texts are copies only where they are equal. */
const FEWEST_WORDS = 5
/** For a very long text, the beginning is enough. */
const MOST_WORDS = 1000

const LINK = /^https?:\/\/\S/

/**
 * The shingles of a text as its source wrote it, by its normal form, without the last piece of a word where it was cut
 * off; none under five words. They are stored, and cascades are found by them: like the normal form, they never change.
 */
export function shinglesOf(text: string): Shingles | undefined {
  const decoded = decodeVersion1(text)
  const end = cutAt(decoded)
  return shinglesIn(normalForm(end === undefined ? text : decoded.slice(0, end)), end !== undefined)
}

/** Where a text was cut off: before the piece of a word that ends in "…", and links that were put behind it. */
function cutAt(text: string): number | undefined {
  if (!text.includes('…')) return undefined
  let found: number | undefined
  for (const { 0: word, index } of [...text.matchAll(/\S+/g)].reverse()) {
    if (word.endsWith('…')) found = index
    if (!LINK.test(word)) break
  }
  return found
}

function shinglesIn(normalForm: string, cut: boolean): Shingles | undefined {
  const words = normalForm.split(' ', MOST_WORDS)
  // The normal form removes one "RT @name:"; in a retweet of a retweet the other one remains, as a word.
  while (words[0] === 'rt') words.shift()
  if (words.length < FEWEST_WORDS) return undefined

  const hashes = words.map(hashOf)
  // oxlint-disable-next-line typescript/no-non-null-assertion -- `hashes` has one more than the list that i counts in
  const pairs = hashes.slice(1).map((hash, i) => mixed(Math.imul(hashes[i]!, 0x2c1b3c6d) + hash))
  const features = Uint32Array.from(new Set([...hashes, ...pairs])).sort()
  const opening = hashes.slice(0, FEWEST_WORDS).reduce((hash, word) => mixed(Math.imul(hash, 0x2c1b3c6d) + word))
  return { features, opening, cut }
}

/**
 * How similar two texts are that are copies of one message; 0 where they are not. Copies have at least six of ten
 * features in common (the Jaccard index). Where one was cut off, at least nine of ten of its features must be in the
 * other.
 */
export function likeness(a: Shingles, b: Shingles): number {
  const [fewer, more] = [a, b].map(({ features }) => features.length).sort((x, y) => x - y) as [number, number]
  if (!a.cut && !b.cut && fewer < LEAST_JACCARD * more) return 0
  const common = inCommon(a.features, b.features)
  const jaccard = common / (fewer + more - common)
  const part = a.cut && b.cut ? fewer : a.cut ? a.features.length : b.cut ? b.features.length : Infinity
  const contained = common / part
  return Math.max(jaccard >= LEAST_JACCARD ? jaccard : 0, contained >= LEAST_CONTAINED ? contained : 0)
}

/** Whether half of the words of the shorter of two texts are in the other. */
export const isKin = (a: Shingles, b: Shingles): boolean =>
  2 * inCommon(a.features, b.features) >= Math.min(a.features.length, b.features.length)

const LEAST_JACCARD = 0.6
const LEAST_CONTAINED = 0.9

function inCommon(a: Uint32Array, b: Uint32Array): number {
  let common = 0
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    // oxlint-disable-next-line typescript/no-non-null-assertion -- the loop ends where one of the arrays does
    const [left, right] = [a[i]!, b[j]!]
    if (left === right) common++
    if (left <= right) i++
    if (right <= left) j++
  }
  return common
}

/** FNV-1a over UTF-16 units, mixed; 32 bits. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
  return mixed(hash)
}

/** The finaliser of MurmurHash3: every output bit depends on every input bit. */
export function mixed(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
