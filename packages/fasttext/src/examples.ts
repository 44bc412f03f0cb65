import type { Corpus } from './corpus'
import { type Dictionary, hasPrefix } from './dictionary'
import { type FeatureRules, makeLineReader } from './features'
import { type Integers, noIntegers, push, pushAll } from './integers'

/** The examples of a text, in compressed rows; `Problem` says what each list is. */
export type Examples = {
  features: Integers
  featureStarts: Integers
  targets: Integers
  targetStarts: Integers
  tokens: Integers
  inputRows: number
}

/**
 * The labelled lines of a corpus as input rows and labels. `newIds` maps entries to ids in `kept`. A bucket gets its
 * row in `bucketRows` when it is first hit, so that buckets never hit take no memory. The tokens of a line without label or
 * feature count with the next example, for the learning rate's schedule.
 */
export function collectExamples(
  { dictionary: all, endOfLine, stream }: Corpus,
  kept: Dictionary,
  newIds: Int32Array,
  rules: FeatureRules,
  bucketRows: Int32Array,
  labelPrefix: string,
): Examples {
  const examples: Examples = {
    features: noIntegers(),
    featureStarts: noIntegers(),
    targets: noIntegers(),
    targetStarts: noIntegers(),
    tokens: noIntegers(),
    inputRows: kept.words,
  }
  const prefix = Buffer.from(labelPrefix)
  const reader = makeLineReader(rules, (values, from, to) => {
    for (let i = from; i < to; i++) {
      const bucket = values[i]!
      if (bucketRows[bucket] === 0) bucketRows[bucket] = examples.inputRows++
      values[i] = bucketRows[bucket]!
    }
    return to
  })
  const { line } = reader
  const { bytes, starts, hashes } = all

  push(examples.featureStarts, 0)
  push(examples.targetStarts, 0)
  reader.start()
  let tokens = 0
  let left = stream.length
  for (const chunk of stream.chunks) {
    const end = Math.min(chunk.length, left)
    left -= end
    for (let t = 0; t < end; t++) {
      const entry = chunk[t]!
      tokens++
      if (entry !== endOfLine) {
        const id = newIds[entry]!
        const from = starts[entry]!
        const to = starts[entry + 1]!
        if (id >= kept.words) reader.label(id - kept.words)
        else if (id >= 0 || !hasPrefix(bytes, from, to, prefix)) reader.word(id, hashes[entry]!, bytes, from, to)
        continue
      }
      reader.end(newIds[endOfLine]!)
      if (line.labels.count > 0 && line.features.count > 0) {
        pushAll(examples.features, line.features.values, line.features.count)
        pushAll(examples.targets, line.labels.values, line.labels.count)
        push(examples.featureStarts, examples.features.length)
        push(examples.targetStarts, examples.targets.length)
        push(examples.tokens, tokens)
        tokens = 0
      }
      reader.start()
    }
  }
  return examples
}
