import type { Scored } from './classifier-errors'
import { clip, sum, zeros } from './numbers'

/** The prediction of a second predictor for messages: the index of a class, or undefined where it did not answer. */
export type Opinions = ReadonlyMap<string, number>

/** A labelled message of the evaluation window, with the second predictor's answer. */
export type ScoredWithOpinion = Scored & { opinion: number | undefined }

/** How the champion's scores and the answer of a second predictor are combined: estimated from the evaluation window. */
export interface Combination {
  /** Weight of the answer, in (0, 1]. */
  weight: number
  /** Weight of the champion's scores beside an answer, in [0, 1]. */
  championWeight: number
  /** `logChances[truth][said]`: the logarithm of how likely each answer is about messages of a true class. */
  logChances: readonly (readonly number[])[]
}

/** With fewer answers in the window the errors of the second predictor are unknown: it has no weight. */
const LEAST_ANSWERS = 100

/** Folds of the window: each is scored out of fold. */
const FOLDS = 5

/**
 * Pseudo-count of labels of each class for the overall frequency of answers: an answer is uninformative until the window shows
 * otherwise.
 */
const PRIOR_ITEMS = 2

const WEIGHTS = [0.25, 0.5, 0.75, 1]
const CHAMPION_WEIGHTS = [0, 0.25, 0.5, 0.75, 1]

/** Lower bound of the champion's probabilities: zero has no logarithm. */
const LEAST_SCORE = 1e-6

/**
 * The scores of a message with its answer, if there is one: f^a · P(answer | class)^b, normalised. Bayes' rule where
 * both weights are one and the two predictors err independently. A message without an answer keeps the champion's
 * scores.
 */
export function combinedScores(
  scores: readonly number[],
  opinion: number | undefined,
  { weight, championWeight, logChances }: Combination,
): readonly number[] {
  if (opinion === undefined) return scores
  const logs = scores.map(
    (score, k) => championWeight * Math.log(Math.max(LEAST_SCORE, score)) + weight * logChances[k]![opinion]!,
  )
  const most = Math.max(...logs)
  const powers = logs.map((log) => Math.exp(log - most))
  const total = sum(powers)
  return powers.map((power) => power / total)
}

/**
 * The logarithms of P(answer | class), each class shrunk to the overall frequency of the answer. An answer that was
 * never given is uninformative.
 */
function logChancesOf(window: readonly ScoredWithOpinion[], classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => zeros(classes))
  for (const { label, opinion } of window) if (opinion !== undefined) counts[label]![opinion]! += 1
  const given = zeros(classes).map((_, said) => sum(counts.map((row) => row[said]!)))
  const answers = sum(given)
  return counts.map((row) =>
    row.map((count, said) =>
      given[said] === 0 ? 0 : Math.log((count + (PRIOR_ITEMS * given[said]!) / answers) / (sum(row) + PRIOR_ITEMS)),
    ),
  )
}

/** The evaluation of a second predictor on the window. */
export interface Learnt {
  combination: Combination
  /** The window with the combined scores. */
  window: Scored[]
}

/**
 * The combination for messages outside of the window, and the window with out-of-fold combined
 * scores. The weights minimise the squared error. Undefined where too few messages have an answer, or where answers
 * do not lower the error by more than its standard error, compared with the champion's scores raised to the best power.
 * `answered` is the share of messages with an answer among those to be estimated. Where it is smaller than in the
 * window, an item counts in part with the champion's scores alone.
 */
export function combinationOf(window: readonly ScoredWithOpinion[], classes: number, answered = 1): Learnt | undefined {
  const answers = window.filter(({ opinion }) => opinion !== undefined).length
  if (answers < LEAST_ANSWERS) return undefined
  const chances = Array.from({ length: FOLDS }, (_, fold) =>
    logChancesOf(
      window.filter((_item, i) => i % FOLDS !== fold),
      classes,
    ),
  )
  const scoredBy = (weight: number, championWeight: number) =>
    window.map(({ scores, opinion }, i) =>
      combinedScores(scores, opinion, { weight, championWeight, logChances: chances[i % FOLDS]! }),
    )
  const lossesOf = (all: readonly (readonly number[])[]) =>
    all.map((scores, i) => sum(scores.map((score, k) => (score - Number(k === window[i]!.label)) ** 2)))
  const best = (weights: readonly number[]) => {
    const all = weights.flatMap((weight) =>
      CHAMPION_WEIGHTS.map((championWeight) => {
        const scores = scoredBy(weight, championWeight)
        return { weight, championWeight, scores, losses: lossesOf(scores) }
      }),
    )
    return all.reduce((least, one) => (sum(one.losses) < sum(least.losses) ? one : least))
  }
  const [alone, combined] = [best([0]), best(WEIGHTS)]
  const gains = combined.losses.map((loss, i) => alone.losses[i]! - loss)
  const gain = sum(gains)
  const error = Math.sqrt(sum(gains.map((one) => (one - gain / gains.length) ** 2)))
  if (gain <= error) return undefined

  const { weight, championWeight, scores } = combined
  const part = Math.min(1, (answered * window.length) / answers)
  return {
    combination: { weight, championWeight, logChances: logChancesOf(window, classes) },
    window: window.flatMap((one, i): Scored[] => {
      const { label } = one
      if (one.opinion === undefined || part === 1) return [{ label, scores: scores[i]! }]
      return [
        { label, scores: scores[i]!, weight: part },
        { label, scores: one.scores, weight: 1 - part },
      ]
    }),
  }
}

/**
 * Approximate width of a share's interval with combined scores, relative to that with the champion's alone: by what each
 * leaves of the variance of a label, on the window; the geometric mean over the classes. Undefined if no class tells.
 */
export function widthRatio(before: readonly Scored[], after: readonly Scored[], classes: number): number | undefined {
  const logs = zeros(classes).flatMap((_, k) => {
    const [left, less] = [unexplained(before, k), unexplained(after, k)]
    return left > 0 && less > 0 ? [Math.log(less / left) / 2] : []
  })
  return logs.length === 0 ? undefined : Math.exp(sum(logs) / logs.length)
}

/** The part of the variance of a class's label that remains after its scores, at the best weight that the estimate may give them. */
function unexplained(window: readonly Scored[], k: number): number {
  const weights = window.map(({ weight = 1 }) => weight)
  const total = sum(weights)
  const centred = (values: readonly number[]) => {
    const mean = sum(values.map((value, i) => weights[i]! * value)) / total
    return values.map((value) => value - mean)
  }
  const truths = centred(window.map(({ label }) => Number(label === k)))
  const scores = centred(window.map(({ scores: own }) => own[k]!))
  const product = (a: readonly number[], b: readonly number[]) => sum(a.map((value, i) => weights[i]! * value * b[i]!))
  const [together, spread] = [product(truths, scores), product(scores, scores)]
  const best = spread > 0 ? clip(together / spread) : 0
  return product(truths, truths) - 2 * best * together + best * best * spread
}
