import type { Dictionary } from './dictionary'
import type { FeatureRules } from './features'
import type { Matrix } from './matrix'

export type Loss = 'softmax' | 'hierarchical softmax' | 'negative sampling' | 'one vs all'

/** What model.bin records of how the model was trained, beside the rules of its features. */
export type TrainingRecord = {
  epochs: number
  minCount: number
  windowSize: number
  negatives: number
  updateRate: number
  samplingThreshold: number
}

/**
 * A supervised model. Input rows: first the words, then what the buckets map to. `bucketRows[bucket]` is a bucket's row
 * or 0, which is a word's; without it every bucket has its own row. A bucket at 0 is a row of zeros (`absentBuckets` = 'zero') or no feature.
 */
export type Model = {
  rules: FeatureRules
  loss: Loss
  record: TrainingRecord
  labelPrefix: string
  dictionary: Dictionary
  /** Each label's text with its prefix, in the order of the output rows. */
  labels: string[]
  input: Matrix
  output: Matrix
  bucketRows: Int32Array | undefined
  absentBuckets: 'zero' | 'none'
}
