import { predictAll, train } from '../../../shared/fasttext'
import { categoryOf, labelOf } from '../../../shared/category-label'
import { findSuspects } from '../../../shared/statistics/confident-learning'
import { shownText, tokenise } from '../../../shared/text'
import { permanentRandom } from '../../../shared/text/cascade'

/** A label for training, and the text that it was given to. */
export interface TrainingLabel {
  item: string
  label: string
  text: string
}

const FOLDS = 5
/** With fewer labels the model that doubts them is itself in doubt. */
const LEAST_LABELS = 200

/**
 * Labels that are probably wrong, the most suspicious first: by confident learning on the probabilities of models that
 * did not learn from the item, in five folds by hash. The same labels give the same answer in any order.
 */
export function doubtfulLabels(labels: readonly TrainingLabel[], categories: readonly string[]): string[] {
  if (labels.length < LEAST_LABELS) return []
  const sorted = [...labels].sort((a, b) => (a.item < b.item ? -1 : 1))
  const rows = sorted.map(({ item, label, text }) => ({
    fold: Math.floor(permanentRandom(item, 'folds-v1') * FOLDS),
    given: categories.indexOf(label),
    line: tokenise(shownText(text)).join(' '),
    label: labelOf(label),
  }))
  const probabilities: number[][] = rows.map(() => [])
  for (let fold = 0; fold < FOLDS; fold++) {
    const learned = rows.filter((row) => row.fold !== fold)
    const held = rows.flatMap((row, i) => (row.fold === fold ? [i] : []))
    if (held.length === 0 || learned.length === 0) continue
    const model = train(
      learned.map(({ label, line }) => `${label} ${line}`),
      { vectorDim: 10, learningRate: 0.5, epochs: 25, wordNgrams: 2, minCount: 1, buckets: 20_000, seed: 1 },
    )
    const lines = held.map((i) => rows[i]!.line)
    for (const [n, answers] of [...predictAll(model, lines, categories.length)].entries()) {
      const byCategory = new Map(answers.map(({ label, probability }) => [categoryOf(label), probability]))
      // Of a text without a known word nothing is said.
      probabilities[held[n]!] = categories.map(
        (name) => byCategory.get(name) ?? (answers.length ? 0 : 1 / categories.length),
      )
    }
  }
  const { suspects } = findSuspects(
    rows.map(({ given }) => given),
    probabilities,
  )
  return suspects.map((place) => sorted[place]!.item)
}
