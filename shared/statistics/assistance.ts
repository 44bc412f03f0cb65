import { type ClassifierErrors, errorsOf, type Scored } from './classifier-errors'
import { correctionsOf } from './corrections'
import { type Assistance, modelWeights } from './difference'
import type { JudgementErrors } from './judgement-errors'
import { inverse } from './matrix'
import { pacc } from './pacc'

/** With fewer labels than this in the window, or one class alone, nobody knows how the model errs. */
const LEAST_WINDOW = 30

/** How far the shares of a day may lie from what PACC says beside its own error: a model may err otherwise than in the window. */
const MODEL_MAY_CHANGE = 0.03

/** How far the shares that are expected lean on those of the window, so that none is expected to be quite nothing. */
const WINDOW_SHARE = 0.1

/**
 * What a model brings to the estimate of a day whose mean scores are these. The weight is the best one for the shares
 * that PACC expects of the day, so it goes to zero where window and day differ so much that the scores say little; the
 * labels of the day have no say in it. The window has labels of a consensus, corrected where it is known how they err.
 * Nothing where the window does not tell how the model errs.
 */
export function assistanceOf(
  window: readonly Scored[],
  means: readonly number[],
  judgements?: JudgementErrors,
): Assistance | undefined {
  const values = judgements && correctionsOf(judgements).of.consensus.values
  const errors = errorsOf(window, means.length, values)
  if (errors.items < LEAST_WINDOW || errors.counts.filter((count) => count > 0).length < 2) return undefined
  const measured = pacc(errors, means)
  const expected = measured.map(
    (share, c) => (1 - WINDOW_SHARE) * share + (WINDOW_SHARE * errors.counts[c]!) / errors.items,
  )
  const deviations = deviationsOf(errors, expected).map((deviation) => Math.hypot(MODEL_MAY_CHANGE, deviation))
  return { errors, expected, deviations, means, weights: modelWeights(errors, expected) }
}

/** Standard deviation of what PACC says: by the delta method for the window, with the scores of a class independent of each other. */
function deviationsOf({ counts, means, variances }: ClassifierErrors, shares: readonly number[]): number[] {
  const classes = shares.length
  const inverted = inverse(means)
  if (!inverted) return shares.map(() => Number.POSITIVE_INFINITY)
  const ofMeans = shares.map((_, k) =>
    shares.reduce((sum, share, c) => sum + (share * share * variances[c]![k]!) / Math.max(1, counts[c]!), 0),
  )
  return shares.map((_, t) => {
    // The errors of the mean scores add up to nothing: what all of them do to a share alike does not happen.
    const alike = inverted.reduce((sum, row) => sum + row[t]!, 0) / classes
    const variance = ofMeans.reduce((sum, one, k) => sum + (inverted[k]![t]! - alike) ** 2 * one, 0)
    return Math.sqrt((variance * classes) / (classes - 1))
  })
}
