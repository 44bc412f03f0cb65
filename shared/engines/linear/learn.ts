import { fit, probabilitiesOf, type TrueClasses, type Weights } from './logistic'
import { type Merged, mergeTwins } from './twins'
import { type Corpus, vectorsOf, type Vocabulary, vocabularyOf } from './vectors'

/** A fold: indices of the training and the test messages. */
interface Fold {
  learned: number[]
  held: number[]
}

/** The result of a search over the strengths of the model and the corrections of its decision. */
export interface LinearChoice {
  strength: number
  correction: number
}

/** A trained model over the features of a corpus. */
export interface Learned {
  vocabulary: Vocabulary
  /** Weights of column `c` and class `k` at `c * classes + k`. */
  weights: Float64Array
  intercepts: Float64Array
}

/** Strengths that are tried from the weakest on, until the out-of-fold log loss rises. */
const STRENGTHS = [0.3, 1, 3, 10, 30, 100, 300]
/** Candidate corrections: parts of the logarithm of a label's share that are subtracted before the decision. */
const CORRECTIONS = [0, 0.25, 0.5, 0.75, 1]
const FOLDS = 4
/** Used when there are too few messages to compare. */
const UNSEARCHED: LinearChoice = { strength: 10, correction: 0.5 }
const FEWEST_SEARCHED = 12
/** The search uses at most this many messages: more change the choice little but cost time. */
const MOST_SEARCHED = 4000

const SEARCH_TOLERANCE = 1e-2
const TOLERANCE = 1e-6

/** Train on all messages of the corpus, with at most this many features. */
export function learn(corpus: Corpus, truth: TrueClasses, strength: number, mostFeatures: number): Learned {
  const all = Array.from(corpus.messages.keys())
  const vocabulary = vocabularyOf(corpus, all, mostFeatures)
  const merged = mergeTwins(vectorsOf(corpus, all, vocabulary))
  const found = fit(merged.rows, truth, { strength, tolerance: TOLERANCE })
  return { vocabulary, ...apart(found, merged, truth.count) }
}

/** The weights of the columns before they were merged. */
function apart(found: Weights, { rows, into, of }: Merged, count: number): Pick<Learned, 'weights' | 'intercepts'> {
  const weights = new Float64Array(into.length * count)
  for (const [column, put] of into.entries())
    for (let k = 0; k < count; k++) weights[column * count + k] = found[put * count + k]! / Math.sqrt(of[put]!)
  return { weights, intercepts: found.slice(rows.columns * count) }
}

/**
 * The strength with the least out-of-fold log loss, and for it the correction with the highest out-of-fold macro-F1. `order` is
 * the position of each message in an order that is independent of its label.
 */
export function chooseStrength(
  corpus: Corpus,
  truth: TrueClasses,
  order: readonly number[],
  given: Partial<LinearChoice>,
  mostFeatures: number,
): LinearChoice {
  const { strength = UNSEARCHED.strength, correction = UNSEARCHED.correction } = given
  if (given.strength !== undefined && given.correction !== undefined) return { strength, correction }
  const searched = order.slice(0, MOST_SEARCHED)
  if (searched.length < FEWEST_SEARCHED) return { strength, correction }

  const trials = foldsOf(searched, truth).map((fold) => trialOf(corpus, truth, fold, mostFeatures))
  let best: { strength: number; loss: number; answers: Answered[] } | undefined
  for (const one of given.strength === undefined ? STRENGTHS : [given.strength]) {
    const answers = trials.flatMap((trial) => trial(one))
    const loss = logLossOf(answers)
    if (best && loss >= best.loss) break
    best = { strength: one, loss, answers }
  }
  if (!best) return { strength, correction }
  return { strength: best.strength, correction: given.correction ?? bestCorrection(best.answers, truth) }
}

/** The share of each class among the messages. */
export function sharesOf({ classes, count }: TrueClasses): number[] {
  const shares = Array.from({ length: count }, () => 0)
  for (const one of classes) shares[one]! += 1 / classes.length
  return shares
}

/** The factor of each class's probability before the decision. */
export const decisionWeights = (shares: readonly number[], correction: number): number[] =>
  shares.map((share) => share ** -correction)

/** Stratified folds: the messages of each class are dealt out in order. */
function foldsOf(order: readonly number[], { classes, count }: TrueClasses): Fold[] {
  const foldOf = new Map<number, number>()
  let dealt = 0
  for (let k = 0; k < count; k++) for (const i of order) if (classes[i] === k) foldOf.set(i, dealt++ % FOLDS)
  return Array.from({ length: FOLDS }, (_, fold) => ({
    learned: order.filter((i) => foldOf.get(i) !== fold),
    held: order.filter((i) => foldOf.get(i) === fold),
  }))
}

/** Out-of-fold scores of a message. */
interface Answered {
  truth: number
  probabilities: Float64Array
}

/** One fold. For a greater strength it continues from the last weights. */
function trialOf(
  corpus: Corpus,
  { classes, count }: TrueClasses,
  { learned, held }: Fold,
  mostFeatures: number,
): (strength: number) => Answered[] {
  const vocabulary = vocabularyOf(corpus, learned, mostFeatures)
  const merged = mergeTwins(vectorsOf(corpus, learned, vocabulary))
  const tested = vectorsOf(corpus, held, vocabulary)
  const own: TrueClasses = { classes: Int32Array.from(learned, (i) => classes[i]!), count }
  const known = new Set(own.classes)
  let from: Weights | undefined
  return (strength) => {
    from = fit(merged.rows, own, { strength, tolerance: SEARCH_TOLERANCE, ...(from ? { from } : {}) })
    const { weights, intercepts } = apart(from, merged, count)
    const whole = new Float64Array(weights.length + count)
    whole.set(weights)
    whole.set(intercepts, weights.length)
    const said = probabilitiesOf(tested, whole, count)
    // A class that is missing in the fold's training messages tells nothing about a strength.
    return held.flatMap((i, row) =>
      known.has(classes[i]!)
        ? [{ truth: classes[i]!, probabilities: said.subarray(row * count, (row + 1) * count) }]
        : [],
    )
  }
}

const LEAST_PROBABILITY = 1e-15

function logLossOf(answers: readonly Answered[]): number {
  let loss = 0
  for (const { truth, probabilities } of answers) loss -= Math.log(Math.max(LEAST_PROBABILITY, probabilities[truth]!))
  return loss / answers.length
}

function bestCorrection(answers: readonly Answered[], truth: TrueClasses): number {
  const shares = sharesOf(truth)
  let best = { correction: 0, score: -1 }
  for (const correction of CORRECTIONS) {
    const weights = decisionWeights(shares, correction)
    const score = macroF1Of(
      answers.map(({ truth: own, probabilities }) => ({ truth: own, answer: decide(probabilities, weights) })),
      truth.count,
    )
    if (score > best.score + 1e-12) best = { correction, score }
  }
  return best.correction
}

function decide(probabilities: Float64Array, weights: readonly number[]): number {
  let best = 0
  for (let k = 1; k < weights.length; k++)
    if (probabilities[k]! * weights[k]! > probabilities[best]! * weights[best]!) best = k
  return best
}

/** Over the classes that occur among the truths or the predictions. */
function macroF1Of(pairs: readonly { truth: number; answer: number }[], count: number): number {
  const truths = new Int32Array(count)
  const answers = new Int32Array(count)
  const right = new Int32Array(count)
  for (const { truth, answer } of pairs) {
    truths[truth]! += 1
    answers[answer]! += 1
    if (truth === answer) right[truth]! += 1
  }
  let sum = 0
  let classes = 0
  for (let k = 0; k < count; k++) {
    const all = truths[k]! + answers[k]!
    if (all === 0) continue
    sum += (2 * right[k]!) / all
    classes += 1
  }
  return classes === 0 ? 0 : sum / classes
}
