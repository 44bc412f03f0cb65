import { DEFAULT_ENGINE } from '../../../shared/engines'
import { withPrior } from '../../../shared/engines/classifier'
import type { Engine } from '../../../shared/engines/engine'
import { findSuspects } from '../../../shared/statistics/confident-learning'
import { plainText, shownText, TEXT_VERSION } from '../../../shared/text'
import { permanentRandom } from '../../../shared/text/cascade'
import { zip } from '../../../shared/zip'

/** A label for training, and the text that it was given to. */
export interface TrainingLabel {
  item: string
  label: string
  text: string
}

const FOLDS = 5
/** With fewer labels, the model that doubts them is itself unreliable. */
const LEAST_LABELS = 200

/**
 * Labels that are probably wrong, the most suspicious first: confident learning on out-of-sample probabilities, in five
 * folds by hash. Deterministic, in any order of the labels.
 */
export async function doubtfulLabels(
  labels: readonly TrainingLabel[],
  categories: readonly string[],
  engine: Engine = DEFAULT_ENGINE,
): Promise<string[]> {
  if (labels.length < LEAST_LABELS) return []
  const sorted = [...labels].sort((a, b) => (a.item < b.item ? -1 : 1))
  const folds = sorted.map(({ item }) => Math.floor(permanentRandom(item, 'folds-v1') * FOLDS))
  const probabilities: number[][] = sorted.map(() => [])
  for (let fold = 0; fold < FOLDS; fold++) {
    const learned = sorted.filter((_, i) => folds[i] !== fold)
    const held = [...sorted.entries()].filter(([i]) => folds[i] === fold)
    if (held.length === 0 || learned.length === 0) continue
    const model = await learn(engine, learned)
    const scores = await model.classify(held.map(([, { text }]) => plainText(text)))
    for (const [[i], { probabilities: known, basis }] of zip(held, scores)) {
      // A text without a known token gives no reason for doubt.
      const scoreOf = (name: string) =>
        basis === 'prior' ? 1 / categories.length : (known[model.labels.indexOf(name)] ?? 0)
      probabilities[i] = categories.map(scoreOf)
    }
  }
  const { suspects } = findSuspects(
    sorted.map(({ label }) => categories.indexOf(label)),
    probabilities,
  )
  // oxlint-disable-next-line typescript/no-non-null-assertion -- suspects are places of the labels that were handed in
  return suspects.map((place) => sorted[place]!.item)
}

async function learn(engine: Engine, labels: readonly TrainingLabel[]) {
  const train = labels.map(({ item, label, text }) => ({ item, label, text: shownText(text) }))
  const files = await engine.train({ train, validation: [] }, engine.suggested)
  const model = await engine.load(files, { textVersion: TEXT_VERSION, where: 'a model of a fold' })
  return withPrior(model, undefined, TEXT_VERSION)
}
