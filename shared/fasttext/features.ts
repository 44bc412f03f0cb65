import { type Dictionary, END_OF_LINE, END_OF_LINE_HASH, find, hasPrefix } from './dictionary'
import { ngramBuckets } from './hashing'
import { subwordBuckets } from './subwords'

/** What decides the features of a line; the same when a model is trained and when it is used. */
export type FeatureRules = { wordNgrams: number; minCharacters: number; maxCharacters: number; buckets: number }

/** The line being read: its input rows, its known labels, and the hashes of all its words in order. */
export type Line = {
  features: Int32Array
  featureCount: number
  labels: Int32Array
  labelCount: number
  hashes: Int32Array
  hashCount: number
}

/** The input row of a bucket, or -1 where the bucket is no feature. */
export type RowOfBucket = (bucket: number) => number

/** Collects the features of one line after another (Dictionary::getLine). The arrays are used again for every line. */
export type LineReader = {
  line: Line
  /** Forgets the line. */
  start: () => void
  /** A word, as entry `id` of the dictionary or -1, and as bytes. */
  word: (id: number, hash: number, bytes: Uint8Array, from: number, to: number) => void
  label: (label: number) => void
  /** The end of the line: `</s>`, and the word n-grams. */
  end: (endOfLineId: number) => void
}

export function makeLineReader(rules: FeatureRules, rowOfBucket: RowOfBucket): LineReader {
  const { wordNgrams, maxCharacters, buckets } = rules
  const line: Line = {
    features: new Int32Array(256),
    featureCount: 0,
    labels: new Int32Array(16),
    labelCount: 0,
    hashes: new Int32Array(128),
    hashCount: 0,
  }

  const addFeature = (row: number) => {
    if (line.featureCount === line.features.length) line.features = doubled(line.features)
    line.features[line.featureCount++] = row
  }
  const addBucket = (bucket: number) => {
    const row = rowOfBucket(bucket)
    if (row >= 0) addFeature(row)
  }
  const addHash = (hash: number) => {
    if (line.hashCount === line.hashes.length) line.hashes = doubled(line.hashes)
    line.hashes[line.hashCount++] = hash
  }

  return {
    line,
    start() {
      line.featureCount = 0
      line.labelCount = 0
      line.hashCount = 0
    },
    word(id, hash, bytes, from, to) {
      if (id >= 0) addFeature(id)
      if (maxCharacters > 0 && buckets > 0) subwordBuckets(bytes, from, to, rules, addBucket)
      addHash(hash)
    },
    label(label) {
      if (line.labelCount === line.labels.length) line.labels = doubled(line.labels)
      line.labels[line.labelCount++] = label
    },
    end(endOfLineId) {
      if (endOfLineId >= 0) addFeature(endOfLineId)
      addHash(END_OF_LINE_HASH)
      if (wordNgrams < 2 || buckets === 0) return
      for (let i = 0; i + 1 < line.hashCount; i++)
        ngramBuckets(line.hashes, line.hashCount, i, wordNgrams, buckets, addBucket)
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

/** Whether a token of the text is `</s>` itself: it ends the line, and the rest of the line is no part of it. */
export const isEndOfLine = (bytes: Uint8Array, from: number, to: number, hash: number): boolean =>
  hash === END_OF_LINE_HASH && to - from === END_OF_LINE.length && hasPrefix(bytes, from, to, END_OF_LINE)

/** The entry of `</s>` in a dictionary, or -1. */
export const endOfLineEntry = (dictionary: Dictionary): number =>
  find(dictionary, END_OF_LINE, 0, END_OF_LINE.length, END_OF_LINE_HASH)

const doubled = (array: Int32Array): Int32Array => {
  const larger = new Int32Array(2 * array.length)
  larger.set(array)
  return larger
}
