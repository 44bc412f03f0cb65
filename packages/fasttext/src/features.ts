import { type Dictionary, END_OF_LINE, END_OF_LINE_HASH, find, hasPrefix } from './dictionary'
import { add, type Filled, makeRoom, noneFilled } from './filled'
import { ngramBuckets, ngramCount } from './hashing'
import { subwordBuckets } from './subwords'

/** The settings that decide the features of a line. Training and prediction use the same. */
export type FeatureRules = { wordNgrams: number; minCharacters: number; maxCharacters: number; buckets: number }

/** The line being read: its input rows, its known labels, and the hashes of all its words in order. */
export type Line = { features: Filled; labels: Filled; hashes: Filled }

/** Replaces the buckets `values[from, to)` by their input rows and returns where the rows end. Some buckets have no row. */
export type RowsOfBuckets = (values: Int32Array, from: number, to: number) => number

/** Collects the features of one line after another (Dictionary::getLine). The arrays are reused for every line. */
export type LineReader = {
  line: Line
  /** Starts a new line. */
  start: () => void
  /** A word, as entry `id` of the dictionary or -1, and as bytes. */
  word: (id: number, hash: number, bytes: Uint8Array, from: number, to: number) => void
  label: (label: number) => void
  /** The end of the line: `</s>`, and the word n-grams. */
  end: (endOfLineId: number) => void
}

export function makeLineReader(rules: FeatureRules, rowsOfBuckets: RowsOfBuckets): LineReader {
  const { wordNgrams, maxCharacters, buckets } = rules
  const hasSubwords = maxCharacters > 0 && buckets > 0
  const hasNgrams = wordNgrams > 1 && buckets > 0
  const features = noneFilled(256)
  const labels = noneFilled(16)
  const hashes = noneFilled(128)

  return {
    line: { features, labels, hashes },
    start() {
      features.count = 0
      labels.count = 0
      hashes.count = 0
    },
    word(id, hash, bytes, from, to) {
      if (id >= 0) add(features, id)
      add(hashes, hash)
      if (!hasSubwords) return
      const first = features.count
      subwordBuckets(bytes, from, to, rules, features)
      features.count = rowsOfBuckets(features.values, first, features.count)
    },
    label(label) {
      add(labels, label)
    },
    end(endOfLineId) {
      if (endOfLineId >= 0) add(features, endOfLineId)
      add(hashes, END_OF_LINE_HASH)
      if (!hasNgrams) return
      const first = features.count
      makeRoom(features, ngramCount(hashes.count, wordNgrams))
      const last = ngramBuckets(hashes.values, hashes.count, wordNgrams, buckets, features.values, first)
      features.count = rowsOfBuckets(features.values, first, last)
    },
  }
}

/** Gives one token to a line reader: a word or label of the dictionary, an unknown word, or an unknown label (ignored). */
export function readToken(
  reader: LineReader,
  dictionary: Dictionary,
  labelPrefix: Uint8Array,
  bytes: Uint8Array,
  from: number,
  to: number,
  hash: number,
): void {
  const id = find(dictionary, bytes, from, to, hash)
  if (id >= dictionary.words) reader.label(id - dictionary.words)
  else if (id >= 0 || !hasPrefix(bytes, from, to, labelPrefix)) reader.word(id, hash, bytes, from, to)
}

/** Whether a token of the text is `</s>` itself: it ends the line; the tokens after it on the line are ignored. */
export const isEndOfLine = (bytes: Uint8Array, from: number, to: number, hash: number): boolean =>
  hash === END_OF_LINE_HASH && to - from === END_OF_LINE.length && hasPrefix(bytes, from, to, END_OF_LINE)

/** The entry of `</s>` in a dictionary, or -1. */
export const endOfLineEntry = (dictionary: Dictionary): number =>
  find(dictionary, END_OF_LINE, 0, END_OF_LINE.length, END_OF_LINE_HASH)
