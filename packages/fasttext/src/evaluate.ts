import { type Metrics, metrics } from './metrics'
import type { Model } from './model'
import { bareLabel, makeRanker, readLines } from './predict'
import type { Text } from './text'

/**
 * The metrics of a model on labelled lines, with `k` predictions to a line, none below `threshold`. As in fastText, lines
 * without a label that the model knows are not counted, nor are lines without any known feature.
 */
export function evaluate(model: Model, text: Text, k = 1, threshold = 0): Metrics {
  return metrics(judge(model, text), k, threshold)
}

function* judge(model: Model, text: Text) {
  const names = model.labels.map(bareLabel)
  const rank = makeRanker(model, names.length, 0)
  for (const reader of readLines(model, text)) {
    const { labels, features } = reader.line
    if (labels.count === 0 || features.count === 0) continue
    const { count, labels: ranked, probabilities } = rank(reader)
    yield {
      truths: Array.from(labels.values.subarray(0, labels.count), (label) => names[label]!),
      predictions: Array.from({ length: count }, (_, i) => ({
        label: names[ranked[i]!]!,
        probability: probabilities[i]!,
      })),
    }
  }
}
