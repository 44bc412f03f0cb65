import { type Model, predictAll, type Prediction } from './fasttext'
import { categoryOf } from './category-label'

/** A model that answers for texts of tokens, as `tokenise` gives them, joined by spaces. */
export interface Classifier {
  /** The names of the categories it knows, in order of their names. */
  labels: readonly string[]
  /** For each text its `k` likeliest labels, the likeliest first; their probabilities sum to one over all labels. */
  rank(texts: readonly string[], k: number): Prediction[][]
}

/** A fastText model under the names of our categories. A text with no known word has every label equally likely. */
export function classifierOf(model: Model): Classifier {
  const labels = model.labels.map(categoryOf).sort()
  const unknown = labels.map((label) => ({ label, probability: 1 / labels.length }))
  return {
    labels,
    rank: (texts, k) =>
      Array.from(predictAll(model, texts, k), (predictions) =>
        predictions.length === 0
          ? unknown.slice(0, k)
          : predictions.map(({ label, probability }) => ({ label: categoryOf(label), probability })),
      ),
  }
}
