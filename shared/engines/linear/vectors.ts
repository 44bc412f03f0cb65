/** A message as its distinct features with their counts. */
export interface FeatureCounts {
  features: Int32Array
  times: Int32Array
}

/** Messages as counts over one vocabulary: feature `f` is the n-gram with the hash `hashes[f]`. */
export interface Corpus {
  messages: readonly FeatureCounts[]
  hashes: readonly number[]
}

/** Rows of a sparse matrix (CSR): row `i` has the entries from `starts[i]` to `starts[i + 1]`. */
export interface Rows {
  columns: number
  starts: Int32Array
  places: Int32Array
  values: Float64Array
}

/** The vocabulary: the features in use, with their document frequencies. */
export interface Vocabulary {
  /** The column of each feature of the corpus, or -1. */
  columnOf: Int32Array
  /** The feature of each column. */
  features: Int32Array
  /** Number of messages with it. */
  documents: Int32Array
  /** Number of messages in the count. */
  messages: number
}

/** Count the n-grams of messages. Features are numbered in order of first occurrence. */
export function countNgrams(messages: Iterable<{ hashes: Uint32Array; length: number }>): Corpus {
  const numbers = new Map<number, number>()
  const hashes: number[] = []
  const counted: FeatureCounts[] = []
  for (const { hashes: found, length } of messages) {
    const sorted = found.slice(0, length).sort()
    const features: number[] = []
    const times: number[] = []
    for (let i = 0; i < length; i++) {
      const hash = sorted[i]!
      if (i > 0 && hash === sorted[i - 1]) {
        times[times.length - 1]! += 1
        continue
      }
      let number = numbers.get(hash)
      if (number === undefined) {
        number = hashes.push(hash) - 1
        numbers.set(hash, number)
      }
      features.push(number)
      times.push(1)
    }
    counted.push({ features: Int32Array.from(features), times: Int32Array.from(times) })
  }
  return { messages: counted, hashes }
}

/** The features of these messages. Of more than `most`, those that occur in most messages; ties go to the lower hash. */
export function vocabularyOf({ messages, hashes }: Corpus, chosen: readonly number[], most: number): Vocabulary {
  const documents = new Int32Array(hashes.length)
  for (const i of chosen) for (const feature of messages[i]!.features) documents[feature]! += 1
  let features = Array.from(hashes.keys()).filter((feature) => documents[feature]! > 0)
  if (features.length > most)
    features = features
      .sort((a, b) => documents[b]! - documents[a]! || hashes[a]! - hashes[b]!)
      .slice(0, most)
      .sort((a, b) => a - b)
  const columnOf = new Int32Array(hashes.length).fill(-1)
  for (const [column, feature] of features.entries()) columnOf[feature] = column
  return {
    columnOf,
    features: Int32Array.from(features),
    documents: Int32Array.from(features, (feature) => documents[feature]!),
    messages: chosen.length,
  }
}

/** The idf of a feature in `documents` of `messages`, as if one more message had each feature (scikit-learn's default). */
export const idfOf = (documents: number, messages: number): number => Math.log((1 + messages) / (1 + documents)) + 1

/** Sublinear tf of a feature. */
export const tfOf = (times: number): number => 1 + Math.log(times)

/** Messages as sublinear tf-idf over a vocabulary, each of unit length. A message without a known feature is an empty row. */
export function vectorsOf({ messages }: Corpus, chosen: readonly number[], vocabulary: Vocabulary): Rows {
  const { columnOf, documents, messages: all } = vocabulary
  const starts = new Int32Array(chosen.length + 1)
  const places: number[] = []
  const values: number[] = []
  for (const [row, i] of chosen.entries()) {
    const { features, times } = messages[i]!
    const from = places.length
    let squares = 0
    for (let n = 0; n < features.length; n++) {
      const column = columnOf[features[n]!]!
      if (column < 0) continue
      const value = tfOf(times[n]!) * idfOf(documents[column]!, all)
      places.push(column)
      values.push(value)
      squares += value * value
    }
    const length = Math.sqrt(squares)
    for (let n = from; n < values.length; n++) values[n]! /= length
    starts[row + 1] = places.length
  }
  return {
    columns: documents.length,
    starts,
    places: Int32Array.from(places),
    values: Float64Array.from(values),
  }
}
