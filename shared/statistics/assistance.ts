import { type ClassifierErrors, errorsOf, type Scored } from './classifier-errors'
import { correctionsOf } from './corrections'
import { type Assistance, modelWeights } from './difference'
import type { JudgementErrors } from './judgement-errors'
import { inverse } from './matrix'
import { pacc } from './pacc'

/** With fewer labels in the window, or with one class alone, the errors of the model are unknown. */
const LEAST_WINDOW = 30

/**
 * How far the shares of a day may differ from PACC's beyond its own error: a model may err differently than in the
 * window.
 */
const MODEL_MAY_CHANGE = 0.03

/** How far the expected shares are pulled to those of the window, so that none is expected to be zero. */
const WINDOW_SHARE = 0.1

/**
 * What a model brings to the estimate of a day with these mean scores. The weight is the best one for the shares that
 * PACC expects of the day. So it goes to zero where window and day differ so much that the scores say little. The
 * labels of the day do not influence it. The window has consensus labels, corrected where their error rates are known.
 * Undefined where the window does not tell how the model errs.
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

/** Standard deviation of PACC's estimate: by the delta method for the window, with the scores of a class independent of each other. */
function deviationsOf({ counts, means, variances }: ClassifierErrors, shares: readonly number[]): number[] {
  const classes = shares.length
  const inverted = inverse(means)
  if (!inverted) return shares.map(() => Number.POSITIVE_INFINITY)
  const ofMeans = shares.map((_, k) =>
    shares.reduce((sum, share, c) => sum + (share * share * variances[c]![k]!) / Math.max(1, counts[c]!), 0),
  )
  return shares.map((_, t) => {
    // The errors of the mean scores sum to zero, so a common shift of all of them does not occur.
    const alike = inverted.reduce((sum, row) => sum + row[t]!, 0) / classes
    const variance = ofMeans.reduce((sum, one, k) => sum + (inverted[k]![t]! - alike) ** 2 * one, 0)
    return Math.sqrt((variance * classes) / (classes - 1))
  })
}
