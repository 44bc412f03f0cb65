import { endOfLineEntry, isEndOfLine, type LineReader, makeLineReader, readToken, type RowsOfBuckets } from './features'
import { huffmanTree, type HuffmanTree, sigmoid, softmax, steppedSigmoid } from './loss'
import { addRows, dotRow } from './matrix'
import type { Model } from './model'
import { blocks, type Text } from './text'
import { makeTokens, tokenise } from './tokeniser'

/** A label without the prefix `__label__`, and its probability. */
export type Prediction = { label: string; probability: number }

/** One line's predictions: labels as rows of the output matrix, the most probable first. Reused for the next line. */
export type Ranking = { count: number; labels: Int32Array; probabilities: Float64Array }

/** fastText adds this inside its logarithms, and so to the probabilities it prints. */
export const LOG_MARGIN = 1e-5

const DEFAULT_PREFIX = '__label__'

/** A label's text without fastText's usual prefix. */
export const bareLabel = (label: string): string =>
  label.startsWith(DEFAULT_PREFIX) ? label.slice(DEFAULT_PREFIX.length) : label

/**
 * The `k` most probable labels of a line, none below `threshold`, in falling order. A newline in the line counts as a space. A
 * line without any known feature gets no prediction.
 */
export function predict(model: Model, line: string, k = 1, threshold = 0): Prediction[] {
  const [first] = predictAll(model, [line], k, threshold)
  return first ?? []
}

/** `predict` for every line of a text, which is read as a stream. */
export function* predictAll(model: Model, text: Text, k = 1, threshold = 0): Generator<Prediction[]> {
  const names = model.labels.map(bareLabel)
  const rank = makeRanker(model, k, threshold)
  for (const reader of readLines(model, text)) {
    const { count, labels, probabilities } = rank(reader)
    const predictions: Prediction[] = []
    for (let i = 0; i < count; i++) predictions.push({ label: names[labels[i]!]!, probability: probabilities[i]! })
    yield predictions
  }
}

/** Each line's known labels and its most probable label (-1 for none), as rows of the output matrix. */
export function* bestLabels(model: Model, text: Text): Generator<{ labels: number[]; best: number }> {
  const rank = makeRanker(model, 1, 0)
  for (const reader of readLines(model, text)) {
    const { count, labels } = rank(reader)
    yield {
      labels: [...reader.line.labels.values.subarray(0, reader.line.labels.count)],
      best: count > 0 ? labels[0]! : -1,
    }
  }
}

/** The lines of a text as features of the model, one reader for all. `onBlock` is called when all lines read so far have been yielded. */
export function* readLines(model: Model, text: Text, onBlock?: () => void): Generator<LineReader> {
  const { dictionary } = model
  const prefix = Buffer.from(model.labelPrefix)
  const endOfLine = endOfLineEntry(dictionary)
  const reader = makeLineReader(model.rules, rowsOfBuckets(model))
  let tokens = makeTokens(0)
  let begun = false
  let ended = false
  reader.start()
  for (const { bytes, end } of blocks(text)) {
    if (tokens.starts.length < end) tokens = makeTokens(end)
    tokenise(bytes, end, tokens)
    const { count, starts, ends, hashes } = tokens
    for (let t = 0; t < count; t++) {
      const from = starts[t]!
      const to = ends[t]!
      begun = from !== to
      if (begun) {
        ended ||= isEndOfLine(bytes, from, to, hashes[t]!)
        if (!ended) readToken(reader, dictionary, prefix, bytes, from, to, hashes[t]!)
        continue
      }
      reader.end(endOfLine)
      yield reader
      ended = false
      reader.start()
    }
    onBlock?.()
  }
  if (!begun) return
  reader.end(endOfLine)
  yield reader
}

/** Makes the function that ranks the labels for a line: the mean of its rows, the scores by the loss, the k best. */
export function makeRanker(model: Model, k: number, threshold: number): (reader: LineReader) => Ranking {
  const { input, output, labels } = model
  const most = Math.max(0, Math.min(k, labels.length))
  const hidden = new Float32Array(input.columns)
  const scores = new Float32Array(labels.length)
  const score = makeScorer(model)
  const ranking: Ranking = { count: 0, labels: new Int32Array(most), probabilities: new Float64Array(most) }

  return ({ line: { features } }) => {
    ranking.count = 0
    if (features.count === 0) return ranking
    hidden.fill(0)
    addRows(input, features.values, features.count, hidden)
    for (let j = 0; j < hidden.length; j++) hidden[j]! /= features.count
    score(output, hidden, scores)
    keepBest(scores, threshold, most, ranking)
    return ranking
  }
}

/** The `most` greatest of the scores, in falling order; of equal ones the later label, as in fastText's heap. */
function keepBest(scores: Float32Array, threshold: number, most: number, ranking: Ranking): void {
  const { labels, probabilities } = ranking
  let count = 0
  for (let label = 0; label < scores.length; label++) {
    const probability = scores[label]!
    if (probability < threshold || (count === most && !(probability >= probabilities[count - 1]!))) continue
    let at = count < most ? count++ : count - 1
    for (; at > 0 && probability >= probabilities[at - 1]!; at--) {
      labels[at] = labels[at - 1]!
      probabilities[at] = probabilities[at - 1]!
    }
    labels[at] = label
    probabilities[at] = probability
  }
  ranking.count = count
}

type Scorer = (output: Model['output'], hidden: Float32Array, scores: Float32Array) => void

function makeScorer({ loss, dictionary }: Model): Scorer {
  if (loss === 'hierarchical softmax') {
    const tree = huffmanTree(dictionary.counts.subarray(dictionary.words, dictionary.size))
    return (output, hidden, scores) => descendTree(tree, output, hidden, scores)
  }
  const finish = loss === 'softmax' ? softmax : applySteppedSigmoid
  return (output, hidden, scores) => {
    for (let label = 0; label < scores.length; label++) scores[label] = dotRow(output, label, hidden)
    finish(scores)
  }
}

function applySteppedSigmoid(scores: Float32Array): void {
  for (let label = 0; label < scores.length; label++) scores[label] = steppedSigmoid(scores[label]!)
}

/** A label's probability is the product of the probabilities on the path to its leaf (HierarchicalSoftmaxLoss::dfs), margins included. */
function descendTree(tree: HuffmanTree, output: Model['output'], hidden: Float32Array, scores: Float32Array): void {
  const { left, right, root } = tree
  const leaves = scores.length
  const reached = new Float64Array(left.length)
  reached[root] = 1
  for (let node = root; node >= leaves; node--) {
    const toRight = sigmoid(dotRow(output, node - leaves, hidden))
    reached[left[node]!] = reached[node]! * (1 - toRight + LOG_MARGIN)
    reached[right[node]!] = reached[node]! * (toRight + LOG_MARGIN)
  }
  for (let label = 0; label < leaves; label++) scores[label] = reached[label]!
}

function rowsOfBuckets({ bucketRows, absentBuckets, dictionary: { words }, input }: Model): RowsOfBuckets {
  if (!bucketRows)
    return (values, from, to) => {
      for (let i = from; i < to; i++) values[i]! += words
      return to
    }
  // A row past the last counts as zeros: it is part of the mean and adds nothing.
  const absent = absentBuckets === 'zero' ? input.rows : -1
  return (values, from, to) => {
    let end = from
    for (let i = from; i < to; i++) {
      const row = bucketRows[values[i]!]!
      if (row > 0) values[end++] = row
      else if (absent >= 0) values[end++] = absent
    }
    return end
  }
}
